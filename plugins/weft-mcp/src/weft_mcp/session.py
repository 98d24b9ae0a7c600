"""One session with a server: a connection from its beginning to its end."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from contextvars import Context, copy_context
from typing import TYPE_CHECKING, Any

import anyio
from mcp import Client, InputRequiredRoundsExceededError, MCPError
from mcp_types import CONNECTION_CLOSED
from pydantic import ValidationError

from weft.runtime.events import emit, observed
from weft.secrets import without_secrets

from .errors import CallError, ServerError
from .http import BROKE_OFF, SESSION_GONE, UNREACHED
from .last_words import LastWords
from .reasons import reason_of, said_by

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Mapping

    from mcp_types import CallToolResult, LoggingMessageNotificationParams, Tool

    from .servers import Server

_GOODBYE_SECONDS = 10.0
_MOST_PAGES = 100


class Session:
    """A session, held open by a task of its own: what `mcp` enters must be left in the same task.

    Lives on the event loop that it is made on.
    """

    def __init__(self, server: Server) -> None:
        self._server = server
        self._last_words = LastWords()
        self._over = asyncio.Event()
        self._scope = anyio.CancelScope()
        self._client: asyncio.Future[Client] = asyncio.get_running_loop().create_future()
        self._task = asyncio.create_task(self._hold(), context=Context())
        self._task.add_done_callback(self._tell)

    @property
    def alive(self) -> bool:
        """Whether the connection stands, as far as is known here."""
        return not self._over.is_set() and not self._task.done()

    async def ready(self) -> None:
        """Wait until the server has answered.

        Raises:
            ServerError: it cannot be started or reached, or does not answer in time.
        """
        seconds = self._server.connect_timeout
        try:
            await asyncio.wait([self._client, self._task], timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
        finally:
            if not self._client.done():
                self._over.set()
                self._scope.cancel()
        if self._client.done():
            return
        late = f"did not answer within {seconds:g} seconds"
        raise await self._problem(reason_of(self._task.exception()) if self._task.done() else late)

    async def end(self) -> None:
        """Say goodbye and close the connection; a process that was started for it ends."""
        self._over.set()
        if not self._client.done():
            self._scope.cancel()
        await asyncio.wait([self._task], timeout=_GOODBYE_SECONDS)
        self._scope.cancel()
        await asyncio.wait([self._task], timeout=_GOODBYE_SECONDS)

    async def tools(self) -> list[Tool]:
        """Return what the server offers now.

        Raises:
            ServerError: it does not say.
        """
        client, found, cursor = self._client.result(), list[Any](), None
        try:
            for _ in range(_MOST_PAGES):
                page = await client.list_tools(cursor=cursor, cache_mode="refresh")
                found += page.tools
                cursor = page.next_cursor
                if cursor is None:
                    break
        except (MCPError, ValidationError) as error:
            raise await self._problem(f"does not say which tools it has: {said_by(error)}") from error
        return found

    async def call(self, tool: str, arguments: Mapping[str, Any], known_as: str) -> CallToolResult:
        """Call a tool and return what came of it; progress is told as events.

        Raises:
            CallError: the server says that the call failed.
            ServerError: the connection broke.
        """
        here = copy_context()  # the call's own, by which streams know which run it belongs to

        async def tell(progress: float, total: float | None, message: str | None) -> None:
            said = without_secrets(message or "")
            here.run(emit, "tool.progress", name=known_as, progress=progress, total=total, message=said)

        watching = tell if observed() else None
        try:
            return await self._client.result().call_tool(tool, dict(arguments), progress_callback=watching)
        except MCPError as error:
            raise await self._failure(error, tool) from error
        except (RuntimeError, ValidationError, InputRequiredRoundsExceededError) as error:
            if not self.alive:
                raise await self._broke(tool) from error
            raise CallError(f"The answer of {self._server.label!r} is not as it must be: {said_by(error)}") from error

    async def _failure(self, error: MCPError, tool: str) -> CallError | ServerError:
        if error.code == UNREACHED:
            return await self._problem(f"cannot be reached: {error.message}")
        if error.code == SESSION_GONE:
            self._over.set()
            return await self._problem("has forgotten the session")
        if error.code in (CONNECTION_CLOSED, BROKE_OFF):
            return await self._broke(tool)
        return CallError(said_by(error))

    async def _broke(self, tool: str) -> ServerError:
        return ServerError(
            f"The connection to the MCP server {self._server.label!r} broke during the call of {tool!r}. Whether "
            "the call was carried out is not known, so it was not repeated; the next call connects again."
            f"{await self._said_aside()}"
        )

    async def _problem(self, what: str) -> ServerError:
        """Return the error for a server that certainly has done nothing of what was asked."""
        said = f"The MCP server {self._server.label!r} {without_secrets(what).rstrip('.')}."
        return ServerError(said + await self._said_aside(), repeatable=True)

    async def _said_aside(self) -> str:
        return without_secrets(await self._last_words.sentence())

    async def _hold(self) -> None:
        with self._scope:
            async with Client(self._watched(), logging_callback=self._log, log_level="info") as client:
                self._client.set_result(client)
                emit("mcp.connected", server=self._server.label)
                await self._over.wait()

    @asynccontextmanager
    async def _watched(self) -> AsyncGenerator[Any, None]:
        """Give the transport's streams, and notice when the one from the server ends."""
        async with self._server.transport(self._last_words) as (reading, writing):
            yield _Watched(reading, self._over), writing

    async def _log(self, params: LoggingMessageNotificationParams) -> None:
        emit("mcp.log", server=self._server.label, level=params.level, message=without_secrets(str(params.data)))

    def _tell(self, task: asyncio.Task[None]) -> None:
        error = None if task.cancelled() else task.exception()
        self._over.set()
        if self._client.done():
            emit("mcp.closed", server=self._server.label, error=None if error is None else reason_of(error))


class _Watched:
    """A stream that says when it has ended."""

    def __init__(self, stream: Any, over: asyncio.Event) -> None:
        self._stream, self._over = stream, over

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)

    async def __aenter__(self) -> _Watched:
        await self._stream.__aenter__()
        return self

    async def __aexit__(self, *raised: Any) -> Any:
        return await self._stream.__aexit__(*raised)

    def __aiter__(self) -> _Watched:
        return self

    async def __anext__(self) -> Any:
        try:
            return await self._stream.__anext__()
        except (StopAsyncIteration, anyio.ClosedResourceError):
            self._over.set()
            raise
