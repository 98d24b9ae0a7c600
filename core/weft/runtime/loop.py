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
from typing import TYPE_CHECKING, Any, TypeVar

from ..errors import SyncInAsyncError

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Callable, Coroutine, Generator
    from concurrent.futures import Future
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


def run_sync(coroutine: Coroutine[Any, Any, T]) -> T:
    """Run a coroutine to its end and return its result, from any thread but the background loop's.

    Raises:
        SyncInAsyncError: called on the background loop, which would wait for itself.
    """
    if _background.owns_this_thread():
        coroutine.close()
        raise SyncInAsyncError(
            "A blocking call was made inside async code that weft itself runs. "
            "Use the async form there: `await program.acall(...)`."
        )
    context = copy_context()
    context.run(_in_callers_thread.set, True)
    try:
        awaited: Any = context.run(coroutine.send, None)
    except StopIteration as finished:
        return finished.value
    if awaited is not _HANDOVER:
        coroutine.close()
        raise RuntimeError(f"weft awaited {awaited!r} before it entered an event loop.")
    return _background.finish(coroutine, context)


def in_background(coroutine: Coroutine[Any, Any, T], context: Context) -> Future[T]:
    """Start a coroutine on the background loop, in a context, and return its future; nobody has to wait for it."""
    import asyncio

    def start() -> Future[T]:
        _in_callers_thread.set(False)
        return asyncio.run_coroutine_threadsafe(coroutine, _background.loop())

    return context.copy().run(start)


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

    def finish(self, coroutine: Coroutine[Any, Any, T], context: Context) -> T:
        from concurrent.futures import Future

        loop, outcome = self.loop(), Future[T]()
        tasks: list[asyncio.Task[T]] = []

        def start() -> None:
            task = loop.create_task(coroutine, context=context)
            task.add_done_callback(lambda done: _deliver(done, outcome))
            tasks.append(task)

        loop.call_soon_threadsafe(start)
        try:
            return outcome.result()
        except BaseException:
            if not outcome.done():  # the caller was interrupted while it waited
                loop.call_soon_threadsafe(lambda: [task.cancel() for task in tasks])
            raise

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
