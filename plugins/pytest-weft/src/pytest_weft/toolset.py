"""The checks of the Toolset contract."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING, Any, ClassVar

import pytest

from weft.errors import WeftError

from .conformance import Conformance
from .running import in_running_loop, within

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import weft

_SECONDS = 60.0
_AT_ONCE = 20
_CANARY = "canary-0123456789"


class ToolsetConformance(Conformance):
    """Derive a test class and say which toolset is meant.

    Attributes:
        ref: the reference, such as ``acme``.
        options: keyword options of ``weft.Toolset(ref, **options)``.
        call: the name of a tool and arguments for which it gives the same answer each time and changes nothing.
        failing_options: options with which the toolset cannot be opened, such as an address where nobody answers.
        secret_option: the name of the option that takes a secret, such as ``token``.
        heavy: modules that must not be imported before the toolset is made, such as the vendor's SDK.
    """

    kind: ClassVar[str] = "toolset"
    call: ClassVar[tuple[str, Mapping[str, Any]] | None] = None
    failing_options: ClassVar[Mapping[str, Any] | None] = None
    secret_option: ClassVar[str] = ""

    def test_gives_tools_that_say_what_they_do(self) -> None:
        """There are tools, each with a description, and a JSON schema of its arguments that can be written as JSON."""
        for tool in _opened(self.make()):
            assert tool.runs, f"{tool!r} has no function"
            assert tool.desc.strip(), f"{tool!r} says nothing of itself"
            assert tool.parameters.get("type") == "object", f"the arguments of {tool!r} are no object"
            json.dumps(dict(tool.parameters))

    def test_opens_again(self) -> None:
        """A toolset that was closed opens again, and gives the same tools."""
        toolset = self.make()
        first, again = _names(_opened(toolset)), _names(_opened(toolset))
        assert first == again, f"it gave {first}, and {again} when it was opened again"

    def test_answers_from_any_thread_and_loop(self) -> None:
        """Blocking calls, those in a running event loop and awaited ones get one answer, wherever it was opened."""
        name, arguments = self._call()
        with self.make() as tools:
            tool = _named(tools, name)
            answers = [
                within(_SECONDS, lambda: tool(**arguments)),
                within(_SECONDS, lambda: in_running_loop(lambda: tool(**arguments))),
                within(_SECONDS, lambda: asyncio.run(tool.acall(**arguments))),
            ]

        async def main() -> Any:
            async with self.make() as others:
                return await asyncio.to_thread(_named(others, name), **arguments)

        answers.append(within(_SECONDS, lambda: asyncio.run(main())))
        assert answers == answers[:1] * 4, f"the answers are {answers}"

    def test_answers_many_at_once(self) -> None:
        """Calls that are made side by side are all answered."""

        async def main(tool: weft.Tool[..., Any], arguments: Mapping[str, Any]) -> list[Any]:
            return await asyncio.gather(*[tool.acall(**arguments) for _ in range(_AT_ONCE)])

        answers = self._in_use(main)
        assert answers == answers[:1] * _AT_ONCE, f"the answers are {answers}"

    def test_a_cancelled_call_harms_no_other(self) -> None:
        """When a call is cancelled, the toolset goes on."""

        async def main(tool: weft.Tool[..., Any], arguments: Mapping[str, Any]) -> list[Any]:
            before = await tool.acall(**arguments)
            cancelled = asyncio.ensure_future(tool.acall(**arguments))
            await asyncio.sleep(0)
            await asyncio.sleep(0)
            cancelled.cancel()
            await asyncio.wait([cancelled])
            return [before, await tool.acall(**arguments)]

        before, after = self._in_use(main)
        assert after == before, f"the answer is {after!r} and was {before!r}"

    def test_tells_that_it_is_closed(self) -> None:
        """A call of a tool whose toolset was closed fails, and does not wait for an answer."""
        name, arguments = self._call()

        async def main() -> weft.ToolResult:
            async with self.make() as tools:
                tool = _named(tools, name)
            return await tool.run(json.dumps(arguments))

        result = within(_SECONDS, lambda: asyncio.run(main()))
        assert not result.ok, f"it still answers: {result.text!r}"

    def test_making_connects_to_nothing(self) -> None:
        """A toolset that cannot be opened is made without an error; opening it raises one of weft's, each time."""
        if self.failing_options is None:
            pytest.skip("failing_options names no toolset that cannot be opened")
        toolset = self.make(**self.failing_options)
        for _ in range(2):
            with pytest.raises(WeftError) as caught:
                within(_SECONDS, lambda: _opened(toolset))
            assert "is open already" not in str(caught.value)

    def test_repr_holds_no_secret(self) -> None:
        """`repr` ends up in logs, so it never holds a token."""
        if not self.secret_option:
            pytest.skip("secret_option names no option")
        toolset = self.make(**{self.secret_option: _CANARY})
        assert _CANARY not in repr(toolset), f"repr() tells the value of {self.secret_option!r}"

    def _call(self) -> tuple[str, Mapping[str, Any]]:
        if self.call is None:
            pytest.skip("call names no tool to try")
        return self.call

    def _in_use(self, work: Any) -> Any:
        """Return what `work` gives for the tool to try and its arguments, on the loop where the toolset is open."""
        name, arguments = self._call()

        async def main() -> Any:
            async with self.make() as tools:
                return await work(_named(tools, name), arguments)

        return within(_SECONDS, lambda: asyncio.run(main()))


def _opened(toolset: weft.Toolset) -> Sequence[weft.Tool[..., Any]]:
    with toolset as tools:
        assert tools, "it gives no tools"
        return tools


def _names(tools: Sequence[weft.Tool[..., Any]]) -> list[str]:
    return [tool.name for tool in tools]


def _named(tools: Sequence[weft.Tool[..., Any]], name: str) -> weft.Tool[..., Any]:
    found = next((tool for tool in tools if tool.name == name), None)
    assert found is not None, f"it has no tool {name!r}, but {_names(tools)}"
    return found
