"""Functions of the host that code in an interpreter may call."""

from __future__ import annotations

import builtins
from keyword import iskeyword
from typing import TYPE_CHECKING, Any

from ..data.tools import Tool
from ..errors import InputError, ToolError
from ..runtime.frozen import frozen
from ..secrets import without_secrets
from .plain import MOST_CHARACTERS, Unfit, plain

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

_NOT_MADE_OF_A_MESSAGE = (UnicodeDecodeError, UnicodeEncodeError, UnicodeTranslateError, BaseExceptionGroup)
_SAYS_NOTHING = (BaseException, Exception)


@frozen
class HostAnswer:
    """What came of a call that code in an interpreter made.

    Attributes:
        value: what the function returned, as plain data.
        error: the name of the built-in exception that the code gets instead, such as ``ValueError``; None: it gets the
            value.
        message: the exception's message.
    """

    value: Any = None
    error: str | None = None
    message: str = ""

    def given(self) -> Any:
        """Return the value, or raise the exception, as the code gets it."""
        if self.error is None:
            return self.value
        raise getattr(builtins, self.error)(self.message)


class HostTool:
    """A function of the host as an engine sees it; weft makes it of what the user gave."""

    __slots__ = ("_tool",)

    def __init__(self, tool: Tool[..., Any]) -> None:
        self._tool = tool

    @property
    def name(self) -> str:
        """The name that code has for it."""
        return self._tool.name

    async def answer(self, args: Sequence[Any], kwargs: Mapping[str, Any]) -> HostAnswer:
        """Return what comes of a call; whatever is given is checked, and only a cancellation is raised."""
        try:
            given, named = plain((args, kwargs), most=MOST_CHARACTERS)
            return HostAnswer(_data(await self._tool.acall(*given, **named)))
        except Unfit as error:
            return HostAnswer(error="TypeError", message=f"What {self.name} is given must be plain data, but {error}.")
        except Exception as error:  # noqa: BLE001 - a tool may do anything, and the code that called it must be told
            return _failed(error)

    def __repr__(self) -> str:
        return f"HostTool({self.name!r})"


def host_tools(tools: Mapping[str, Tool[..., Any] | Callable[..., Any]]) -> dict[str, HostTool]:
    """Return tools, or functions as tools, by the names that code has for them.

    Raises:
        ToolError: a name is no Python name, or a value no tool that can be run.
    """
    return {name: HostTool(_named(name, tool)) for name, tool in tools.items()}


def checked_variables(variables: Mapping[str, Any]) -> dict[str, Any]:
    """Return variables as plain data.

    Raises:
        InputError: a name is no Python name, or a value no plain data.
    """
    return {name: _variable(name, value) for name, value in variables.items()}


def _variable(name: Any, value: Any) -> Any:
    if not is_python_name(name):
        raise InputError(f"{name!r} cannot name a variable of the code; it must be a Python name.")
    try:
        return plain(value)
    except Unfit as error:
        raise InputError(f"The variable {name!r} cannot be given to the code: {error}.") from error


def _named(name: Any, value: Any) -> Tool[..., Any]:
    if not is_python_name(name):
        raise ToolError(f"{name!r} cannot name a tool in code; it must be a Python name.")
    tool = Tool(value, name=name) if callable(value) and not isinstance(value, Tool) else Tool.read(value)
    if not tool.runs:
        raise ToolError(f"The tool {name!r} has no function, so code cannot call it.")
    return tool if tool.name == name else tool.changed(name=name)


def is_python_name(name: Any) -> bool:
    """Whether code can use this as the name of a variable or a function."""
    return isinstance(name, str) and name.isidentifier() and not iskeyword(name)


def _data(value: Any) -> Any:
    """Return what a tool gave as plain data, whatever pydantic can write included."""
    try:
        return plain(value)
    except Unfit:
        from pydantic_core import to_jsonable_python

        return plain(to_jsonable_python(value, serialize_unknown=True))


def _failed(error: Exception) -> HostAnswer:
    """Return the built-in exception that comes nearest to one of the host's, which code cannot have."""
    nearest = next((base for base in type(error).__mro__ if _is_builtin(base)), None)
    said = without_secrets(_message(error))
    if nearest is None:
        return HostAnswer(error="RuntimeError", message=f"{type(error).__name__}: {said}")
    return HostAnswer(error=nearest.__name__, message=said)


def _message(error: Exception) -> str:
    """Return what an exception was made of: a KeyError shows it in quotes, and would have more of them each time."""
    return str(error.args[0] if isinstance(error, KeyError) and len(error.args) == 1 else error)


def _is_builtin(kind: type) -> bool:
    """Whether code everywhere has an exception of this class, which says something and is made of a message."""
    if kind in _SAYS_NOTHING or issubclass(kind, _NOT_MADE_OF_A_MESSAGE):
        return False
    return getattr(builtins, kind.__name__, None) is kind and issubclass(kind, Exception)
