"""Calls of a real server's tools, over each transport."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import pytest
from conftest import Heard, shop

import weft
import weft_mcp
from weft.errors import InputError

if TYPE_CHECKING:
    from conftest import Tools


def observed(tool: weft.Tool[..., Any], arguments: str = "{}") -> weft.ToolResult:
    return asyncio.run(tool.run(arguments))


def test_a_tool_says_what_the_server_says_of_it(tools: Tools) -> None:
    add = tools["add"]
    assert add.desc == "Add two numbers."
    assert add.parameters["properties"]["b"]["default"] == 1
    assert add.parameters["required"] == ["a"]


def test_structured_answers_are_values(tools: Tools) -> None:
    assert tools["add"](a=2, b=3) == 5
    assert tools["product"](name="lamp") == {"name": "lamp", "pieces": 7}


def test_text_answers_are_texts(tools: Tools) -> None:
    assert tools["greet"](name="Ada") == "Hello, Ada!"


def test_what_is_no_text_is_described(tools: Tools) -> None:
    assert tools["photo"]() == "[image, image/png, 5 bytes]"
    assert tools["leaflet"]() == (
        "[resource shop://leaflet]\nLamps are cheap.\n[resource shop://map, map: where we are]\nThat is all."
    )


def test_a_name_that_models_may_not_use_is_changed(tools: Tools) -> None:
    assert tools["dotted_name"]() == "dotted"


def test_arguments_are_checked_before_anything_is_sent(tools: Tools) -> None:
    with pytest.raises(InputError, match="'a' must be of type integer"):
        tools["add"](a="two")
    with pytest.raises(InputError, match="'name' must be one of 'lamp', 'kettle'"):
        tools["product"](name="lamps")
    with pytest.raises(InputError, match="'to' is missing"):
        tools["count"]()


def test_what_the_server_calls_an_error_is_one(tools: Tools) -> None:
    with pytest.raises(weft_mcp.CallError, match=r"^Error executing tool fail: the shop is closed$"):
        tools["fail"]()
    assert observed(tools["fail"]).error == "CallError: Error executing tool fail: the shop is closed"


def test_a_call_that_hangs_costs_only_itself(tools: Tools) -> None:
    result = observed(tools["hang"].changed(timeout=0.05))
    assert result.error == "ToolTimeoutError: The tool 'hang' gave no answer within 0.05 seconds."
    assert tools["add"](a=1) == 2


def test_a_megabyte_is_shown_in_part(tools: Tools) -> None:
    result = observed(tools["flood"])
    assert result.text.startswith("flood flood ")
    assert (len(result.text) < 11_000, result.missing) == (True, 1_070_000)


def test_many_calls_at_once_from_one_loop(tools: Tools) -> None:
    async def main() -> list[Any]:
        return await asyncio.gather(*(tools["add"].acall(a=number) for number in range(50)))

    assert asyncio.run(main()) == list(range(1, 51))


def test_many_calls_at_once_from_threads(tools: Tools) -> None:
    with ThreadPoolExecutor(8) as threads:
        assert list(threads.map(lambda number: tools["add"](a=number), range(40))) == list(range(1, 41))


def test_a_blocking_call_where_a_loop_runs(tools: Tools) -> None:
    async def main() -> Any:
        return tools["add"](a=1)  # blocks this loop, which the session must not need

    assert asyncio.run(main()) == 2


def test_a_cancelled_call_is_cancelled_on_the_server(tools: Tools) -> None:
    async def main() -> None:
        begun = asyncio.Event()
        loop = asyncio.get_running_loop()

        def heard(event: weft.Event) -> None:
            if event.kind == "tool.progress":
                loop.call_soon_threadsafe(begun.set)

        with weft.listening(heard):
            call = asyncio.create_task(tools["hang"].acall())
            await begun.wait()
            call.cancel()
            with pytest.raises(asyncio.CancelledError):
                await call

    asyncio.run(main())
    assert any(tools["hanging"]() == 0 for _ in range(200))


def test_progress_is_told(tools: Tools) -> None:
    heard = Heard("tool.progress")
    with weft.listening(heard):
        assert tools["count"](to=2) == 2
    told = [{**event.fields} for event in heard.events]
    assert told[0] == {"name": "count", "progress": 1.0, "total": 2.0, "message": "step 1"}


def test_progress_is_part_of_a_stream(tools: Tools) -> None:
    counting = weft.ToolCalls([{"name": "count", "arguments": {"to": 1}}])
    lm = weft.LM("scripted/x", answers=[{"calls": counting}, {"answer": "1"}], tools=True)
    events = list(weft.ReAct("question -> answer", tools=[tools["count"]]).stream(question="?", lm=lm))
    told = [event.kind for event in events if isinstance(event, weft.StatusEvent) and event.kind.startswith("tool.")]
    assert told == ["tool.start", "tool.progress", "tool.end"]


def test_what_a_server_logs_is_told(tools: Tools) -> None:
    heard = Heard("mcp.log")
    with weft.listening(heard):
        tools["note"](text="the lamps are lit")
        heard.wait()
    assert (heard.events[0].fields["level"], heard.events[0].fields["message"]) == ("info", "the lamps are lit")


def test_an_agent_calls_them(tools: Tools) -> None:
    wanted = weft.ToolCalls([{"name": "product", "arguments": {"name": "lamp"}}, {"name": "fail", "arguments": {}}])
    done = weft.ToolCalls([{"name": "finish", "arguments": {"pieces": 7}}])
    lm = weft.LM("scripted/x", answers=[{"calls": wanted}, {"calls": done}], tools=True)
    agent = weft.ReAct("question -> pieces: int", tools=list(tools.values()))
    result = agent(question="How many lamps?", lm=lm)
    assert result.pieces == 7
    assert [one.text for one in result.trajectory[0].results] == [
        '{"name": "lamp", "pieces": 7}',
        "CallError: Error executing tool fail: the shop is closed",
    ]


def test_tools_are_closed_with_their_block() -> None:
    with weft.Tool.from_mcp(shop(allow=["add"])) as (add,):
        assert add(a=1) == 2
    with pytest.raises(weft_mcp.ServerError, match="is closed: its tools work inside the `with` block only"):
        add(a=1)
