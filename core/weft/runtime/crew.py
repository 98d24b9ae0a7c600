"""Crews: who works inside a block, and who of them waits for what the block gives.

Work that is gathered is best sent off when everybody waits for it. That moment is known exactly where those who work
are known: `map_ordered` makes each of its tasks a worker of the crew in force.
"""

from __future__ import annotations

import threading
from contextvars import ContextVar
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable


class Crew:
    """Counts workers and those who are busy. Safe for threads.

    Args:
        on_rest: called whenever the last busy worker comes to rest, by whatever thread it is in.
    """

    def __init__(self, on_rest: Callable[[], None]) -> None:
        self._on_rest = on_rest
        self._lock = threading.Lock()
        self._size = self._busy = 0

    @property
    def all_wait(self) -> bool:
        """Whether there are workers, and none of them is busy."""
        return self._size > 0 and self._busy == 0

    def join(self) -> Worker:
        """Return a new worker, who is busy from now on."""
        self._change(1, 1)
        return Worker(self)

    def _change(self, size: int, busy: int) -> None:
        with self._lock:
            self._size += size
            self._busy += busy
            has_come_to_rest = busy < 0 and self._busy == 0
        if has_come_to_rest:
            self._on_rest()


class Worker:
    """One who works: a task, with all that it starts. It waits while anything in it waits."""

    def __init__(self, crew: Crew) -> None:
        self._crew = crew
        self._pauses = 0

    def pause(self) -> None:
        """Wait from now on, until `resume` was called as often as this."""
        with self._crew._lock:
            self._pauses += 1
            is_first = self._pauses == 1
        if is_first:
            self._crew._change(0, -1)

    def resume(self) -> None:
        """Go on."""
        with self._crew._lock:
            self._pauses -= 1
            is_last = self._pauses == 0
        if is_last:
            self._crew._change(0, 1)

    def leave(self) -> None:
        """Work no more."""
        self._crew._change(-1, 0 if self._pauses else -1)


crew_in_force: ContextVar[Crew | None] = ContextVar("weft_crew", default=None)
this_worker: ContextVar[Worker | None] = ContextVar("weft_worker", default=None)


class paused:  # noqa: N801 - used as a function
    """Let the worker that runs here, if it is one, count as waiting while a block lasts."""

    __slots__ = ("_worker",)

    def __enter__(self) -> None:
        self._worker = this_worker.get()
        if self._worker is not None:
            self._worker.pause()

    def __exit__(self, *raised: object) -> None:
        if self._worker is not None:
            self._worker.resume()
