"""Sets of tools that come from elsewhere, such as a server, and are there from when they are opened until the end."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from ..errors import ToolError
from ..registry.contract import Contract
from ..runtime.loop import enter_loop, run_sync
from .tools import tools_by_name

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from .tools import Tool


class Toolset(Contract):
    """Tools that are there for a while; ``Toolset("mcp", **options)`` returns the installed one of that name.

    Whoever uses it enters it, with ``async with`` or ``with``, and gets the tools. A toolset derives from this class
    and writes `open`, and `close` where there is something to close. The functions of its tools may be called from
    another event loop than the one it was opened on: from the caller's, and from weft's own for blocking calls.

    Example:
        >>> import weft
        >>> class Greetings(weft.Toolset):
        ...     async def open(self):
        ...         def greet(name: str) -> str:
        ...             return f"Hello, {name}."
        ...         return [greet]
        >>> with Greetings() as tools:
        ...     tools[0](name="Ada")
        'Hello, Ada.'
    """

    kind: ClassVar[str] = "toolset"
    required: ClassVar[tuple[str, ...]] = ("open",)
    _is_open = False

    if TYPE_CHECKING:  # the contract itself takes a name and options, which the metaclass resolves

        def __init__(self, *args: Any, **options: Any) -> None: ...

    async def open(self) -> Iterable[Tool[..., Any] | Callable[..., Any]]:
        """Connect to whatever gives the tools, and return them; raise an error of weft's that says what failed."""
        raise NotImplementedError

    async def close(self) -> None:
        """Let go of everything; called once for each `open`, also for one that failed."""

    async def __aenter__(self) -> tuple[Tool[..., Any], ...]:
        """Return the tools.

        Raises:
            ToolError: it is in use, what it gives is no tool, or two have one name.
            Exception: whatever `open` raises.
        """
        if self._is_open:
            raise ToolError(f"{type(self).__name__} is open already; make another one to use it twice at once.")
        self._is_open = True
        await enter_loop()
        try:
            return tuple(tools_by_name(await self.open()).values())
        except BaseException:  # whatever it is, what was opened is closed
            await self.__aexit__()
            raise

    async def __aexit__(self, *error: object) -> None:
        await enter_loop()
        try:
            await self.close()
        finally:
            self._is_open = False

    def __iter__(self) -> Iterator[Tool[..., Any]]:
        raise ToolError(f"{type(self).__name__} is opened first: `with toolset as tools:` gives the tools.")

    def __enter__(self) -> tuple[Tool[..., Any], ...]:
        return run_sync(self.__aenter__())

    def __exit__(self, *error: object) -> None:
        run_sync(self.__aexit__(*error))
