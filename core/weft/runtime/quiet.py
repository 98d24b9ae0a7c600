"""The moment at which nothing happens any more, told without a clock: by the turns of an event loop."""

from __future__ import annotations

import asyncio
import threading
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

_QUIET_TURNS = 8  # a program that fans out into tasks, which start others, needs some until all have begun


class Quiet:
    """Calls back once nothing has stirred for some turns of the loop on which something stirred. Safe for threads.

    Args:
        then: called on that loop.
    """

    def __init__(self, then: Callable[[], None]) -> None:
        self._then = then
        self._lock = threading.Lock()
        self._stirs = 0
        self._loop: asyncio.AbstractEventLoop | None = None

    def stir(self) -> None:
        """Say that something happened; on an event loop."""
        with self._lock:
            self._stirs += 1
            if self._loop is None or self._loop.is_closed():
                self._loop = asyncio.get_running_loop()
                self._loop.call_soon(self._look, self._loop, self._stirs, _QUIET_TURNS)

    def _look(self, loop: asyncio.AbstractEventLoop, seen: int, turns: int) -> None:
        with self._lock:
            if turns:
                left = turns - 1 if seen == self._stirs else _QUIET_TURNS
                loop.call_soon(self._look, loop, self._stirs, left)
                return
            self._loop = None
        self._then()
