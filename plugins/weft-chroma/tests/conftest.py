"""A real Chroma server as a child process, which may be killed and started again on the same data."""

from __future__ import annotations

import itertools
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import httpx
import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

_PATIENCE_SECONDS = 60.0
_numbers = itertools.count()


@dataclass
class Server:
    """A server on this machine."""

    folder: Path
    port: int
    process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        """Start it and wait until it answers; its log goes to a file, since an unread pipe would hold it up."""
        command = [Path(sys.executable).with_name("chroma"), "run", "--path", self.folder / "data"]
        with (self.folder / "log").open("ab") as log:
            self.process = subprocess.Popen(
                [*map(str, command), "--host", "127.0.0.1", "--port", str(self.port)],
                stdout=log,
                stderr=log,
                stdin=subprocess.DEVNULL,
                cwd=self.folder,
            )
        until = time.monotonic() + _PATIENCE_SECONDS
        while not self._answers():
            assert self.process.poll() is None, (self.folder / "log").read_text()
            assert time.monotonic() < until, "chroma run does not answer"
            time.sleep(0.05)

    def kill(self) -> None:
        """Kill it, as kill -9 does, and wait until it is gone."""
        if self.process is not None:
            self.process.kill()
            self.process.wait()

    def _answers(self) -> bool:
        try:
            return httpx.get(f"{self.url}/api/v2/heartbeat", timeout=5).status_code == 200
        except httpx.TransportError:
            return False


Start = Callable[[], Server]


@pytest.fixture(scope="session")
def start(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Start]:
    """Return a function that starts a server with data of its own."""
    servers: list[Server] = []

    def starting() -> Server:
        server = Server(tmp_path_factory.mktemp("chroma"), free_port())
        servers.append(server)
        server.start()
        return server

    yield starting
    for server in servers:
        server.kill()


@pytest.fixture(scope="session")
def server(start: Start) -> Server:
    """A server that the tests share; each has a collection of its own."""
    return start()


@pytest.fixture(scope="session")
def database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that the tests share; each has a collection of its own."""
    return tmp_path_factory.mktemp("database")


@pytest.fixture
def fresh() -> str:
    """The name of a collection that is not there."""
    return fresh_collection()


def fresh_collection() -> str:
    return f"collection-{next(_numbers)}"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
