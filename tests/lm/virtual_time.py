"""An event loop whose time passes only while nothing runs, so that what is measured with it depends on no machine."""

from __future__ import annotations

import asyncio
import selectors
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

T = TypeVar("T")

_ROUND_SECONDS = 1e-6  # what a turn of the loop takes: time that stood still could stay short of a due by a rounding


class VirtualTime:
    """Seconds that begin at 0 and jump to whatever is waited for next."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now

    def run(self, main: Callable[[], Coroutine[Any, Any, T]]) -> T:
        """Run a coroutine to its end, as `asyncio.run` does, in this time."""
        with asyncio.Runner(loop_factory=lambda: _Loop(self)) as runner:
            return runner.run(main())


class _Loop(asyncio.SelectorEventLoop):
    def __init__(self, time: VirtualTime) -> None:
        self._virtual = time
        super().__init__(_Selector(time))

    def time(self) -> float:
        return self._virtual()


class _Selector(selectors.DefaultSelector):  # type: ignore[misc, valid-type] # which class it is depends on the system
    """Moves the time on instead of waiting for a timer; what comes from other threads is waited for."""

    def __init__(self, time: VirtualTime) -> None:
        super().__init__()
        self._virtual = time

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        if timeout is None:
            return super().select()
        events: Any = super().select(0)
        self._virtual.now += _ROUND_SECONDS if events else max(timeout, _ROUND_SECONDS)
        return events
