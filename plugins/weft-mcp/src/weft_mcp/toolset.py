"""The tools of several servers, as tools of weft."""

from __future__ import annotations

import asyncio
import atexit
import re
from typing import TYPE_CHECKING, Any

import weft
from weft.errors import OptionError, ToolError
from weft.runtime.loop import run_sync
from weft.spelling import hint

from .connection import Connection
from .home import at_home
from .servers import Server

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Sequence

    from mcp_types import Tool as Offered

_LONGEST_NAME = 64
_AT_EXIT_SECONDS = 15.0


class MCPToolset(weft.Toolset):
    """The tools of MCP servers; connected to while the toolset is open.

    All sessions live on weft's own event loop, so that the tools can be called from every thread and every loop.

    Args:
        servers: `Stdio`, `HTTP` or another `Server`, or a URL.

    Raises:
        OptionError: there is no server, or something is none.
    """

    def __init__(self, *, servers: Sequence[Server | str]) -> None:
        self._connections = [Connection(Server.read(server)) for server in servers]
        if not self._connections:
            raise OptionError("A set of MCP tools needs a server: weft.Tool.from_mcp(weft_mcp.Stdio('command', …)).")

    async def open(self) -> tuple[weft.Tool[..., Any], ...]:
        """Connect to all servers at once and return their tools.

        Raises:
            ServerError: a server cannot be started or reached.
            ToolError: two tools have one name, or an allowed tool does not exist.
        """
        atexit.register(self._close_at_exit)
        return await at_home(self._opened())

    async def refresh(self) -> tuple[weft.Tool[..., Any], ...]:
        """Return the tools that the servers offer now; those of before can be called as long as their server has them.

        Raises:
            ServerError: a server cannot be reached.
            ToolError: two tools have one name, or an allowed tool does not exist.
        """
        return await at_home(self._tools())

    async def close(self) -> None:
        """End all sessions, and the processes that were started for them."""
        atexit.unregister(self._close_at_exit)
        await at_home(_all(connection.close() for connection in self._connections))

    async def _opened(self) -> tuple[weft.Tool[..., Any], ...]:
        await _all(connection.open() for connection in self._connections)
        return await self._tools()

    async def _tools(self) -> tuple[weft.Tool[..., Any], ...]:
        offered = await _all(connection.tools() for connection in self._connections)
        found: dict[str, tuple[Connection, Offered]] = {}
        for connection, tools in zip(self._connections, offered, strict=True):
            for tool in _chosen(connection.server, tools):
                name = _name_of(connection.server, tool)
                if name in found:
                    raise _clash(name, *found[name], connection, tool)
                found[name] = (connection, tool)
        return tuple(_tool(name, connection, tool) for name, (connection, tool) in found.items())

    def _close_at_exit(self) -> None:
        async def closing() -> None:
            await at_home(asyncio.wait_for(self.close(), _AT_EXIT_SECONDS))

        if any(connection.is_used for connection in self._connections):
            run_sync(closing())


async def _all(works: Any) -> list[Any]:
    """Do several things at once, each to its end, and return what they give; the first failure is raised."""
    outcomes = await asyncio.gather(*works, return_exceptions=True)
    for outcome in outcomes:
        if isinstance(outcome, BaseException):
            raise outcome
    return outcomes


def _chosen(server: Server, tools: Sequence[Offered]) -> list[Offered]:
    """Return the tools of a server that are wanted.

    Raises:
        ToolError: a name is allowed or blocked that the server does not have.
    """
    names = {tool.name for tool in tools}
    for option, given in (("allow", server.allow or ()), ("block", server.block)):
        for name in given:
            if name not in names:
                raise ToolError(
                    f"The MCP server {server.label!r} has no tool {name!r}, which {option} names.{hint(name, names)}"
                )
    allowed = names if server.allow is None else set(server.allow)
    return [tool for tool in tools if tool.name in allowed and tool.name not in server.block]


def _name_of(server: Server, tool: Offered) -> str:
    """Return the name that models know a tool by; servers may use characters that models may not."""
    return re.sub(r"[^A-Za-z0-9_-]", "_", server.prefix + tool.name)[:_LONGEST_NAME]


def _clash(name: str, first: Connection, one: Offered, second: Connection, other: Offered) -> ToolError:
    return ToolError(
        f"Two tools would be called {name!r}: {one.name!r} of {first.server.label!r} and {other.name!r} of "
        f"{second.server.label!r}. Give a server a prefix, as in {type(second.server).__name__}(…, prefix='b_'), or "
        "block one of them."
    )


def _tool(name: str, connection: Connection, offered: Offered) -> weft.Tool[..., Any]:
    return weft.Tool(
        _function(name, connection, offered.name),
        name=name,
        desc=offered.description or offered.title or "",
        parameters=offered.input_schema,
        timeout=connection.server.timeout,
    )


def _function(name: str, connection: Connection, tool: str) -> Callable[..., Coroutine[Any, Any, Any]]:
    async def call(**arguments: Any) -> Any:
        return await at_home(connection.call(tool, arguments, name))

    return call
