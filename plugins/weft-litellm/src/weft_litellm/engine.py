"""The event loop on which litellm runs.

litellm keeps its connections by event loop, and closes them for the whole process or not at all. With a loop of its own
they serve all callers, however many loops those have, and are closed when the process ends. Importing it, which takes
seconds, holds up no other loop either.
"""

from __future__ import annotations

import asyncio
import os
import sys
import threading
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from collections.abc import Coroutine

T = TypeVar("T")

_CLOSING_SECONDS = 5.0


class Engine:
    """A daemon thread with an event loop, started at the first call."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None

    async def run(self, coroutine: Coroutine[Any, Any, T]) -> T:
        """Await a coroutine on the engine's loop, from any other; to cancel this is to cancel it."""
        return await asyncio.wrap_future(asyncio.run_coroutine_threadsafe(coroutine, self._running()))

    def close(self) -> None:
        """Close litellm's connections and end the thread; the next call starts another."""
        with self._lock:
            loop, thread = self._loop, self._thread
            self._loop = self._thread = None
        if loop is not None and thread is not None:
            asyncio.run_coroutine_threadsafe(_tidy(), loop).result(_CLOSING_SECONDS)
            loop.call_soon_threadsafe(loop.stop)
            thread.join(_CLOSING_SECONDS)

    def forget(self) -> None:
        """Start afresh in a forked child, which has the parent's memory but not its threads."""
        self.__init__()

    def _running(self) -> asyncio.AbstractEventLoop:
        with self._lock:
            if self._loop is None:
                self._loop = asyncio.new_event_loop()
                self._thread = threading.Thread(target=_serve, args=(self._loop,), name="weft-litellm", daemon=True)
                self._thread.start()
            return self._loop


def _serve(loop: asyncio.AbstractEventLoop) -> None:
    asyncio.set_event_loop(loop)
    try:
        loop.run_forever()
    finally:
        loop.close()


async def _tidy() -> None:
    """Close what is open, then end what litellm has running beside its calls."""
    litellm = sys.modules.get("litellm")
    if litellm is not None:
        await litellm.close_litellm_async_clients()
    others = asyncio.all_tasks() - {asyncio.current_task()}
    for task in others:
        task.cancel()
    await asyncio.gather(*others, return_exceptions=True)


ENGINE = Engine()
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=ENGINE.forget)
