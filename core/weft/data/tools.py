"""Tools: functions that a model may call, with what it is told of them and a check of what it gives them."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Coroutine, Iterable, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any, Generic, ParamSpec, TypeVar, cast, overload

from ..errors import InputError, ToolError
from ..runtime.loop import run_sync
from ..spelling import check_keywords
from .calls import ToolCall, ToolSpec
from .docstrings import described
from .shown import Shown
from .tool_parameters import Parameters, SchemaParameters, parameters_of

if TYPE_CHECKING:
    from .calls import ToolResult
    from .toolset import Toolset

P = ParamSpec("P")
Q = ParamSpec("Q")
R = TypeVar("R")
T = TypeVar("T")

MOST_CHARACTERS = 10_000
_NAME = re.compile(r"[A-Za-z0-9_-]{1,64}")
_CHANGES = frozenset({"name", "desc", "timeout", "max_characters"})


class Tool(Shown, Generic[P, R]):
    """A function that a model may call: what it is told of it, and a check of the arguments before it runs.

    Name, description and arguments are taken from the function: its name, its docstring in the style of Google, NumPy
    or Sphinx, and its types, which may be anything that pydantic can validate. The function may be sync or async; a
    sync one runs in a worker thread. Wherever a tool is taken, a plain function is too.

    Args:
        function: what does the work; None: the tool can be offered to a model, and whoever offers it does the work.
        name: letters, digits, ``_`` and ``-``; default: the function's.
        desc: what the model is told; default: the docstring.
        parameters: JSON schema of the arguments, an object, for a function that takes whatever the schema says, such
            as a call of a server; default: from the function.
        timeout: seconds for one call; ``inf``: no limit; None leaves it to the setting ``tool_timeout``.
        max_characters: characters of an answer that a model is shown; the rest is cut off, with a mark.

    Raises:
        ToolError: the function cannot be a tool.

    Example:
        >>> def add(a: int, b: int = 1) -> int:
        ...     '''Add two numbers.'''
        ...     return a + b
        >>> tool = Tool(add)
        >>> tool(a=2)
        3
        >>> tool.parameters["required"]
        ['a']
    """

    __slots__ = ("_function", "_parameters", "desc", "max_characters", "name", "spec", "timeout")
    name: str
    desc: str
    timeout: float | None
    max_characters: int
    spec: ToolSpec
    _function: Callable[..., Any] | None
    _parameters: Parameters

    @overload
    def __init__(
        self: Tool[Q, T],
        function: Callable[Q, Coroutine[Any, Any, T]],
        *,
        name: str | None = ...,
        desc: str | None = ...,
        timeout: float | None = ...,
        max_characters: int = ...,
    ) -> None: ...
    @overload
    def __init__(
        self: Tool[Q, T],
        function: Callable[Q, T],
        *,
        name: str | None = ...,
        desc: str | None = ...,
        timeout: float | None = ...,
        max_characters: int = ...,
    ) -> None: ...
    @overload
    def __init__(
        self: Tool[..., Any],
        function: Callable[..., Any] | None = ...,
        *,
        name: str,
        desc: str = ...,
        parameters: Mapping[str, Any],
        timeout: float | None = ...,
        max_characters: int = ...,
    ) -> None: ...
    def __init__(
        self,
        function: Callable[..., Any] | None = None,
        *,
        name: str | None = None,
        desc: str | None = None,
        parameters: Mapping[str, Any] | None = None,
        timeout: float | None = None,
        max_characters: int = MOST_CHARACTERS,
        **unknown: Any,
    ) -> None:
        check_keywords("Tool", unknown, _CHANGES | {"function", "parameters"})
        known = _checked_name(name if name is not None else _name_of(function))
        doc = described(_docstring(function))
        if parameters is None:
            taken: Parameters = parameters_of(_checked_function(known, function), known, doc.arguments)
        else:
            taken = SchemaParameters({"type": "object", **parameters})
        _set(self, function, taken, known, doc.text if desc is None else desc, timeout, max_characters)

    @property
    def parameters(self) -> Mapping[str, Any]:
        """The JSON schema of the arguments."""
        return self.spec.parameters

    @property
    def runs(self) -> bool:
        """Whether there is a function behind it."""
        return self._function is not None

    def changed(self, **changes: Any) -> Tool[P, R]:
        """Return the same tool with another ``name``, ``desc``, ``timeout`` or ``max_characters``.

        Raises:
            OptionError: something else was to be changed.
        """
        check_keywords("Tool.changed", changes, _CHANGES)
        kept: dict[str, Any] = {key: getattr(self, key) for key in _CHANGES}
        kept.update(changes)
        tool: Tool[P, R] = Tool.__new__(type(self))
        _checked_name(kept["name"])
        _set(tool, self._function, self._parameters, **kept)
        return tool

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> R:
        """Check the arguments and run the function; blocking.

        Raises:
            InputError: the arguments do not fit.
            ToolTimeoutError: it took too long.
            Exception: whatever the function raises.
        """
        return run_sync(self.acall(*args, **kwargs))

    async def acall(self, *args: P.args, **kwargs: P.kwargs) -> R:
        """Check the arguments and run the function; see `__call__`."""
        from .tool_running import answer

        return cast("R", await answer(self, self.bound(args, kwargs)))

    async def run(self, call: ToolCall | str) -> ToolResult:
        """Carry out a call as a model wrote it, or its arguments as JSON; whatever goes wrong is told in the result."""
        from .tool_running import result_of

        return await result_of(self, call if isinstance(call, ToolCall) else ToolCall("", self.name, call))

    def bound(self, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> dict[str, Any]:
        """Return arguments by name, checked.

        Raises:
            InputError: they do not fit.
        """
        names = self._parameters.names
        if len(args) > len(names):
            raise InputError(f"The tool {self.name!r} takes {len(names)} arguments by position, not {len(args)}.")
        given = dict(zip(names, args, strict=False))
        twice = next((name for name in given if name in kwargs), None)
        if twice is not None:
            raise InputError(f"The tool {self.name!r} was given {twice!r} twice.")
        return self._parameters.checked(self.name, {**given, **kwargs})

    def prepared(self, arguments: Mapping[str, Any]) -> Callable[[], Any]:
        """Return the call of the function with checked arguments.

        Raises:
            ToolError: there is no function.
        """
        if self._function is None:
            raise ToolError(f"The tool {self.name!r} has no function: whoever offers it must carry out its calls.")
        return self._parameters.call(self._function, arguments)

    def shown(self) -> dict[str, Any]:
        """Return what a model is told of it."""
        return {"name": self.name, "description": self.desc, "parameters": dict(self.parameters)}

    @classmethod
    def read(cls, value: Any) -> Tool[..., Any]:
        """Return the tool that a value is: a tool, a function, or what `shown` gave, which no function can run.

        Raises:
            ToolError: it is none.
        """
        if isinstance(value, Tool):
            return cast("Tool[..., Any]", value)
        if callable(value):
            return Tool(value)
        if isinstance(value, Mapping) and {"name", "parameters"} <= (told := cast("Mapping[str, Any]", value)).keys():
            return Tool(name=told["name"], desc=told.get("description", ""), parameters=told["parameters"])
        raise ToolError(f"A tool is a function or a Tool, not {value!r}.")

    @staticmethod
    def from_mcp(*servers: Any, **options: Any) -> Toolset:
        """Return the tools of MCP servers, to be used in ``async with`` or ``with``; needs the package weft-mcp.

        It is short for ``Toolset("mcp", servers=servers, **options)``. How a server is given, and which options there
        are, says weft-mcp.

        Raises:
            PluginNotFound: weft-mcp is not installed.
        """
        from .toolset import Toolset

        return Toolset("mcp", servers=servers, **options)

    def __setattr__(self, name: str, value: Any) -> None:
        raise ToolError(f"A Tool is immutable; use .changed({name}=…) for a changed one.")

    def __repr__(self) -> str:
        return f"Tool({self.name!r})"


def tools_by_name(tools: Iterable[Any]) -> dict[str, Tool[..., Any]]:
    """Return tools, or functions as tools, by name.

    Raises:
        ToolError: one is no tool, or two have one name.
    """
    if isinstance(tools, str) or not isinstance(tools, Iterable):  # pyright: ignore[reportUnnecessaryIsInstance]
        raise ToolError(f"Tools are given as a list of functions or Tools, not as {tools!r}.")
    found: dict[str, Tool[..., Any]] = {}
    for value in tools:
        tool = Tool.read(value)
        if tool.name in found:
            raise ToolError(f"Two tools are called {tool.name!r}; give one another name: Tool(function, name=…).")
        found[tool.name] = tool
    return found


def _set(
    tool: Tool[..., Any],
    function: Callable[..., Any] | None,
    parameters: Parameters,
    name: str,
    desc: str,
    timeout: float | None,
    max_characters: int,
) -> None:
    if timeout is not None and not timeout > 0:
        raise ToolError(f"The timeout of the tool {name!r} must be a number of seconds above 0, not {timeout!r}.")
    if max_characters < 1:
        raise ToolError(f"max_characters of the tool {name!r} must be at least 1, not {max_characters!r}.")
    values = {
        "_function": function,
        "_parameters": parameters,
        "name": name,
        "desc": desc,
        "timeout": timeout,
        "max_characters": max_characters,
        "spec": ToolSpec(name, desc, parameters.schema),
    }
    for key, value in values.items():
        object.__setattr__(tool, key, value)


def _checked_name(name: Any) -> str:
    if not isinstance(name, str) or _NAME.fullmatch(name) is None:
        raise ToolError(
            f"{name!r} cannot name a tool: models take letters, digits, '_' and '-', 64 at most. "
            "Say it with Tool(function, name=…)."
        )
    return name


def _checked_function(name: str, function: Any) -> Callable[..., Any]:
    if isinstance(function, Tool):
        raise ToolError(f"{name!r} is a Tool already; use .changed(…) for a changed one.")
    if not callable(function):
        raise ToolError(f"The tool {name!r} needs a function, or parameters=… where something else does the work.")
    return function


def _name_of(function: Any) -> Any:
    if function is None:
        raise ToolError("A tool is made of a function, or of name=… and parameters=….")
    target: Any = function.func if isinstance(function, partial) else function
    return getattr(target, "__name__", type(target).__name__)


def _docstring(function: Any) -> str | None:
    """Return what a function says of itself, not what the class of an object says of its kind."""
    target: Any = function.func if isinstance(function, partial) else function
    if hasattr(target, "__name__"):
        return target.__doc__
    return None if target is None else cast("Any", type(target)).__doc__


def arguments_shown(arguments: Mapping[str, Any]) -> str:
    """Return arguments as JSON, for whoever watches."""
    from pydantic_core import to_jsonable_python

    return json.dumps(to_jsonable_python(dict(arguments), serialize_unknown=True), ensure_ascii=False)
