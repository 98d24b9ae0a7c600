"""What a server said aside before it fell silent, for the message that says that it did."""

from __future__ import annotations

import os
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, TextIO

if TYPE_CHECKING:
    from collections.abc import Generator

_MOST_BYTES = 4096
_MOST_LINES = 8
_PATIENCE_SECONDS = 1.0


class LastWords:
    """The end of what a process wrote to its standard error; the rest is forgotten as it comes."""

    def __init__(self) -> None:
        self._kept = b""
        self._silent = threading.Event()
        self._silent.set()

    @contextmanager
    def listening(self) -> Generator[TextIO, None, None]:
        """Give a file for a process to write to; it is closed here at the end, and stays open in the process."""
        reading, writing = os.pipe()
        self._silent.clear()
        threading.Thread(target=self._listen, args=(reading,), name="weft-mcp-stderr", daemon=True).start()
        with open(writing, "w", encoding="utf-8") as file:
            yield file

    def _listen(self, reading: int) -> None:
        with open(reading, "rb", buffering=0) as file:
            while heard := file.read(_MOST_BYTES):
                self._kept = (self._kept + heard)[-_MOST_BYTES:]
        self._silent.set()

    async def sentence(self) -> str:
        """Return a sentence that quotes the last lines, or nothing; waits a moment for a process that just ended."""
        if not self._silent.is_set():
            import asyncio  # only failures need it here

            await asyncio.to_thread(self._silent.wait, _PATIENCE_SECONDS)
        lines = [line for line in self._kept.decode("utf-8", "replace").splitlines() if line.strip()]
        said = "\n".join(lines[-_MOST_LINES:])
        return f" It wrote at last:\n{said}" if said else ""
