"""An MCP server for the tests: over standard input and output, or over HTTP on a port that it says."""

from __future__ import annotations

import asyncio
import os
import socket
import sys
import threading
from pathlib import Path
from typing import Any, Literal

from mcp.server import MCPServer
from mcp.server.mcpserver import Context, Image
from mcp.server.mcpserver.exceptions import ToolError
from mcp_types import CallToolResult, EmbeddedResource, ResourceLink, TextContent, TextResourceContents
from pydantic import BaseModel

server = MCPServer("shop", log_level="ERROR")
HANGING: list[int] = []


class Product(BaseModel):
    name: str
    pieces: int


@server.tool()
def add(a: int, b: int = 1) -> int:
    """Add two numbers."""
    return a + b


@server.tool()
def product(name: Literal["lamp", "kettle"]) -> Product:
    """Look a product up."""
    return Product(name=name, pieces=7)


@server.tool(structured_output=False)
def greet(name: str) -> str:
    """Greet somebody."""
    return f"Hello, {name}!"


@server.tool()
def fail() -> str:
    """Fail."""
    raise ToolError("the shop is closed")


@server.tool()
async def hang(ctx: Context) -> str:
    """Never answer, but say that the call has come."""
    HANGING.append(1)
    try:
        await ctx.report_progress(0, 1, "hanging")
        await asyncio.Event().wait()
    finally:
        HANGING.pop()
    return ""


@server.tool()
def hanging() -> int:
    """Return how many calls hang."""
    return len(HANGING)


@server.tool(structured_output=False)
def flood() -> str:
    """Answer with a megabyte."""
    return "flood " * 180_000


@server.tool()
def die(note: str) -> str:
    """Write a line into a file, and end the process in the middle of the call."""
    with Path(note).open("a", encoding="utf-8") as file:
        file.write("died\n")
    print("oops, out of lamps", file=sys.stderr, flush=True)
    os._exit(3)


@server.tool()
def process() -> int:
    """Return the number of the process."""
    return os.getpid()


@server.tool(structured_output=False)
def environment(name: str) -> str:
    """Return a variable of the environment."""
    return os.environ.get(name, "unset")


@server.tool(structured_output=False)
def header(name: str, ctx: Context) -> str:
    """Return a header of the request."""
    return (ctx.headers or {}).get(name, "unset")


@server.tool()
def photo() -> Image:
    """Return a picture."""
    return Image(data=b"12345", format="png")


@server.tool(structured_output=False)
def leaflet() -> CallToolResult:
    """Return resources."""
    text = TextResourceContents(uri="shop://leaflet", text="Lamps are cheap.")
    link = ResourceLink(uri="shop://map", name="map", description="where we are")
    return CallToolResult(content=[EmbeddedResource(resource=text), link, TextContent(text="That is all.")])


@server.tool()
async def count(to: int, ctx: Context) -> int:
    """Count, telling of each step."""
    for done in range(1, to + 1):
        await ctx.report_progress(done, to, f"step {done}")
    return to


@server.tool()
async def note(text: str, ctx: Context) -> None:
    """Write a line into the log."""
    await ctx.info(text)


@server.tool(name="dotted.name", structured_output=False)
def dotted() -> str:
    """Have a name that models may not use."""
    return "dotted"


@server.tool()
async def grow(ctx: Context) -> str:
    """Offer one more tool from now on."""

    def sprout() -> str:
        """Be new."""
        return "new"

    server.add_tool(sprout)
    return "grown"


class Door:
    """What stands before the server: it may want a key, and know no new protocol."""

    def __init__(self, app: Any) -> None:
        self._app = app

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        headers = dict(scope.get("headers", ()))
        has_key = scope["type"] != "http" or headers.get(b"authorization") == b"Bearer key-of-the-shop"
        if "--key" in sys.argv and not has_key:
            await refuse(send, 401, b"no key, no lamps")
        elif "--old" in sys.argv and headers.get(b"mcp-protocol-version", b"") >= b"2026":
            await refuse(send, 404, b"")
        else:
            await self._app(scope, receive, send)


async def refuse(send: Any, status: int, said: bytes) -> None:
    await send({"type": "http.response.start", "status": status, "headers": [(b"content-type", b"text/plain")]})
    await send({"type": "http.response.body", "body": said})


def serve_http(port: int) -> None:
    """Serve on a port, 0 for any that is free, and print the address once connections are taken."""
    import uvicorn

    taken = socket.socket()
    taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    taken.bind(("127.0.0.1", port))
    taken.listen()
    print(f"http://127.0.0.1:{taken.getsockname()[1]}/mcp", flush=True)
    uvicorn.Server(uvicorn.Config(Door(server.streamable_http_app()), log_level="warning")).run(sockets=[taken])


if __name__ == "__main__":
    if "--stubborn" in sys.argv:
        threading.Thread(target=threading.Event().wait).start()  # so the end of the input does not end the process
    if "--http" in sys.argv:
        serve_http(int(sys.argv[2]))
    else:
        server.run()
