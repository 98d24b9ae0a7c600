"""The kit's server, and LMs that talk to it."""

from __future__ import annotations

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

import pytest

import weft
from pytest_weft.server import ModelServer

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_weft.server import Received

KEY = "sk-canary-0123456789"
HI = weft.Message.of("user", "Hi")


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[ModelServer]:
    monkeypatch.setenv("WEFT_CACHE", "off")
    with ModelServer(answer="Hello there.") as server:
        yield server


class Canned:
    """A server that gives one answer to everything: JSON, or the events of a stream."""

    def __init__(self) -> None:
        self.answer: Any = {}
        self.status = 200
        canned = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                self.rfile.read(int(self.headers["Content-Length"]))
                events = isinstance(canned.answer, list)
                body = _events(canned.answer) if events else json.dumps(canned.answer).encode()
                self.send_response(canned.status)
                self.send_header("Content-Type", "text/event-stream" if events else "application/json")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: Any) -> None:
                """Say nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,))
        self._thread.start()

    def base_url(self) -> str:
        return f"{self.url}/v1"

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


def _events(events: list[Any]) -> bytes:
    return b"".join(b"data: " + json.dumps(event).encode() + b"\n\n" for event in events) + b"data: [DONE]\n\n"


@pytest.fixture
def canned() -> Iterator[Canned]:
    server = Canned()
    yield server
    server.close()


def lm_of(server: ModelServer | Canned, ref: str = "openai/test-model", **options: Any) -> weft.LM:
    """Return an LM that talks to the server, with a key."""
    given = {"base_url": server.base_url(), "api_key": KEY, "cache": "off", "retries": 0, **options}
    return weft.LM(ref, **given)


def sent(server: ModelServer) -> dict[str, Any]:
    """Return the body of the last request."""
    return last(server).body


def last(server: ModelServer) -> Received:
    """Return the last request for a model."""
    return server.requests[-1]


def ask(lm: weft.LM, **fields: Any) -> weft.Response:
    """Make a call with everything that a request can hold."""
    return weft_run(lm, weft.Request((HI,), **fields))


def weft_run(lm: weft.LM, request: weft.Request) -> weft.Response:
    """Answer a request; blocking."""
    import asyncio

    return asyncio.run(lm.complete(request))


TOOLS = (
    weft.ToolSpec("search", "Search the web.", {"type": "object", "properties": {"q": {"type": "string"}}}),
    weft.ToolSpec("stop", "End.", {"type": "object", "properties": {}}),
)
SCHEMA = {
    "type": "object",
    "properties": {"city": {"type": "string"}},
    "required": ["city"],
    "additionalProperties": False,
}
