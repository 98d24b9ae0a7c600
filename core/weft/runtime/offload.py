"""Users' sync functions, run off the event loop without a thread hop each.

A metric, tool or ``forward`` may be sync or async. A sync one may block, so it never runs on the loop. Handing
every call to a pool that starts a thread whenever none is idle costs more than most metrics take, and floods
the interpreter with threads. Here one worker drains the queue; more are started only when a call has waited
for some milliseconds, which happens exactly when calls block.
"""

from __future__ import annotations

import inspect
import threading
import time
from contextvars import copy_context
from queue import SimpleQueue
from typing import TYPE_CHECKING, Any, TypeVar
from weakref import WeakKeyDictionary

from ..errors import SyncInAsyncError
from .loop import enter_loop

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Awaitable, Callable

T = TypeVar("T")

_PATIENCE_SECONDS = 0.004
_MOST_WORKERS = 1024
_TRIALS = 16
_QUICK_SECONDS = 0.0005
_SLOW_SECONDS = 0.002


async def call(function: Callable[..., T | Awaitable[T]], *args: Any, **kwargs: Any) -> T:
    """Call a user's function, sync or async, and return its result; context variables are carried along."""
    await enter_loop()
    if _is_async(function):
        return await function(*args, **kwargs)  # type: ignore[misc]
    result = await _pool().run(function, args, kwargs)
    return await result if inspect.isawaitable(result) else result


def _is_async(function: Callable[..., Any]) -> bool:
    return inspect.iscoroutinefunction(function) or inspect.iscoroutinefunction(getattr(function, "__call__", None))


class _Job:
    __slots__ = ("args", "context", "function", "future", "kwargs", "outcome")

    def __init__(
        self, function: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any], future: Any
    ) -> None:
        self.function, self.args, self.kwargs, self.future = function, args, kwargs, future
        self.context = copy_context()
        self.outcome: tuple[Any, BaseException | None] = (None, None)

    def run(self) -> None:
        try:
            self.outcome = (self.context.run(self.function, *self.args, **self.kwargs), None)
        except BaseException as error:  # noqa: BLE001 - handed to whoever awaits the call
            self.outcome = (None, error)

    def settle(self) -> None:
        result, error = self.outcome
        if self.future.done():
            return
        if error is None:
            self.future.set_result(result)
        elif isinstance(error, StopIteration):
            self.future.set_exception(RuntimeError(f"{self.function!r} raised StopIteration."))
        else:
            self.future.set_exception(error)


class _Pool:
    """The workers that serve one event loop."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._jobs: SimpleQueue[_Job | None] = SimpleQueue()
        self._finished: SimpleQueue[_Job] = SimpleQueue()
        self._lock = threading.Lock()
        self._waking = False
        self._watching = False
        self._taken = 0
        self._workers = 0

    def run(self, function: Callable[..., T], args: tuple[Any, ...], kwargs: dict[str, Any]) -> asyncio.Future[T]:
        job = _Job(function, args, kwargs, self._loop.create_future())
        self._jobs.put(job)
        if self._workers == 0:
            self._hire(1)
        elif not self._watching:
            self._watching = True
            self._loop.call_later(_PATIENCE_SECONDS, self._watch, self._taken)
        return job.future

    def _watch(self, taken_before: int) -> None:
        """Start one worker for each call that waits, if none was taken since the last look."""
        waiting = self._jobs.qsize()
        if not waiting:
            self._watching = False
            return
        if self._taken == taken_before:
            self._hire(waiting)
        self._loop.call_later(_PATIENCE_SECONDS, self._watch, self._taken)

    def _hire(self, count: int) -> None:
        for _ in range(min(count, _MOST_WORKERS - self._workers)):
            self._workers += 1
            threading.Thread(target=self._work, name="weft-worker", daemon=True).start()

    def _work(self) -> None:
        while (job := self._jobs.get()) is not None:
            self._taken += 1
            job.run()
            self._hand_back(job)

    def _hand_back(self, job: _Job) -> None:
        """Queue a result and wake the loop, unless a wake-up is already on its way."""
        self._finished.put(job)
        with self._lock:
            if self._waking:
                return
            self._waking = True
        try:
            self._loop.call_soon_threadsafe(self._settle_finished)
        except RuntimeError:  # the loop was closed while the call ran: nobody waits any more
            self._jobs.put(None)

    def _settle_finished(self) -> None:
        with self._lock:
            self._waking = False
        while not self._finished.empty():
            self._finished.get_nowait().settle()


_pools: WeakKeyDictionary[asyncio.AbstractEventLoop, _Pool] = WeakKeyDictionary()


def _pool() -> _Pool:
    import asyncio

    loop = asyncio.get_running_loop()
    pool = _pools.get(loop)
    if pool is None:
        pool = _pools[loop] = _Pool(loop)
    return pool


class Learned:
    """A user's function that is called many times: a sync one that proves quick runs on the loop itself.

    The first calls run in a worker. Only when all of them took well under a millisecond does the function move
    to the loop, and it goes back for good once it takes long or makes a blocking call of weft.
    """

    def __init__(self, function: Callable[..., Any]) -> None:
        self._function = function
        self._trials = 0
        self._quick = not _is_async(function)

    async def __call__(self, *args: Any, **kwargs: Any) -> Any:
        if not self._quick:
            return await call(self._function, *args, **kwargs)
        if self._trials < _TRIALS:
            self._trials += 1
            return await call(self._timed, _QUICK_SECONDS, *args, **kwargs)
        try:
            result = self._timed(_SLOW_SECONDS, *args, **kwargs)
        except SyncInAsyncError:
            self._quick = False
            return await call(self._function, *args, **kwargs)
        return await result if inspect.isawaitable(result) else result

    def _timed(self, limit: float, *args: Any, **kwargs: Any) -> Any:
        started = time.perf_counter()
        result = self._function(*args, **kwargs)
        if time.perf_counter() - started > limit:
            self._quick = False
        return result
