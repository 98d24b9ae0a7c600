"""What a running call hands out, as an iteration: async, and for callers that block."""

from __future__ import annotations

import asyncio
import sys
from typing import TYPE_CHECKING, Any, TypeVar

from .loop import enter_loop, run_sync

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Callable, Coroutine, Generator

P = TypeVar("P")
R = TypeVar("R")


async def pieces_of(
    call: Callable[[Callable[[P], None]], Coroutine[Any, Any, R]],
) -> AsyncGenerator[P | R, None]:
    """Run a call that feeds a sink; yield what the sink gets, then the call's result.

    Leaving the iteration early cancels the call.
    """
    queue: asyncio.Queue[Any] = asyncio.Queue()
    task = asyncio.ensure_future(call(queue.put_nowait))
    task.add_done_callback(queue.put_nowait)
    try:
        while (piece := await queue.get()) is not task:
            yield piece
        yield task.result()
    finally:
        if not task.done():
            task.cancel()
            await asyncio.wait([task])


def blocking(pieces: AsyncGenerator[P, None]) -> Generator[P, None, None]:
    """Iterate from blocking code over what an async generator yields; leaving early closes it.

    One that is still open as the interpreter ends is left alone: the event loop's thread is gone by then.
    """
    try:
        while True:
            try:
                yield run_sync(_next(pieces))
            except StopAsyncIteration:
                return
    finally:
        if not sys.is_finalizing():
            run_sync(_closed(pieces))


async def _next(pieces: AsyncGenerator[P, None]) -> P:
    await enter_loop()
    return await anext(pieces)


async def _closed(pieces: AsyncGenerator[Any, None]) -> None:
    await enter_loop()
    await pieces.aclose()
