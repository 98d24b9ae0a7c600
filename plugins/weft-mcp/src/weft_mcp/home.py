"""Where sessions live: on weft's own event loop, whichever thread or loop asks for something."""

from __future__ import annotations

import asyncio
import os
from functools import lru_cache
from typing import TYPE_CHECKING, Any, TypeVar

from weft.runtime.loop import enter_loop, is_on_background_loop, run_sync

if TYPE_CHECKING:
    from collections.abc import Coroutine

T = TypeVar("T")


async def at_home(work: Coroutine[Any, Any, T]) -> T:
    """Do something on weft's event loop and return what comes of it; to cancel the one is to cancel the other."""
    await enter_loop()
    if is_on_background_loop():
        return await work
    return await asyncio.wrap_future(asyncio.run_coroutine_threadsafe(work, _wefts_loop(os.getpid())))


@lru_cache(maxsize=1)
def _wefts_loop(process: int) -> asyncio.AbstractEventLoop:
    """Return weft's event loop in a process; a forked child has one of its own."""

    async def found() -> asyncio.AbstractEventLoop:
        await enter_loop()
        return asyncio.get_running_loop()

    return run_sync(found())
