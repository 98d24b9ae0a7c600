"""Real servers: child processes, over their standard input and output or over HTTP on this machine."""

from __future__ import annotations

import subprocess
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

import weft
import weft_mcp

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

SERVER = str(Path(__file__).with_name("shop_server.py"))
Tools = dict[str, "weft.Tool[..., Any]"]


def shop(*flags: str, **options: Any) -> weft_mcp.Stdio:
    """Return the test server as a child process."""
    return weft_mcp.Stdio(sys.executable, SERVER, *flags, **options)


class HTTPShop:
    """The test server as a process that serves HTTP."""

    def __init__(self, *flags: str) -> None:
        self._flags = flags
        self._process: subprocess.Popen[str] | None = None
        self.url = self.start("0")

    def start(self, port: str) -> str:
        self.stop()
        self._process = subprocess.Popen(
            [sys.executable, SERVER, "--http", port, *self._flags], stdout=subprocess.PIPE, text=True
        )
        assert self._process.stdout is not None
        return self._process.stdout.readline().strip()

    def start_again(self) -> None:
        """Serve on the same port."""
        assert self.start(self.url.removesuffix("/mcp").rpartition(":")[2]) == self.url

    def stop(self) -> None:
        if self._process is not None:
            with self._process as process:
                process.kill()


@pytest.fixture
def http_shop() -> Iterator[Callable[..., HTTPShop]]:
    started: list[HTTPShop] = []

    def start(*flags: str) -> HTTPShop:
        started.append(HTTPShop(*flags))
        return started[-1]

    yield start
    for one in started:
        one.stop()


@pytest.fixture(scope="session")
def over_stdio() -> Iterator[Tools]:
    with weft.Tool.from_mcp(shop()) as tools:
        yield by_name(tools)


@pytest.fixture(scope="session")
def over_http() -> Iterator[Tools]:
    server = HTTPShop()
    try:
        with weft.Tool.from_mcp(server.url) as tools:
            yield by_name(tools)
    finally:
        server.stop()


@pytest.fixture(params=["stdio", "http"])
def tools(request: pytest.FixtureRequest) -> Tools:
    """The shop's tools by name, over each transport."""
    return request.getfixturevalue(f"over_{request.param}")


def by_name(tools: Any) -> Tools:
    return {tool.name: tool for tool in tools}


class Heard:
    """Events of one kind, which can be waited for."""

    def __init__(self, kind: str) -> None:
        self._kind = kind
        self._came = threading.Event()
        self.events: list[weft.Event] = []

    def __call__(self, event: weft.Event) -> None:
        if event.kind == self._kind:
            self.events.append(event)
            self._came.set()

    def wait(self) -> None:
        assert self._came.wait(60)
