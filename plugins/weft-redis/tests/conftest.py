"""A real Redis server as a child process, with nothing on disk."""

from __future__ import annotations

import shutil
import socket
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

PASSWORD = "canary-pass-0123"
_READY = "Ready to accept connections"
_TRIES = 5


@dataclass
class Server:
    """A server on this machine: `url` has its password, `place` is what stands after ``redis/``."""

    process: subprocess.Popen[str]
    port: int
    password: str = ""

    @property
    def place(self) -> str:
        return f"127.0.0.1:{self.port}/0"

    @property
    def url(self) -> str:
        return f"redis://:{self.password}@{self.place}" if self.password else f"redis://{self.place}"

    def kill(self) -> None:
        with self.process:  # waits for its end and closes its pipe
            self.process.kill()


Start = Callable[..., Server]


@pytest.fixture(scope="session")
def start(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Start]:
    """Return a function that starts a server: ``start(port=…, password=…)``."""
    binary = shutil.which("redis-server")
    if binary is None:
        pytest.skip("there is no redis-server on this machine; Debian has it in the package redis-server")
    servers: list[Server] = []

    def starting(*, port: int | None = None, password: str = "") -> Server:
        folder = tmp_path_factory.mktemp("redis")
        servers.append(_started(binary, folder, port, password))
        return servers[-1]

    yield starting
    for server in servers:
        server.kill()


@pytest.fixture(scope="session")
def server(start: Start) -> Server:
    """A server that the tests share; each has a prefix of its own, or clears its own."""
    return start()


@pytest.fixture
def nobody() -> str:
    """A URL at which nobody answers."""
    return f"redis://127.0.0.1:{_free_port()}/0"


def _started(binary: str, folder: Path, port: int | None, password: str) -> Server:
    """Start a server; where the port is left to chance, another program may be quicker, so chance gets more tries."""
    for _ in range(_TRIES):
        chosen = port or _free_port()
        options = {"port": chosen, "bind": "127.0.0.1", "dir": folder, "save": "", "appendonly": "no"}
        options |= {"requirepass": password} if password else {}
        command = [binary, *(str(word) for name, value in options.items() for word in (f"--{name}", value))]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        assert process.stdout is not None
        if any(_READY in line for line in process.stdout):
            return Server(process, chosen, password)
        process.wait()
    raise RuntimeError("redis-server did not start.")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
