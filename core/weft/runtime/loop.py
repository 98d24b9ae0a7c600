"""One background event loop behind every blocking call.

All of weft is written once, ``async``. A blocking call starts the coroutine in the caller's own thread and
runs it there for as long as it needs no event loop: a call that is answered from a cache never leaves the
thread. Code that is about to await something foreign calls `enter_loop` first, which moves the running
coroutine to the background loop. Callers with a running loop of their own (notebooks, servers) lose nothing:
the background loop is another thread's.
"""

from __future__ import annotations

import os
import threading
from contextvars import ContextVar, copy_context
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from ..errors import SyncInAsyncError

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Callable, Coroutine, Generator
    from contextvars import Context

T = TypeVar("T")

_in_callers_thread: ContextVar[bool] = ContextVar("weft_in_callers_thread", default=False)


def runs_in_callers_thread() -> bool:
    """Whether the running coroutine has no event loop yet and must `enter_loop` before it waits."""
    return _in_callers_thread.get()


class _Handover:
    """Awaited once, to say: go on with me on an event loop."""

    def __await__(self) -> Generator[_Handover, None, None]:
        yield self


_HANDOVER = _Handover()


async def enter_loop() -> None:
    """Continue on an event loop; does nothing where one is running already."""
    if _in_callers_thread.get():
        await _HANDOVER
        _in_callers_thread.set(False)


def loop_context(context: Context | None = None) -> Context:
    """Return a copy of a context, by default the current one, for a coroutine that begins on an event loop."""
    context = copy_context() if context is None else context.copy()
    context.run(_in_callers_thread.set, False)
    return context


class Errand:
    """Work that a thread does for somebody who may stop waiting for it; then its blocking calls are cancelled, too."""

    __slots__ = ("_calls", "is_abandoned")

    def __init__(self) -> None:
        self.is_abandoned = False
        self._calls: list[Begun[Any]] = []

    def abandon(self) -> None:
        """Cancel the blocking calls under way, and refuse any other."""
        self.is_abandoned = True
        for call in list(self._calls):
            call.abandon()

    def include(self, call: Begun[Any]) -> None:
        """Count a blocking call as one for this work."""
        self._calls.append(call)
        call.outcome.add_done_callback(lambda _: self._calls.remove(call))
        if self.is_abandoned:  # it was while the call began
            call.abandon()


errand: ContextVar[Errand | None] = ContextVar("weft_errand", default=None)
"""The work for which the code that runs here was called, where it is a user's sync function."""


def run_sync(coroutine: Coroutine[Any, Any, T]) -> T:
    """Run a coroutine to its end and return its result, from any thread but the background loop's.

    Raises:
        SyncInAsyncError: called on the background loop, which would wait for itself.
        CancelledError: nobody waits any more for the code that makes the call.
    """
    _refuse(coroutine)
    context = copy_context()
    context.run(_in_callers_thread.set, True)
    try:
        awaited: Any = context.run(coroutine.send, None)
    except StopIteration as finished:
        return finished.value
    if awaited is not _HANDOVER:
        coroutine.close()
        raise RuntimeError(f"weft awaited {awaited!r} before it entered an event loop.")
    return _for_caller(begin(coroutine, context)).result()


def begin(coroutine: Coroutine[Any, Any, T], context: Context) -> Begun[T]:
    """Begin a coroutine on the background loop, in a context from `loop_context`; nobody has to wait for it."""
    return Begun(_background.loop(), coroutine, context)


def begin_for_caller(coroutine: Coroutine[Any, Any, T], context: Context) -> Begun[T]:
    """Begin a coroutine that the code which runs here waits for; it is cancelled when nobody waits for that code.

    Raises:
        SyncInAsyncError: called on the background loop, on which nobody can wait for it.
        CancelledError: nobody waits any more for the code that makes the call.
    """
    _refuse(coroutine)
    return _for_caller(begin(coroutine, context))


