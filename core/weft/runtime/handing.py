"""What a running call hands out, as an iteration: async, and for callers that block."""

from __future__ import annotations

import asyncio
import sys
import threading
from collections import deque
from typing import TYPE_CHECKING, Any, Generic, TypeVar, cast

from .loop import begin_for_caller, loop_context

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Callable, Coroutine, Generator
    from contextvars import Context

P = TypeVar("P")
R = TypeVar("R")


def pieces_of(call: Callable[[Callable[[P], None]], Coroutine[Any, Any, R]]) -> AsyncGenerator[P | R, None]:
    """Run a call that feeds a sink; yield what the sink gets, then the call's result.

    The sink may be fed from any thread. The call has the context in which the iteration was made, wherever it is read.
    Leaving the iteration early cancels the call.
    """
    return _pieces_of(call, loop_context())


async def _pieces_of(
    call: Callable[[Callable[[P], None]], Coroutine[Any, Any, R]], context: Context
) -> AsyncGenerator[P | R, None]:
    channel = _Channel[Any]()
    task = asyncio.get_running_loop().create_task(call(channel.put), context=context)
    task.add_done_callback(channel.put)
    try:
        while (piece := await channel.get()) is not task:
            yield piece
        yield task.result()
    finally:
        if not task.done():
            task.cancel()
            await asyncio.wait([task])


class _Channel(Generic[P]):
    """Takes pieces from any thread, in the order in which they are put, to one reader on an event loop."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._thread = threading.get_ident()
        self._pieces: deque[P] = deque()
        self._waiting: asyncio.Future[None] | None = None

    def put(self, piece: P) -> None:
        self._pieces.append(piece)
        if self._waiting is None:
            return
        if threading.get_ident() == self._thread:
            self._wake()
            return
        try:
            self._loop.call_soon_threadsafe(self._wake)
        except RuntimeError:  # the loop was closed: nobody reads any more
            return

    def _wake(self) -> None:
        if self._waiting is not None and not self._waiting.done():
            self._waiting.set_result(None)

    async def get(self) -> P:
        while not self._pieces:
            self._waiting = self._loop.create_future()
            try:
                if not self._pieces:  # else one was put before anybody could see that the reader waits
                    await self._waiting
            finally:
                self._waiting = None
        return self._pieces.popleft()


def blocking(call: Callable[[Callable[[P], None]], Coroutine[Any, Any, R]]) -> Generator[P | R, None, None]:
    """Run a call that feeds a sink, for blocking code; see `pieces_of`.

    An iteration that is still open as the interpreter ends is left alone: the event loop's thread is gone by then.

    Raises:
        SyncInAsyncError: read on the background loop, which would wait for itself.
    """
    return _blocking(call, loop_context())


def _blocking(
    call: Callable[[Callable[[P], None]], Coroutine[Any, Any, R]], context: Context
) -> Generator[P | R, None, None]:
    from queue import SimpleQueue

    pieces: SimpleQueue[Any] = SimpleQueue()
    begun = begin_for_caller(call(pieces.put), context)
    begun.outcome.add_done_callback(pieces.put)
    try:
        while (piece := pieces.get()) is not begun.outcome:
            yield cast("P", piece)
        yield begun.outcome.result()
    finally:
        if not sys.is_finalizing():
            begun.cancel()
