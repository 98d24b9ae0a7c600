"""A server as it is used: with whatever session it has at the moment, and a new one where that is gone."""

from __future__ import annotations

import asyncio
import os
from typing import TYPE_CHECKING, Any

from .errors import ServerError
from .results import value_of
from .session import Session

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mcp_types import Tool

    from .servers import Server

_FIRST_PAUSE_SECONDS = 0.1


class Connection:
    """A server that is connected to, and connected to again when that is needed; all on one event loop."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self._open = False
        self._start_afresh()

    def _start_afresh(self) -> None:
        self._process = os.getpid()
        self._lock = asyncio.Lock()
        self._session: Session | None = None
        self._ending: set[asyncio.Task[None]] = set()

    async def open(self) -> None:
        """Connect.

        Raises:
            ServerError: the server cannot be started or reached.
        """
        self._open = True
        await self._current()

    async def close(self) -> None:
        """End whatever session there is; nothing is left running."""
        self._open = False
        if self._process != os.getpid():
            return  # a forked child: the sessions are the parent's
        self._leave()
        while self._ending:
            await asyncio.wait(self._ending)

    @property
    def is_used(self) -> bool:
        """Whether there is a session that was begun in this process."""
        return self._session is not None and self._process == os.getpid()

    async def tools(self) -> list[Tool]:
        """Return what the server offers now."""
        return await (await self._current()).tools()

    async def call(self, tool: str, arguments: Mapping[str, Any], known_as: str) -> Any:
        """Call a tool and return its value. A call that certainly was not carried out is made again, some times.

        Raises:
            CallError: the server says that the call failed.
            ServerError: the server cannot be reached, or the connection broke during the call.
        """
        pause, left = _FIRST_PAUSE_SECONDS, self.server.reconnects
        while True:
            try:
                return value_of(await (await self._current()).call(tool, arguments, known_as))
            except ServerError as error:
                if not error.repeatable or not left:
                    raise
            await asyncio.sleep(pause)
            pause, left = 2 * pause, left - 1

    async def _current(self) -> Session:
        """Return a session that stands."""
        if self._process != os.getpid():
            self._start_afresh()
        async with self._lock:
            if not self._open:
                raise ServerError(
                    f"The MCP server {self.server.label!r} is closed: its tools work inside the `with` block only."
                )
            if self._session is None or not self._session.alive:
                self._leave()
                self._session = Session(self.server)
                await self._session.ready()
            return self._session

    def _leave(self) -> None:
        session, self._session = self._session, None
        if session is not None:
            task = asyncio.create_task(session.end())
            self._ending.add(task)
            task.add_done_callback(self._ending.discard)
