"""The Interpreter contract: an engine writes `open`; the rest has working defaults."""

from __future__ import annotations

from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any, ClassVar, overload

from ..errors import InterpreterError, OptionError, PluginContractError
from ..registry.contract import Contract
from ..runtime.loop import enter_loop, run_sync
from ..spelling import spelled
from .hosting import host_tools
from .session import InterpreterSession

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Callable, Mapping

    from ..data.tools import Tool
    from .execution import Execution
    from .hosting import HostTool


class Interpreter(Contract):
    """Runs Python that nobody has read; ``Interpreter("monty")`` returns the installed engine of that name.

    The code has no files, no network and no environment, and of the host only the tools that it is given.

    Args:
        seconds: how long one run may take; the time in tools does not count.
        memory_mb: megabytes that the code may use.
        output_limit: characters that are kept of what one run prints.

    Raises:
        OptionError: a limit is no number above 0.
    """

    kind: ClassVar[str] = "interpreter"
    required: ClassVar[tuple[str, ...]] = ("open",)
    language: str = "Python"
    """What models are told to write: the language, and what of it this engine lacks."""

    seconds: float
    memory_mb: float
    output_limit: int

    if TYPE_CHECKING:

        @overload
        def __init__(self, ref: Interpreter | str, /, **options: Any) -> None: ...
        @overload
        def __init__(self, *, seconds: float = ..., memory_mb: float = ..., output_limit: int = ...) -> None: ...
        def __init__(self, *args: Any, **options: Any) -> None: ...

    else:  # a name is resolved by the metaclass and never gets here

        def __init__(self, *, seconds=10.0, memory_mb=256.0, output_limit=100_000):
            self.seconds = _above_0("seconds", seconds)
            self.memory_mb = _above_0("memory_mb", memory_mb)
            self.output_limit = int(_above_0("output_limit", output_limit))

    @property
    def name(self) -> str:
        """What messages and events call it."""
        return type(self).__name__

    async def open(self, tools: Mapping[str, HostTool]) -> InterpreterSession:
        """Return a session whose code can call `tools` as functions of these names; for engines.

        Raises:
            InterpreterError: the sandbox cannot be had; the message says what to install or to allow.
        """
        raise PluginContractError(f"{type(self).__name__} has no open.")

    @spelled
    @asynccontextmanager
    async def session(
        self, tools: Mapping[str, Tool[..., Any] | Callable[..., Any]] | None = None
    ) -> AsyncGenerator[InterpreterSession, None]:
        """Open a session for a block: runs of code that share what they define.

        Args:
            tools: functions of the host by the names that code calls them by, sync or async. Their arguments are
                checked. What they return reaches the code as plain data, and what they raise as the nearest built-in
                exception.

        Raises:
            InterpreterError: the sandbox cannot be had; the message says what to install or to allow.
            ToolError: a value of `tools` cannot be one, or its name is no Python name.

        Example:
            async with weft.Interpreter("monty").session(tools={"double": lambda number: 2 * number}) as session:
                await session.run("x = double(4)")
                assert (await session.run("x + 1")).value == 9
        """
        hosted = host_tools(tools or {})
        await enter_loop()
        session = await self.open(hosted)
        if not isinstance(session, InterpreterSession):  # pyright: ignore[reportUnnecessaryIsInstance]
            raise PluginContractError(f"{type(self).__name__} opened {session!r:.60}, which is no session.")
        session.begun(self.name, self.output_limit)
        try:
            yield session
        finally:
            await session.ended()

    @spelled
    async def acall(self, code: str, variables: Mapping[str, Any] | None = None) -> Execution:
        """Run code in a session of its own; see `InterpreterSession.run`."""
        async with self.session() as session:
            return await session.run(code, variables)

    @spelled
    def __call__(self, code: str, variables: Mapping[str, Any] | None = None) -> Execution:
        """Run code in a session of its own; blocking."""
        return run_sync(self.acall(code, variables))

    async def probe(self) -> None:
        """Find out whether code can be run here.

        Raises:
            InterpreterError: it cannot; the message says what to install or to allow.
        """
        execution = await self.acall("6 * 7")
        if execution.value != 42:
            raise InterpreterError(f"{type(self).__name__} does not work: 6 * 7 gave {execution!r:.300}.")


def _above_0(name: str, limit: Any) -> float:
    if isinstance(limit, bool) or not isinstance(limit, int | float) or not 0 < limit < float("inf"):
        raise OptionError(f"{name} of an interpreter must be a number above 0, not {limit!r}.")
    return float(limit)