def _for_caller(begun: Begun[T]) -> Begun[T]:
    if (doing := errand.get()) is not None:
        doing.include(begun)
    return begun


def _refuse(coroutine: Coroutine[Any, Any, Any]) -> None:
    """Refuse a blocking call that cannot be waited for, or is not any more."""
    if _background.owns_this_thread():
        coroutine.close()
        raise SyncInAsyncError(
            "A blocking call was made inside async code that weft itself runs. "
            "Use the async form there: `await program.acall(...)`."
        )
    doing = errand.get()
    if doing is not None and doing.is_abandoned:
        from concurrent.futures import CancelledError

        coroutine.close()
        raise CancelledError


class Begun(Generic[T]):
    """A coroutine that runs on the background loop.

    Attributes:
        outcome: what comes of it.
    """

    __slots__ = ("_loop", "_tasks", "outcome")

    def __init__(self, loop: asyncio.AbstractEventLoop, coroutine: Coroutine[Any, Any, T], context: Context) -> None:
        from concurrent.futures import Future

        self.outcome: Future[T] = Future()
        self._loop = loop
        self._tasks: list[asyncio.Task[T]] = []
        loop.call_soon_threadsafe(self._start, coroutine, context)

    def _start(self, coroutine: Coroutine[Any, Any, T], context: Context) -> None:
        task = self._loop.create_task(coroutine, context=context)
        task.add_done_callback(lambda done: _deliver(done, self.outcome))
        self._tasks.append(task)

    def result(self) -> T:
        """Wait for the result; whoever is interrupted while waiting cancels the coroutine."""
        try:
            return self.outcome.result()
        except BaseException:  # also an interrupt; nobody waits any more
            self.abandon()
            raise

    def abandon(self) -> None:
        """Cancel the coroutine if it still runs."""
        if not self.outcome.done():
            self._loop.call_soon_threadsafe(lambda: [task.cancel() for task in self._tasks])

    def cancel(self) -> None:
        """Cancel the coroutine if it still runs and wait until it has ended; the loop's own thread cannot wait."""
        from concurrent.futures import wait

        self.abandon()
        if not _background.owns_this_thread():
            wait([self.outcome])


def call_later(seconds: float, function: Callable[..., object], *args: Any) -> None:
    """Call a function on the background loop after some time."""
    loop = _background.loop()
    loop.call_soon_threadsafe(loop.call_later, seconds, function, *args)


def is_on_background_loop() -> bool:
    """Whether this thread is that of the background loop, which must not be kept waiting."""
    return _background.owns_this_thread()


class _BackgroundLoop:
    """A daemon thread with an event loop, started at the first call that needs it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread_id: int | None = None

    def owns_this_thread(self) -> bool:
        return self._thread_id is not None and threading.get_ident() == self._thread_id

    def loop(self) -> asyncio.AbstractEventLoop:
        if self._loop is None:
            with self._lock:
                if self._loop is None:
                    self._loop = self._start()
        return self._loop

    def _start(self) -> asyncio.AbstractEventLoop:
        import asyncio

        loop = asyncio.new_event_loop()
        started = threading.Event()

        def serve() -> None:
            self._thread_id = threading.get_ident()
            asyncio.set_event_loop(loop)
            loop.call_soon(started.set)
            while True:
                try:
                    loop.run_forever()
                except (SystemExit, KeyboardInterrupt):
                    continue  # raised by a user's code: asyncio lets it through here, and its caller gets it as well

        threading.Thread(target=serve, name="weft-loop", daemon=True).start()
        started.wait()
        return loop

    def forget(self) -> None:
        """Start afresh in a forked child, which has the parent's memory but not its threads."""
        self.__init__()


def _deliver(task: asyncio.Task[T], outcome: Any) -> None:
    if task.cancelled():
        from concurrent.futures import CancelledError

        outcome.set_exception(CancelledError())
    elif (error := task.exception()) is not None:
        outcome.set_exception(error)
    else:
        outcome.set_result(task.result())


_background = _BackgroundLoop()
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_background.forget)
