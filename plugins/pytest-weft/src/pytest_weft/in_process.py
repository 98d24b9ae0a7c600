"""An interpreter for tests: it runs code in the tests' own process, quickly and with no walls at all."""

from __future__ import annotations

import ast
import asyncio
import builtins
import sys
import time
import traceback
from typing import TYPE_CHECKING, Any

import weft

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from types import FrameType


class InProcessInterpreter(weft.Interpreter):
    """Runs code in a thread of this process: for tests of what uses an interpreter, and never for code of strangers.

    It has the contract's manners, but neither walls nor a limit of memory.

    Args:
        seconds, memory_mb, output_limit: as for `weft.Interpreter`.

    Example:
        >>> InProcessInterpreter()("6 * 7").value
        42
    """

    async def open(self, tools: Mapping[str, weft.HostTool]) -> weft.InterpreterSession:
        return InProcessSession(self.seconds, tools)


class _OutOfTime(BaseException):
    pass


class InProcessSession(weft.InterpreterSession):
    """The names that the code of a session has defined, and the clock of the run that is under way."""

    def __init__(self, seconds: float, tools: Mapping[str, weft.HostTool]) -> None:
        self.seconds, self.tools = seconds, tools
        self.names: dict[str, Any] = {}
        self.builtins = vars(builtins)
        self._printed: list[str] = []
        self._began = self._in_tools = 0.0

    async def execute(self, code: str, variables: Mapping[str, Any]) -> weft.Execution:
        self._printed, self._began, self._in_tools = [], time.monotonic(), 0.0
        if not self.names:
            loop = asyncio.get_running_loop()
            self.names = {name: self._calling(tool, loop) for name, tool in self.tools.items()}
            self.names["__builtins__"] = {**self.builtins, "print": self._print}
        self.names |= variables
        try:
            return await asyncio.to_thread(self.run_here, code)
        except asyncio.CancelledError:
            self.seconds = 0.0
            raise

    def run_here(self, code: str) -> weft.Execution:
        """Run code in this thread, to its end or to that of its time."""
        value, error, lost = None, None, False
        sys.settrace(self._traced)
        try:
            value = self._value(code)
        except _OutOfTime:
            error, lost = f"TimeoutError: The code was stopped after {self.seconds:g} seconds.", True
            self.names = {}
        except BaseException:  # noqa: BLE001 - whatever the code raises is reported
            error = traceback.format_exc().rstrip("\n")
        finally:
            sys.settrace(None)
        return weft.Execution("".join(self._printed), value, error, self._taken(), lost)

    def _value(self, code: str) -> Any:
        """Run code; return the value of its last line, if that is an expression."""
        tree = ast.parse(code)
        last = tree.body.pop() if tree.body and isinstance(tree.body[-1], ast.Expr) else None
        exec(compile(tree, "<code>", "exec"), self.names)  # noqa: S102 - this is what an interpreter is for
        if not isinstance(last, ast.Expr):
            return None
        return eval(compile(ast.Expression(last.value), "<code>", "eval"), self.names)  # noqa: S307 - as above

    def _calling(self, tool: weft.HostTool, loop: asyncio.AbstractEventLoop) -> Callable[..., Any]:
        """Return a function that calls a tool, and lets the clock stand still meanwhile."""

        def call(*args: Any, **kwargs: Any) -> Any:
            began = time.monotonic()
            try:
                return asyncio.run_coroutine_threadsafe(tool.answer(args, kwargs), loop).result().given()
            finally:
                self._in_tools += time.monotonic() - began

        return call

    def _print(self, *values: object, sep: str = " ", end: str = "\n", **_: object) -> None:
        self._printed.append(sep.join(map(str, values)) + end)

    def _traced(self, frame: FrameType, event: str, argument: object) -> Any:
        """Watch the code's own frames for every step that they take."""
        if frame.f_code.co_filename != "<code>":
            return None
        frame.f_trace_opcodes = True
        if self._taken() > self.seconds:
            raise _OutOfTime
        return self._traced

    def _taken(self) -> float:
        return time.monotonic() - self._began - self._in_tools
