"""A server on loopback that sends exactly the bytes it is told to, and tells when connections are closed."""

from __future__ import annotations

import asyncio
import json
import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pytest

from weft_http import ApiKey, Client, Service

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterator

KEY = "sk-canary-0123456789"


@dataclass
class Got:
    """A request as it came."""

    line: str
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


def answer(body: bytes | str | dict[str, Any], *, status: int = 200, **headers: str) -> bytes:
    """Return a whole answer; `headers` are written with underscores for hyphens."""
    raw = json.dumps(body).encode() if isinstance(body, dict) else body.encode() if isinstance(body, str) else body
    lines = {"Content-Type": "application/json", "Content-Length": str(len(raw))}
    lines |= {name.replace("_", "-"): value for name, value in headers.items()}
    head = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
    return f"HTTP/1.1 {status} Any\r\n{head}\r\n".encode() + raw


@dataclass
class RawServer:
    """Runs on a loop of its own. `send` is the bytes of every answer, or a coroutine that writes them itself."""

    send: bytes | Callable[[asyncio.StreamWriter], Awaitable[None]] = b""
    got: list[Got] = field(default_factory=list)
    opened: int = 0
    closed: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(0))
    arrived: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(0))
    url: str = ""

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.opened += 1
        try:
            while head := await self._head(reader):
                line, headers = head
                body = await reader.readexactly(int(headers.get("content-length", 0)))
                self.got.append(Got(line, headers, body))
                self.arrived.release()
                if isinstance(self.send, bytes):
                    writer.write(self.send)
                else:
                    await self.send(writer)
        except ConnectionError:
            pass
        finally:
            writer.close()
            self.closed.release()

    async def _head(self, reader: asyncio.StreamReader) -> tuple[str, dict[str, str]] | None:
        try:
            raw = await reader.readuntil(b"\r\n\r\n")
        except asyncio.IncompleteReadError:
            return None
        line, *rest = raw.decode().rstrip().split("\r\n")
        pairs = [entry.partition(": ") for entry in rest]
        return line, {name.casefold(): value for name, _, value in pairs}


@pytest.fixture
def server() -> Iterator[RawServer]:
    server, ready = RawServer(), threading.Event()
    loop = asyncio.new_event_loop()
    stop = asyncio.Event()

    async def run() -> None:
        listening = await asyncio.start_server(server.serve, "127.0.0.1", 0)
        server.url = f"http://127.0.0.1:{listening.sockets[0].getsockname()[1]}"
        ready.set()
        await stop.wait()
        listening.close()

    def work() -> None:
        with asyncio.Runner(loop_factory=lambda: loop) as runner:
            runner.run(run())

    thread = threading.Thread(target=work)
    thread.start()
    ready.wait()
    yield server
    loop.call_soon_threadsafe(stop.set)
    thread.join()


def client_of(base_url: str, **fields: Any) -> Client:
    """Return a client of a provider called acme."""
    service = Service(provider="acme", base_url=base_url, key_env=("ACME_API_KEY",), **fields)
    return Client(service, model="tiny", key=ApiKey(KEY, env=service.key_env, ref="acme/tiny"))
