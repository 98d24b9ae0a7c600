"""Runs of tools: in time, with arguments as models write them, and with every failure as something to read."""

from __future__ import annotations

import asyncio
import gc
import threading
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel

import weft
from weft.errors import ToolError, ToolTimeoutError


class Place(BaseModel):
    name: str
    zip: str = ""


def search(query: str) -> str:
    """Find documents."""
    return f"found {query}"


TOOL = weft.Tool(search)


async def hang(text: str) -> str:
    await asyncio.Event().wait()
    return text


async def sour(text: str) -> str:
    try:
        return await hang(text)
    except asyncio.CancelledError:
        raise ValueError("I was not done") from None


def test_a_tool_that_hangs_is_left(caplog: pytest.LogCaptureFixture) -> None:
    stuck = threading.Event()

    def block() -> None:
        stuck.wait()

    async def stubborn() -> None:
        while not stuck.is_set():
            try:
                await asyncio.sleep(0.01)
            except asyncio.CancelledError:
                continue

    async def main() -> None:
        for function in (hang, sour, block, stubborn):
            tool: weft.Tool[..., Any] = weft.Tool(function, timeout=0.01)
            with pytest.raises(ToolTimeoutError, match=r"gave no answer within 0\.01 seconds"):
                await tool.acall(*(["x"] if function in (hang, sour) else []))
        gc.collect()  # asyncio complains of failures that nobody looked at when they are freed
        with weft.context(tool_timeout=0.01), pytest.raises(TimeoutError):
            await weft.Tool(hang).acall("x")
        with weft.context(tool_timeout=0.01):
            assert await weft.Tool(search, timeout=float("inf")).acall("cats")
        stuck.set()

    asyncio.run(main())
    assert not caplog.records


def test_a_cancelled_call_cancels_the_tool() -> None:
    ended: list[str] = []

    async def main() -> None:
        begun = asyncio.Event()

        async def work() -> None:
            begun.set()
            try:
                await asyncio.Event().wait()
            finally:
                ended.append("tidied")

        call = asyncio.ensure_future(weft.Tool(work).run(""))
        await begun.wait()
        call.cancel()
        with pytest.raises(asyncio.CancelledError):
            await call
        assert ended == ["tidied"]

    asyncio.run(main())


def test_the_arguments_of_a_model_are_read_with_care() -> None:
    def show(query: str, options: dict[str, int] | None = None, code: str = "") -> list[Any]:
        return [query, options, code]

    tool = weft.Tool(show)
    for text, expected in [
        ('{"query": "cats"}', '["cats", null, ""]'),
        ('```json\n{"query": "cats"}\n```', '["cats", null, ""]'),
        ("{'query': 'cats', 'options': None,}", '["cats", null, ""]'),
        ("{'query': 'it\\'s'}", '["it\'s", null, ""]'),
        ('{"query": "she said "hi" twice"}', '["she said \\"hi\\" twice", null, ""]'),
        ('"{\\"query\\": \\"cats\\"}"', '["cats", null, ""]'),
        ('{"arguments": {"query": "cats"}}', '["cats", null, ""]'),
        ('{"query": "a \\" b",}', '["a \\" b", null, ""]'),
        ('{"query": "cats"} I hope this helps.', '["cats", null, ""]'),
        ('{"query": "cats", "options": "{\\"a\\": 1}"}', '["cats", {"a": 1}, ""]'),
        ('{"query": 12345, "code": "{\\"a\\": 1}"}', '["12345", null, "{\\"a\\": 1}"]'),
    ]:
        assert asyncio.run(tool.run(text)).text == expected


@given(
    st.dictionaries(st.sampled_from("abc"), st.text("ab '\"\\\n\t{},:[]") | st.booleans() | st.none() | st.integers())
)
def test_arguments_in_pythons_spelling_are_read_as_they_are(arguments: dict[str, Any]) -> None:
    seen: list[dict[str, Any]] = []

    def note(**given: Any) -> None:
        seen.append(given)

    asyncio.run(weft.Tool(note).run(repr(arguments)))
    assert seen == [arguments]


@pytest.mark.parametrize(
    "text",
    [
        '{"sql": "DELETE FROM t WHERE name = ',
        '{"sql": "DELETE FROM t',
        '{"sql": "DELETE FROM t", "limit": {"n": 1}',
        '{"sql": "DELETE FROM t", ',
        '```json\n{"sql": "DELETE FROM t\n```',
    ],
)
def test_the_end_of_arguments_that_broke_off_is_never_made_up(text: str) -> None:
    def run(sql: str, **rest: Any) -> str:
        raise AssertionError("it ran")

    result = asyncio.run(weft.Tool(run).run(text))
    assert result.error == "InputError: The arguments of the tool 'run' cannot be read: it breaks off."


@pytest.mark.parametrize("text", ["cats", "[1]", "3", '"x"'])
def test_arguments_that_are_no_object_are_told(text: str) -> None:
    assert "cannot be read: " in asyncio.run(TOOL.run(text)).text


