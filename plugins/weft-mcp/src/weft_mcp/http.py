"""Servers that are reached over HTTP.

`mcp` gives up a whole session when one request of it meets a broken connection, and says nothing of an HTTP status.
Here each such failure becomes an answer to the request that met it, which says whether the server can have seen it.
"""

from __future__ import annotations

import asyncio
import logging
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

import httpx2
from mcp.client.streamable_http import streamable_http_client

from weft.secrets import without_secrets

from .given import revealed

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

    from .servers import HTTP

UNREACHED, SESSION_GONE, BROKE_OFF, REFUSED = -31901, -31902, -31903, -31904
"""Codes of the answers that are made up here; MCP and JSON-RPC leave them free."""

_MOST_BYTES = 64 * 1024 * 1024
_GOODBYE_SECONDS = 2.0
_SHOWN_CHARACTERS = 200
_SESSION = "mcp-session-id"
_LOGGERS = ("httpx2", "mcp.client.streamable_http")
_BAD_REQUEST, _NOT_FOUND, _BAD_GATEWAY = 400, 404, 502


@asynccontextmanager
async def over_http(server: HTTP) -> AsyncGenerator[Any, None]:
    """Give the streams to and from a server."""
    for logger in _LOGGERS:
        logging.getLogger(logger).addFilter(_MASKING)  # added once, however often
    headers = {name: revealed(value) for name, value in server.headers.items()}
    # Answers may take as long as the call they belong to, which has a timeout of its own.
    timeout = httpx2.Timeout(server.connect_timeout, read=None, pool=None)
    async with (
        _Client(headers=headers, auth=server.auth, timeout=timeout) as client,
        streamable_http_client(revealed(server.url), http_client=client, max_sse_event_size=_MOST_BYTES) as streams,
    ):
        yield streams


class _Masking(logging.Filter):
    """Keeps secrets out of what others log: addresses can hold them."""

    def filter(self, record: logging.LogRecord) -> bool:
        said = record.getMessage()
        if (shown := without_secrets(said)) != said:
            record.msg, record.args = shown, ()
        return True


_MASKING = _Masking()


class _Client(httpx2.AsyncClient):
    async def send(self, request: httpx2.Request, **options: Any) -> httpx2.Response:
        if request.method == "DELETE":  # the farewell, which nobody has to wait for
            async with asyncio.timeout(_GOODBYE_SECONDS):
                return await super().send(request, **options)
        if request.method != "POST":
            return await super().send(request, **options)
        try:
            response = await super().send(request, **options)
        except (httpx2.ConnectError, httpx2.ConnectTimeout, httpx2.UnsupportedProtocol) as error:
            return _answer(request, UNREACHED, str(error) or type(error).__name__)
        except httpx2.TransportError as error:
            return _answer(request, BROKE_OFF, str(error) or type(error).__name__)
        return await _readable(request, response)


async def _readable(request: httpx2.Request, response: httpx2.Response) -> httpx2.Response:
    """Return a response; of one that is an error and no message of the protocol, say what it was."""
    if response.status_code == _NOT_FOUND and _SESSION in request.headers:
        await response.aclose()
        return _answer(request, SESSION_GONE, "it does not know the session any more")
    if response.status_code < _BAD_REQUEST:
        return response
    try:
        said = await response.aread()
    except httpx2.TransportError:
        said = b""
    await response.aclose()
    if b'"jsonrpc"' in said:
        return response
    shown = " ".join(said.decode("utf-8", "replace").split())[:_SHOWN_CHARACTERS]
    status = f"HTTP {response.status_code} {response.reason_phrase}".rstrip()
    return _answer(request, REFUSED, f"{status}: {shown}" if shown else status)


def _answer(request: httpx2.Request, code: int, message: str) -> httpx2.Response:
    error = {"code": code, "message": message}
    return httpx2.Response(_BAD_GATEWAY, json={"jsonrpc": "2.0", "id": None, "error": error}, request=request)
