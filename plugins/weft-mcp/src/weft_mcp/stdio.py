"""Servers that are child processes."""

from __future__ import annotations

from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

from mcp import StdioServerParameters, stdio_client

from .given import revealed

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

    from .last_words import LastWords
    from .servers import Stdio


@asynccontextmanager
async def over_stdio(server: Stdio, last_words: LastWords) -> AsyncGenerator[Any, None]:
    """Start the server's process and give the streams to and from it; at the end, the process and its children end."""
    parameters = StdioServerParameters(
        command=server.command,
        args=[revealed(argument) for argument in server.args],
        env={name: revealed(value) for name, value in server.env.items()},
        cwd=None if server.cwd is None else str(server.cwd),
        encoding_error_handler="replace",
    )
    with last_words.listening() as stderr:
        async with stdio_client(parameters, stderr) as streams:
            stderr.close()  # the process has it now, and ours would keep it from ending
            yield streams
