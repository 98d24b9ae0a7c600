"""Calls of tools: what a model is told of a tool, the calls it asks for, and what came of them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, overload

from ..runtime.frozen import frozen
from ..spelling import spelled
from .call_reading import read_calls
from .shown import Shown

if TYPE_CHECKING:
    from collections.abc import Callable

    from .tools import Tool


@frozen
class ToolSpec:
    """A tool as a model sees it.

    Attributes:
        name: letters, digits, ``_`` and ``-``.
        description: what the tool is for.
        parameters: JSON schema of its arguments, an object.
    """

    name: str
    description: str
    parameters: Mapping[str, Any]


@frozen
class ToolCall:
    """A call of a tool that a model asks for.

    Attributes:
        id: the provider's id of the call, which the tool's answer repeats.
        name: the tool's name.
        arguments: the arguments as JSON, exactly as the model wrote them; they need not be valid.
        state: what the provider wants back with the call when the conversation goes on, such as the signature of a
            thought; opaque to everyone else, who leaves it alone.
    """

    id: str
    name: str
    arguments: str
    state: str = ""


@frozen
class ToolResult:
    """What a call of a tool gave.

    Attributes:
        text: what the model is told: the answer, or what went wrong.
        error: what went wrong, as the type and the message of the exception; None where nothing did.
        seconds: how long it took.
        missing: characters of the answer that were cut off.
    """

    text: str
    error: str | None = None
    seconds: float = 0.0
    missing: int = 0

    @property
    def ok(self) -> bool:
        """Whether the tool answered."""
        return self.error is None


class ToolCalls(Shown, Sequence[ToolCall]):
    """The calls of tools that an answer asks for, in order; the type of an output that holds them.

    Args:
        calls: calls, or mappings with ``name`` and ``arguments``.
        text: what the model wrote beside them, where calls have a form of their own; a conversation repeats it.

    Raises:
        ValueError: something is no call.

    Example:
        >>> calls = ToolCalls([{"name": "add", "arguments": {"a": 1, "b": 2}}])
        >>> calls[0].name, calls[0].arguments
        ('add', '{"a": 1, "b": 2}')
    """

    __slots__ = ("calls", "text")
    calls: tuple[ToolCall, ...]
    text: str

    @spelled
    def __init__(self, calls: Iterable[ToolCall | Mapping[str, Any]] = (), text: str = "") -> None:
        found = tuple(call if isinstance(call, ToolCall) else ToolCalls.read(call)[0] for call in calls)
        object.__setattr__(self, "calls", found)
        object.__setattr__(self, "text", text)

    @overload
    def __getitem__(self, index: int) -> ToolCall: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[ToolCall, ...]: ...
    def __getitem__(self, index: int | slice) -> ToolCall | tuple[ToolCall, ...]:
        return self.calls[index]

    def __len__(self) -> int:
        return len(self.calls)

    def __setattr__(self, name: str, value: Any) -> None:
        raise AttributeError("ToolCalls are immutable.")

    def __eq__(self, other: object) -> bool:
        return isinstance(other, ToolCalls) and other.calls == self.calls

    def __hash__(self) -> int:
        return hash(self.calls)

    def __repr__(self) -> str:
        return f"ToolCalls({list(self.calls)!r})"

    async def run(self, tools: Iterable[Tool[..., Any] | Callable[..., Any]]) -> tuple[ToolResult, ...]:
        """Run the calls side by side with those of the tools that they name; the results come in their order.

        Whatever goes wrong, an unknown tool included, is told in its result.

        Raises:
            ToolError: a tool is no function, or two have one name.
        """
        from .tool_running import run_calls
        from .tools import tools_by_name

        return await run_calls(tools_by_name(tools), self.calls)

    def shown(self) -> list[dict[str, Any]]:
        """Return names and arguments, as a model writes them where it has no form of its own."""
        return [{"name": call.name, "arguments": _readable(call.arguments)} for call in self.calls]

    @classmethod
    def read(cls, value: Any) -> ToolCalls:
        """Return the calls that a value holds: a list of them, one, or a text in which a model wrote them.

        Raises:
            ValueError: it holds none, and is not empty either.
        """
        if isinstance(value, ToolCalls):
            return value
        if isinstance(value, ToolCall):
            return cls([value])
        return cls([ToolCall(call.id, call.name, call.arguments) for call in read_calls(value)])

    @classmethod
    def __get_pydantic_json_schema__(cls, schema: Any, handler: Any) -> dict[str, Any]:
        properties = {"name": {"type": "string"}, "arguments": {"type": "object"}}
        call = {"type": "object", "properties": properties, "required": list(properties)}
        return {"type": "array", "items": call}


def _readable(arguments: str) -> Any:
    try:
        return json.loads(arguments) if arguments else {}
    except ValueError:
        return arguments
