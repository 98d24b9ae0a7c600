"""A real Weaviate server as a child process with its own folder."""

from __future__ import annotations

import http.client
import os
import shutil
import socket
import subprocess
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

_CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "weft-ci" / "weaviate"
_PATIENCE_SECONDS = 90
_TRIES = 5


@dataclass
class Server:
    """A server on this machine; `process` is None for one that was there before."""

    url: str
    grpc_port: int
    process: subprocess.Popen[bytes] | None = None
    again: dict[str, str] = field(default_factory=dict[str, str])

    @property
    def place(self) -> dict[str, Any]:
        return {"url": self.url, "grpc_port": self.grpc_port}

    def kill(self) -> None:
        if self.process is not None:
            self.process.kill()
            self.process.wait()


def binary() -> str | None:
    """Return the server's program; None: there is none."""
    built = sorted(_CACHE.glob("*/weaviate-server"))
    return shutil.which("weaviate-server") or shutil.which("weaviate") or (str(built[-1]) if built else None)


def first_started(binary: str, folder: Path, environment: dict[str, str]) -> Server:
    """Start a server at ports of its own; another program may be quicker to take one, so chance gets more tries."""
    for _ in range(_TRIES):
        try:
            return started(binary, _environment(folder) | environment)
        except ChildProcessError:
            continue
    raise RuntimeError(f"weaviate-server did not start: {(folder / 'log').read_text()[-2000:]}")


def _environment(folder: Path) -> dict[str, str]:
    ports = [str(port) for port in _free_ports(6)]
    listening = ("PORT", "GRPC_PORT", "CLUSTER_GOSSIP_BIND_PORT", "CLUSTER_DATA_BIND_PORT", "RAFT_PORT")
    return {
        **dict(zip((*listening, "RAFT_INTERNAL_RPC_PORT"), ports, strict=True)),
        "PERSISTENCE_DATA_PATH": str(folder),
        "AUTHENTICATION_ANONYMOUS_ACCESS_ENABLED": "true",
        "CLUSTER_HOSTNAME": "node1",
        "CLUSTER_ADVERTISE_ADDR": "127.0.0.1",
        "DEFAULT_VECTORIZER_MODULE": "none",
        "DISABLE_TELEMETRY": "true",
        "GO_PROFILING_DISABLE": "true",
        "LOG_LEVEL": "warning",
        "RAFT_BOOTSTRAP_EXPECT": "1",
        "RAFT_TIMEOUTS_MULTIPLIER": "1",
    }


def started(binary: str, environment: dict[str, str]) -> Server:
    """Return a server that is ready.

    Raises:
        ChildProcessError: it ended, or took too long.
    """
    port = environment["PORT"]
    with (Path(environment["PERSISTENCE_DATA_PATH"]) / "log").open("ab") as log:
        process = subprocess.Popen(
            [binary, "--host", "127.0.0.1", "--port", port, "--scheme", "http"],
            env={**os.environ, **environment},
            stdout=log,
            stderr=log,
        )
    server = Server(f"http://127.0.0.1:{port}", int(environment["GRPC_PORT"]), process, environment)
    until = time.monotonic() + _PATIENCE_SECONDS
    while not _is_ready(int(port), server.grpc_port):
        if process.poll() is not None or time.monotonic() > until:
            server.kill()
            raise ChildProcessError
        time.sleep(0.05)  # between two looks; the server tells nobody when it is ready
    return server


def _is_ready(port: int, grpc_port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", grpc_port), timeout=5).close()
        asking = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
        try:
            asking.request("GET", "/v1/.well-known/ready")
            return asking.getresponse().status == 200
        finally:
            asking.close()
    except OSError:
        return False


def _free_ports(count: int) -> list[int]:
    probes = [socket.socket() for _ in range(count)]
    try:
        for probe in probes:
            probe.bind(("127.0.0.1", 0))
        return [probe.getsockname()[1] for probe in probes]
    finally:
        for probe in probes:
            probe.close()
