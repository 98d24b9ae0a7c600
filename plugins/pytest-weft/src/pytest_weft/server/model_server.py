"""The server in a thread of the test's own process."""

from __future__ import annotations

import asyncio
import copy
import socket
import threading
from typing import TYPE_CHECKING, Any, TypeVar

from .base import Server
from .connection import Connection
from .process import ServerProcess
from .service import Service
from .settings import Settings

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import TracebackType
    from typing import Unpack

    from .books import Exchange, Tally
    from .settings import Options

T = TypeVar("T")


class ModelServer(Server):
    """A server of language models on 127.0.0.1 that does as it is told. It runs when it has been made.

        with ModelServer(answer="Hi", faults=[Fault("reset"), None]) as server:
            client = Client(base_url=server.base_url("openai"))

    `Settings` says what the options are. An answer function runs on the server's thread and must not wait; if it
    raises, the client gets a 500, and leaving the context raises the exception.
    """

    def __init__(self, *, port: int = 0, keep: int = 1000, **options: Unpack[Options]) -> None:
        self._service = Service(Settings(**options), keep)
        self._socket = listening_socket(port)
        self.url = f"http://127.0.0.1:{self._socket.getsockname()[1]}"
        self._is_running = threading.Event()
        self._thread = threading.Thread(target=self._run, name="weft-model-server", daemon=True)
        self._thread.start()
        self._is_running.wait()

    @staticmethod
    def start_process(*, port: int = 0, keep: int = 1000, **options: Unpack[Options]) -> ServerProcess:
        """Start a server in a process of its own; see `ServerProcess.start`."""
        return ServerProcess.start(port=port, keep=keep, **options)

    def change(self, **options: Unpack[Options]) -> None:
        self._on_loop(lambda: self._service.change(options))

    def reset(self) -> None:
        self._on_loop(self._service.reset)

    def close(self) -> None:
        if self._thread.is_alive():
            self._loop.call_soon_threadsafe(self._stop.set)
            self._thread.join()

    @property
    def exchanges(self) -> list[Exchange]:
        return self._on_loop(lambda: [copy.copy(exchange) for exchange in self._service.books.exchanges])

    @property
    def tally(self) -> Tally:
        return self._on_loop(lambda: self._service.tally)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
        if error is None and self._service.failures:
            raise self._service.failures[0]

    def _run(self) -> None:
        asyncio.run(self._serve())

    async def _serve(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._stop = asyncio.Event()
        await serve_until(self._stop, self._service, self._socket, self._is_running.set)

    def _on_loop(self, function: Callable[[], T]) -> T:
        """Call a function where nothing changes meanwhile."""
        if threading.current_thread() is self._thread or not self._thread.is_alive():
            return function()

        async def call() -> T:
            return function()

        return asyncio.run_coroutine_threadsafe(call(), self._loop).result()


def listening_socket(port: int) -> socket.socket:
    """Return a socket that already takes connections, so that no client can come too early.

    Its connections send at once: asyncio sees to that only for sockets that name their protocol.
    """
    listener = socket.create_server(("127.0.0.1", port), backlog=4096)
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    listener.setblocking(False)
    return listener


async def serve_until(
    stop: asyncio.Event, service: Service, listener: socket.socket, when_ready: Callable[[], Any]
) -> None:
    """Answer connections until told to stop; then reset those that are open."""
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: Connection(service), sock=listener, backlog=4096)
    when_ready()
    await stop.wait()
    service.is_stopping = True
    server.close()
    for connection in list(service.connections.all):
        connection.transport.abort()
    await asyncio.sleep(0)  # the connections hear of their end in the loop's next round