def test_errors_become_something_a_model_can_read() -> None:
    secret = weft.Secret("sk-1234567890")

    def fail(how: str) -> Any:
        if how == "exit":
            raise SystemExit(2)
        if how == "unprintable":
            raise Unprintable
        raise {"value": ValueError(f"no {secret.reveal()}\nhere"), "plain": KeyError()}[how]

    class Unprintable(Exception):
        def __str__(self) -> str:
            raise RuntimeError

    async def cancelled() -> None:
        raise asyncio.CancelledError

    def circle() -> Any:
        made: list[Any] = []
        made.append(made)
        return made

    run: Any = weft.Tool(fail).run
    texts = [asyncio.run(run(f'{{"how": "{how}"}}')).text for how in ("value", "plain", "exit", "unprintable")]
    assert texts == [
        "ValueError: no ***\nhere",
        "KeyError",
        "ToolError: The tool 'fail' tried to end the process.",
        "Unprintable",
    ]
    assert (
        asyncio.run(weft.Tool(cancelled).run("")).error == "ToolError: The tool 'cancelled' was cancelled from inside."
    )
    assert str(asyncio.run(weft.Tool(circle).run("")).error).startswith("ValueError: Circular reference")


def test_a_long_answer_is_cut_and_says_so() -> None:
    def flood(size: int) -> str:
        return "x" * size

    result = asyncio.run(weft.Tool(flood, max_characters=100).run('{"size": 1000000}'))
    assert (result.text, result.missing) == (f"{'x' * 100}\n[… 999900 characters left out …]\n", 999_900)
    assert result.ok
    assert asyncio.run(weft.Tool(flood).run('{"size": 10000}')).missing == 0
    assert asyncio.run(weft.Tool(flood).run('{"size": 10001}')).missing == 1

    def shout(size: int) -> str:
        raise ValueError("x" * size)

    failed = asyncio.run(weft.Tool(shout, max_characters=20).run('{"size": 1000}'))
    assert failed.missing == 992
    assert failed.text == "ValueError: xxxxxxxx\n[… 992 characters left out …]\n"
    assert not failed.ok


def test_answers_are_text_and_hold_no_secret() -> None:
    secret = weft.Secret("sk-1234567890")

    def show(what: str) -> Any:
        return {"none": None, "text": "plain", "model": Place(name="Oslo"), "secret": [secret.reveal()]}[what]

    texts = [
        asyncio.run(weft.Tool(show).run(f'{{"what": "{what}"}}')).text for what in ("none", "text", "model", "secret")
    ]
    assert texts == ["null", "plain", '{"name": "Oslo", "zip": ""}', '["***"]']


def test_an_envelope_holds_all_or_nothing() -> None:
    result = asyncio.run(TOOL.run('{"arguments": {"query": "cats"}, "note": "x"}'))
    assert "there is no argument 'arguments'" in result.text


def test_what_is_told_of_a_run_holds_no_secret() -> None:
    secret = weft.Secret("sk-1234567890")
    events: list[weft.Event] = []

    def fail(key: str) -> None:
        raise ValueError(key)

    with weft.listening(events.append):
        asyncio.run(weft.Tool(fail).run(f'{{"key": "{secret.reveal()}"}}'))
    assert secret.reveal() not in repr(events)
    assert [event.fields.get("error") for event in events] == [None, "ValueError: ***"]


def test_every_run_is_told() -> None:
    events: list[weft.Event] = []

    def work(number: int) -> int:
        return 6 // number

    tool = weft.Tool(work)

    async def main() -> None:
        await tool.run(weft.ToolCall("call-7", "work", '{"number": 2}'))
        await tool.run('{"number": 0}')
        await tool.run('{"nmber": 0}')
        await tool.acall(number=3)

    with weft.listening(events.append):
        asyncio.run(main())
    kinds = [event.kind for event in events]
    assert kinds == ["tool.start", "tool.end"] * 4
    starts, ends = [event.fields for event in events[::2]], [event.fields for event in events[1::2]]
    assert {event["name"] for event in (*starts, *ends)} == {"work"}
    assert [event["call_id"] for event in starts] == ["call-7", "", "", ""]
    assert [event["arguments"] for event in starts] == [
        '{"number": 2}',
        '{"number": 0}',
        '{"nmber": 0}',
        '{"number": 3}',
    ]
    assert [event["text"] for event in ends] == ["3", "", "", ""]
    assert [str(event["error"])[:22] for event in ends] == [
        "None",
        "ZeroDivisionError: int",
        "InputError: The argume",
        "None",
    ]
    assert all(event["seconds"] >= 0 for event in ends)


def test_calls_run_side_by_side_and_keep_their_order() -> None:
    both = asyncio.Barrier(2)

    async def meet(name: str) -> str:
        await both.wait()  # hangs unless two calls are under way at once
        return name

    calls = weft.ToolCalls([{"name": "meet", "arguments": {"name": name}} for name in "ab"])
    results = asyncio.run(calls.run([meet]))
    assert [result.text for result in results] == ["a", "b"]


def test_an_unknown_tool_is_told_with_the_one_that_was_meant() -> None:
    calls = weft.ToolCalls([{"name": "serch", "arguments": {}}, {"name": "search", "arguments": {"query": "cats"}}])
    first, second = asyncio.run(calls.run([search]))
    assert first.error == first.text == "There is no tool 'serch'. Did you mean 'search'?"
    assert second.ok
    assert asyncio.run(weft.ToolCalls().run([search])) == ()


def test_two_tools_of_one_name_are_refused() -> None:
    with pytest.raises(ToolError, match=r"Two tools are called 'search'; .*Tool\(function, name=…\)"):
        asyncio.run(weft.ToolCalls().run([search, TOOL]))
    with pytest.raises(ToolError, match="A tool is a function or a Tool, not 'search'"):
        asyncio.run(weft.ToolCalls().run(["search"]))  # type: ignore[list-item]
