"""What an engine keeps of one run: what was printed, and the time, which stands still while the host works."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager, contextmanager
from typing import TYPE_CHECKING, Any

import weft

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Generator


class Watch:
    """The output and the clock of one run, which begins now."""

    def __init__(self, interpreter: weft.Interpreter) -> None:
        self._seconds, self._limit = interpreter.seconds, interpreter.output_limit
        self._printed: list[str] = []
        self._kept = 0
        self._clock = asyncio.get_running_loop().time
        self._began = self._clock()
        self._waited = 0.0
        self._patience: asyncio.Timeout | None = None
        self._allowed = self._seconds

    @asynccontextmanager
    async def patience(self, more: float = 0.0) -> AsyncGenerator[None, None]:
        """End a block when the run has taken its time, and `more` seconds.

        Raises:
            TimeoutError: it was ended.
        """
        self._allowed = self._seconds + more
        async with asyncio.timeout(self._allowed) as self._patience:
            yield

    @contextmanager
    def waiting(self) -> Generator[None, None, None]:
        """Let the clock stand still for a block."""
        assert self._patience is not None
        self._patience.reschedule(None)
        began = self._clock()
        try:
            yield
        finally:
            self._waited += self._clock() - began
            self._patience.reschedule(self._began + self._waited + self._allowed)

    def printed(self, stream: str, text: str) -> None:
        """Keep what was printed, up to a character more than the limit, which shows that there was more."""
        if self._kept <= self._limit:
            text = text[: self._limit + 1 - self._kept]
            self._kept += len(text)
            self._printed.append(text)

    def execution(self, value: Any = None, *, error: str | None = None, lost: bool = False) -> weft.Execution:
        """Return what came of the run."""
        seconds = self._clock() - self._began - self._waited
        return weft.Execution("".join(self._printed), value, error, seconds, lost)

    def out_of_time(self) -> weft.Execution:
        """Return what came of a run that was stopped."""
        return self.execution(error=f"TimeoutError: The code was stopped after {self._seconds:g} seconds.", lost=True)
