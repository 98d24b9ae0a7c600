"""A session: runs of code that share what they define."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from ..errors import InputError, InterpreterError
from ..runtime.events import emit
from ..spelling import spelled
from .hosting import checked_variables
from .plain import MOST_CHARACTERS, Unfit, plain, readable

if TYPE_CHECKING:
    from collections.abc import Mapping

    from .execution import Execution

_CUT = "\n[… the rest was left out …]"


class InterpreterSession:
    """Runs of code that share what they define; `Interpreter.session` opens one.

    An engine derives from this class and writes `execute` and `close`. `execute` raises `InterpreterError` where the
    sandbox fails, and reports whatever the code does in the `Execution`.
    """

    _turn: asyncio.Lock
    _limit: int
    _name: str
    _over: str

    @spelled
    async def run(self, code: str, variables: Mapping[str, Any] | None = None) -> Execution:
        """Run code and return what came of it; what it defines is there in the next run.

        Args:
            code: Python. If its last line is an expression, its value is returned.
            variables: plain data that the code finds under these names, and that stays as if it had defined them.

        Raises:
            InputError: the code is no text, or a variable is no plain data.
            InterpreterError: the sandbox is dead, or the session over. A failure of the code is never raised.
        """
        if not isinstance(code, str):  # pyright: ignore[reportUnnecessaryIsInstance]
            raise InputError(f"Code is a text, not {code!r:.60}.")
        given = checked_variables(variables or {})
        async with self._turn:
            if self._over:
                raise InterpreterError(self._over)
            try:
                execution = self._passed(await self.execute(readable(code), given))
            except InterpreterError as error:
                self._over = f"The session cannot go on after its sandbox has failed: {error}"
                raise
            except asyncio.CancelledError:
                self._over = "The session is over, since a run of it was cancelled; open another one."
                raise
        emit("interpreter.run", interpreter=self._name, ok=execution.ok, lost=execution.lost, seconds=execution.seconds)
        return execution

    async def execute(self, code: str, variables: Mapping[str, Any]) -> Execution:
        """Run code; for engines, which are asked for one run at a time. What it returns is checked and cut by `run`.

        Raises:
            InterpreterError: the sandbox failed, not the code.
        """
        raise NotImplementedError

    async def close(self) -> None:
        """End the session and free what it took; for engines. Called once, also after a failure."""

    def described(self, value: Any) -> str:
        """Return the words for a value of the code's that is no plain data; for engines."""
        return repr(value)

    def begun(self, name: str, output_limit: int) -> None:
        """Make the session ready for runs; for weft, so that engines need not call an ``__init__``."""
        self._turn, self._over = asyncio.Lock(), ""
        self._name, self._limit = name, output_limit

    async def ended(self) -> None:
        """Close the session, and refuse what comes later; for weft."""
        self._over = self._over or "The session is over; open another one."
        await self.close()

    def _passed(self, execution: Execution) -> Execution:
        """Return what may leave the interpreter of an execution."""
        error = execution.error
        try:
            value = plain(execution.value, most=MOST_CHARACTERS, others=self.described)
        except Unfit as unfit:
            value = None
            error = error or f"ValueError: The value of the last line cannot leave the interpreter: {unfit}."
        error = None if error is None else self._cut(error)
        return replace(execution, output=self._cut(execution.output), value=value, error=error)

    def _cut(self, text: str) -> str:
        text = readable(text)
        return text if len(text) <= self._limit else text[: self._limit] + _CUT
