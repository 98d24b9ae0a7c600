"""Sets of tools: opened, used from any event loop, and closed whatever happens."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import pytest

import weft
from weft.errors import OptionError, PluginContractError, PluginNotFound, ToolError
from weft.registry.inprocess import isolated_registry, register

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable


def hello(name: str) -> str:
    """Greet."""
    return f"Hello, {name}."


class Greetings(weft.Toolset):
    def __init__(self, *, functions: Iterable[Callable[..., Any]] = (hello,)) -> None:
        self.functions = functions
        self.log: list[str] = []

    async def open(self) -> list[Callable[..., Any]]:
        self.log.append("opened")
        await asyncio.sleep(0)
        return list(self.functions)

    async def close(self) -> None:
        await asyncio.sleep(0)
        self.log.append("closed")


def test_a_toolset_gives_tools_until_it_is_closed() -> None:
    toolset = Greetings()
    with toolset as tools:
        assert [tool.name for tool in tools] == ["hello"]
        assert tools[0]("Ada") == "Hello, Ada."
        assert toolset.log == ["opened"]
    assert toolset.log == ["opened", "closed"]

    async def main() -> None:
        async with toolset as again:
            assert await again[0].acall("Ada") == "Hello, Ada."
            assert await asyncio.to_thread(again[0], "Bob") == "Hello, Bob."

    asyncio.run(main())
    assert toolset.log == ["opened", "closed"] * 2


def test_an_agent_uses_the_tools_of_a_set() -> None:
    steps = [
        {"calls": weft.ToolCalls([{"name": "hello", "arguments": {"name": "Ada"}}])},
        {"calls": weft.ToolCalls([{"name": "finish", "arguments": {"answer": "done"}}])},
    ]
    with Greetings() as tools:
        result = weft.ReAct("question -> answer", tools, lm=weft.LM("scripted/x", answers=steps))(question="?")
    assert result.trajectory[0].results[0].text == "Hello, Ada."


def test_what_fails_is_closed_again() -> None:
    def broken() -> list[Any]:
        raise ConnectionError("nobody there")

    class Absent(Greetings):
        async def open(self) -> list[Any]:
            return broken()

    for toolset, error in (
        (Absent(), ConnectionError),
        (Greetings(functions=[hello, hello]), ToolError),
        (Greetings(functions=["hello"]), ToolError),  # type: ignore[list-item]
    ):
        with pytest.raises(error), toolset:
            pytest.fail("it was opened")
        assert toolset.log[-1] == "closed"


def test_a_cancelled_opening_is_closed_again() -> None:
    class Slow(Greetings):
        async def open(self) -> list[Any]:
            await asyncio.Event().wait()
            return []

    async def main() -> list[str]:
        toolset = Slow()
        with pytest.raises(asyncio.TimeoutError):
            await asyncio.wait_for(toolset.__aenter__(), 0.01)
        return toolset.log

    assert asyncio.run(main()) == ["closed"]


def test_a_toolset_is_open_once_at_a_time() -> None:
    toolset = Greetings()
    with toolset, pytest.raises(ToolError, match="Greetings is open already"), toolset:
        pytest.fail("it was opened twice")
    assert toolset.log == ["opened", "closed"]


def test_toolsets_are_found_by_name() -> None:
    with isolated_registry():
        register("toolset", "greetings", Greetings)
        made = weft.Toolset("greetings", functions=[hello])
        assert isinstance(made, Greetings)
        assert weft.Toolset(made) is made
        with pytest.raises(OptionError, match=r"Greetings has no option 'function'\. Did you mean 'functions'"):
            weft.Toolset("greetings", function=[])


def test_a_toolset_is_opened_before_its_tools_are_used() -> None:
    for tools in (Greetings(), weft.Toolset(Greetings())):
        with pytest.raises(ToolError, match="Greetings is opened first: `with toolset as tools:`"):
            weft.ReAct("question -> answer", tools)


def test_a_toolset_without_open_is_refused() -> None:
    class Empty(weft.Toolset):
        pass

    with pytest.raises(PluginContractError, match="Empty must define 'open', which every Toolset has"):
        Empty()


def test_from_mcp_says_what_to_install() -> None:
    with isolated_registry(), pytest.raises(PluginNotFound, match=r"toolset 'mcp'\. .*pip install weft-mcp"):
        weft.Tool.from_mcp("time")


def test_from_mcp_hands_on_servers_and_options() -> None:
    class Servers(Greetings):
        def __init__(self, *, servers: tuple[Any, ...], allow: list[str]) -> None:
            super().__init__()
            self.given = (servers, allow)

    with isolated_registry():
        register("toolset", "mcp", Servers)
        made = weft.Tool.from_mcp("one", "two", allow=["hello"])
        assert isinstance(made, Servers)
        assert made.given == (("one", "two"), ["hello"])
