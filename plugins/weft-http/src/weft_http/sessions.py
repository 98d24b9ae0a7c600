"""One aiohttp session for each event loop, shared by everything in the process that talks HTTP.

A session belongs to its loop. `asyncio.run` ends every asynchronous generator of its loop before it closes it, so one
that is left open there closes the session in time, whoever made the loop. Weft's own loop never ends; its session is
closed as the process ends.
"""

from __future__ import annotations

import asyncio
import atexit
import os
import threading
from contextlib import suppress
from typing import TYPE_CHECKING

import aiohttp

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

_CLOSING_SECONDS = 2.0


class _Sessions:
    """The sessions by loop. Safe for threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._open: dict[asyncio.AbstractEventLoop, tuple[aiohttp.ClientSession, AsyncGenerator[None, None]]] = {}
        self._parents: list[object] = []

    async def here(self) -> aiohttp.ClientSession:
        loop = asyncio.get_running_loop()
        found = self._open.get(loop)
        if found is not None and not found[0].closed:
            return found[0]
        session = _new_session()
        closing = self._closing(loop, session)
        with self._lock:
            for other in [other for other in self._open if other.is_closed()]:
                del self._open[other]  # closed without ending its generators; its sockets go with it
            self._open[loop] = (session, closing)
        await anext(closing)  # from now on the loop knows it
        return session

    async def _closing(
        self, loop: asyncio.AbstractEventLoop, session: aiohttp.ClientSession
    ) -> AsyncGenerator[None, None]:
        try:
            yield
        finally:
            with self._lock:
                self._open.pop(loop, None)
            await session.close()

    def close(self) -> None:
        for loop, (_, closing) in list(self._open.items()):
            if loop.is_running():
                future = asyncio.run_coroutine_threadsafe(_ended(closing), loop)
                with suppress(TimeoutError):  # a loop that hangs must not keep the process
                    future.result(_CLOSING_SECONDS)

    def forget(self) -> None:
        """Start afresh in a forked child. The parent's sockets stay untouched: closing them would disturb it."""
        parents = [*self._parents, self._open]
        self.__init__()
        self._parents = parents


async def _ended(closing: AsyncGenerator[None, None]) -> None:
    await closing.aclose()


def _new_session() -> aiohttp.ClientSession:
    """Return a session that adds nothing of its own: no cookies, no limit of connections, no timeout, no netrc."""
    return aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(limit=0),
        cookie_jar=aiohttp.DummyCookieJar(),
        timeout=aiohttp.ClientTimeout(total=None, sock_connect=None),
    )


_sessions = _Sessions()
atexit.register(_sessions.close)
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_sessions.forget)


async def session() -> aiohttp.ClientSession:
    """Return the session of the running loop."""
    return await _sessions.here()


def close_sessions() -> None:
    """Close the connections of all running loops but the caller's; the next call opens new ones.

    It is done by itself as a loop or the process ends. Call it from a thread without a running loop.
    """
    _sessions.close()
