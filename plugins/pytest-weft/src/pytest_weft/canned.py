"""A server that answers with exactly what a test gives it, for answers that only a provider's documentation shows.

    from pytest_weft.canned import CannedServer

    with CannedServer({"output": "Hi"}) as server:
        weft.LM("acme/tiny", base_url=server.url)("Hello")
    assert server.bodies == [{"input": "Hello"}]

`pytest_weft.server` knows whole wire formats and misbehaves; this one knows nothing.
"""

from __future__ import annotations

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any, Self

if TYPE_CHECKING:
    from collections.abc import Sequence


class CannedServer:
    """Answers every request alike, on a free port of this machine, while the context is open.

    Args:
        answer: the JSON of the answer.
        events: instead, the JSON of each server-sent event of a stream.
        status: HTTP status.

    Attributes:
        bodies: the JSON of all requests that came, in order.
    """

    def __init__(self, answer: Any = None, *, events: Sequence[Any] | None = None, status: int = 200) -> None:
        kind = "application/json" if events is None else "text/event-stream"
        body = json.dumps(answer) if events is None else "".join(f"data: {json.dumps(event)}\n\n" for event in events)
        self.bodies: list[Any] = []
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self.bodies, status, kind, body.encode()))
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,))

    @property
    def url(self) -> str:
        """The address, without a path."""
        return f"http://127.0.0.1:{self._server.server_port}"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


def _handler(bodies: list[Any], status: int, kind: str, answer: bytes) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            bodies.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing on stderr."""

    return Handler
