"""Users' sync functions, run off the event loop without a thread hop each.

A metric, tool or ``forward`` may be sync or async. A sync one may block, so it never runs on the loop. Handing
every call to a pool that starts a thread whenever none is idle costs more than most metrics take, and floods
the interpreter with threads. Here one worker drains the queue; more are started only when a call has waited
for some milliseconds, which happens exactly when calls block.
"""

from __future__ import annotations

import asyncio
import inspect
import threading
import time
from contextvars import copy_context
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING, Any, TypeVar, cast
from weakref import WeakKeyDictionary

from ..errors import SyncInAsyncError
from .loop import Errand, enter_loop, errand

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

T = TypeVar("T")

_PATIENCE_SECONDS = 0.004
_IDLE_SECONDS = 5.0
_MOST_WORKERS = 1024
_TRIALS = 16
_SAMPLED = 8  # one call in so many is timed once a function runs on the loop
_SLOW_SECONDS = 0.001


async def call(function: Callable[..., T | Awaitable[T]], *args: Any, **kwargs: Any) -> T:
    """Call a user's function, sync or async, and return its result; context variables are carried along.

    A sync one that runs when the call is cancelled goes on to its next blocking call of weft, which is cancelled.
    """
    await enter_loop()
    if _is_async(function):
        return await cast("Awaitable[T]", function(*args, **kwargs))
    loop = asyncio.get_running_loop()
    job = _pool(loop).run(loop, function, args, kwargs)
    try:
        result: Any = await job.future
    except asyncio.CancelledError:
        job.abandon()
        raise
    return await result if hasattr(result, "__await__") else result


def _is_async(function: Callable[..., Any]) -> bool:
    method = getattr(function, "__call__", None)  # noqa: B004 - what it is matters, not whether it can be called
    return inspect.iscoroutinefunction(function) or inspect.iscoroutinefunction(method)


class _Job(Errand):
    __slots__ = ("args", "context", "function", "future", "kwargs", "outcome")

    def __init__(
        self, function: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any], future: Any
    ) -> None:
        super().__init__()
        self.function, self.args, self.kwargs, self.future = function, args, kwargs, future
        self.context = copy_context()
        self.outcome: tuple[Any, BaseException | None] = (None, None)

    def run(self) -> None:
        self.context.run(errand.set, self)
        try:
            self.outcome = (self.context.run(self.function, *self.args, **self.kwargs), None)
        except BaseException as error:  # noqa: BLE001 - handed to whoever awaits the call
            self.outcome = (None, error)
        finally:
            self.context.run(errand.set, None)  # what holds the context must not hold the call and its loop

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
    """The workers that serve one event loop.

    Neither the pool nor a worker holds on to the loop: one that was closed is freed, and idle workers end.
    """

    def __init__(self) -> None:
        self._jobs: SimpleQueue[_Job] = SimpleQueue()
        self._finished: SimpleQueue[_Job] = SimpleQueue()
        self._lock = threading.Lock()
        self._waking = False
        self._watching = False
        self._taken = 0
        self._workers = 0

    def run(
        self,
        loop: asyncio.AbstractEventLoop,
        function: Callable[..., T],
        args: tuple[Any, ...],
        kwargs: dict[str, Any],
    ) -> _Job:
        job = _Job(function, args, kwargs, loop.create_future())
        self._jobs.put(job)
        if self._workers == 0:
            self._hire(1)
        elif not self._watching:
            self._watching = True
            loop.call_later(_PATIENCE_SECONDS, self._watch, loop, self._taken)
        return job

    def _watch(self, loop: asyncio.AbstractEventLoop, taken_before: int) -> None:
        """Start one worker for each call that waits, if none was taken since the last look."""
        waiting = self._jobs.qsize()
        if not waiting:
            self._watching = False
            return
        if self._taken == taken_before:
            self._hire(waiting)
        loop.call_later(_PATIENCE_SECONDS, self._watch, loop, self._taken)

    def _hire(self, count: int) -> None:
        with self._lock:
            hired = min(count, _MOST_WORKERS - self._workers)
            self._workers += hired
        for _ in range(hired):
            threading.Thread(target=self._work, name="weft-worker", daemon=True).start()

    def _work(self) -> None:
        while (job := self._next_job()) is not None:
            self._taken += 1
            if not job.future.cancelled():  # nobody waits for it any more, and it may cost money
                job.run()
            self._hand_back(job)
            del job  # an idle worker must not keep the last call alive

    def _next_job(self) -> _Job | None:
        """Wait for a job; None, and one worker less, when none has come for a while."""
        while True:
            try:
                return self._jobs.get(timeout=_IDLE_SECONDS)
            except Empty:
                with self._lock:
                    if self._jobs.empty():  # else one came in between, and `run` counted on this worker
                        self._workers -= 1
                        return None

    def _hand_back(self, job: _Job) -> None:
        """Queue a result and wake the loop, unless a wake-up is already on its way."""
        self._finished.put(job)
        with self._lock:
            if self._waking:
                return
            self._waking = True
        try:
            job.future.get_loop().call_soon_threadsafe(self._settle_finished)
        except RuntimeError:  # the loop was closed while the call ran: nobody waits any more
            return

    def _settle_finished(self) -> None:
        with self._lock:
            self._waking = False
        while not self._finished.empty():
            self._finished.get_nowait().settle()


_pools: WeakKeyDictionary[asyncio.AbstractEventLoop, _Pool] = WeakKeyDictionary()


def _pool(loop: asyncio.AbstractEventLoop) -> _Pool:
    pool = _pools.get(loop)
    if pool is None:
        pool = _pools[loop] = _Pool()
    return pool


class Learned:
    """A user's function that is called many times: a sync one that proves quick runs on the loop itself.

    The first calls run in a worker. When most of them took well under a millisecond the function moves to the
    loop; it goes back for good once it makes a blocking call of weft, or is slow more than now and then (any
    call may seem slow when the machine is busy).
    """

    def __init__(self, function: Callable[..., Any]) -> None:
        self._function = function
        self._on_loop = False
        self._may_move = not _is_async(function)
        self._calls = self._slow = 0

    async def __call__(self, *args: Any, **kwargs: Any) -> Any:
        if not self._on_loop:
            return await call(self._timed if self._may_move else self._function, *args, **kwargs)
        self._calls += 1
        try:
            run = self._function if self._calls % _SAMPLED else self._timed
            result = run(*args, **kwargs)
        except SyncInAsyncError:
            self._on_loop = self._may_move = False
            return await call(self._function, *args, **kwargs)
        return await result if hasattr(result, "__await__") else result

    def _timed(self, *args: Any, **kwargs: Any) -> Any:
        started = time.perf_counter()
        result = self._function(*args, **kwargs)
        if time.perf_counter() - started > _SLOW_SECONDS:
            self._slow += 1
        if not self._on_loop:
            self._calls += 1
            self._on_loop = self._calls == _TRIALS and self._slow <= _TRIALS // 2
            self._may_move = self._calls < _TRIALS or self._on_loop
        elif self._slow > _TRIALS // 2 + self._calls // (_SAMPLED * 50):
            self._on_loop = self._may_move = False
        return result
