"""Servers that are away, silent, killed while passages are written, or behind a key."""

from __future__ import annotations

import socket
import threading
from contextlib import closing, contextmanager, suppress
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any, ClassVar

import pytest
from conftest import free_port

import weft
from weft import Passage, Secret
from weft.errors import IndexingError, RMError, RMTransportError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conftest import Server, Start

CANARY = "canary-token-0123"


class Gate(BaseHTTPRequestHandler):
    """Passes requests on to a server if they have the key, and holds back the answers while it is `shut`."""

    target: ClassVar[int]
    shut: ClassVar[threading.Event]
    opened: ClassVar[threading.Event]
    protocol_version = "HTTP/1.1"

    def pass_on(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        if self.shut.is_set():
            self.opened.wait()
        if CANARY not in (self.headers.get("X-Chroma-Token"), self.headers.get("X-Other")):
            self._answer(403, b'{"error": "AuthError", "message": "no"}')
            return
        with closing(HTTPConnection("127.0.0.1", self.target)) as connection:
            connection.request(self.command, self.path, body, {"Content-Type": "application/json"})
            answer = connection.getresponse()
            content = answer.read()
        self._answer(answer.status, content)

    do_GET = do_POST = do_DELETE = pass_on  # noqa: N815 - the names that http.server calls

    def log_message(self, format: str, *args: Any) -> None:
        """Be quiet."""

    def _answer(self, status: int, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        with suppress(ConnectionError):  # who asked may have given up
            self.end_headers()
            self.wfile.write(body)


@contextmanager
def serving(handler: type[BaseHTTPRequestHandler]) -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def gate(server: Server) -> Iterator[tuple[str, type[Gate]]]:
    class Own(Gate):
        target = server.port
        shut, opened = threading.Event(), threading.Event()

    with serving(Own) as url:
        yield url, Own
        Own.opened.set()


def test_a_server_that_is_away() -> None:
    url = f"http://127.0.0.1:{free_port()}"
    rm = weft.RM("chroma", url=url)
    for use in (lambda: rm("cats"), rm.size, lambda: rm.remove(["x"])):
        with pytest.raises(RMTransportError) as caught:
            use()
        assert str(caught.value) == (
            f"The Chroma server at '{url}' cannot be reached ([Errno 111] Connection refused). "
            "Start it with `chroma run`, or look at url."
        )
    with pytest.raises(IndexingError, match="cannot be reached") as failed:
        rm.index(["Cats purr."])
    assert failed.value.written == ()


def test_a_server_that_takes_the_connection_and_says_nothing() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        rm = weft.RM("chroma", url=f"http://127.0.0.1:{silent.getsockname()[1]}", timeout=0.2)
        with pytest.raises(RMTransportError, match="does not answer in time"):
            rm("cats")


def test_a_server_that_falls_silent_later(gate: tuple[str, type[Gate]], fresh: str) -> None:
    url, handler = gate
    rm = weft.RM(f"chroma/{fresh}", url=url, token=CANARY, timeout=0.5)
    rm.index(["Cats purr."])
    handler.shut.set()
    with pytest.raises(RMTransportError, match="does not answer in time"):
        rm("cats")


def test_something_else_that_answers() -> None:
    class Other(Gate):
        def pass_on(self) -> None:
            self._answer(200, b"Welcome!")

        do_GET = pass_on  # noqa: N815 - the name that http.server calls

    with serving(Other) as url, pytest.raises(RMError, match="no Chroma server"):
        weft.RM("chroma", url=url)("cats")


@pytest.mark.parametrize("options", [{"token": CANARY}, {"headers": {"X-Other": Secret(CANARY)}}])
def test_keys_are_sent(gate: tuple[str, type[Gate]], fresh: str, options: dict[str, Any]) -> None:
    rm = weft.RM(f"chroma/{fresh}", url=gate[0], **options)
    rm.index(["Cats purr."])
    assert rm("cats")[0].text == "Cats purr."
    assert CANARY not in repr(vars(rm))


def test_a_wrong_key_is_refused_and_not_shown(gate: tuple[str, type[Gate]]) -> None:
    with pytest.raises(RMError, match="refuses the key") as caught:
        weft.RM("chroma", url=gate[0], token="canary-wrong-0123")("cats")
    assert "canary" not in str(caught.value)


def test_a_server_that_was_started_again_is_used_again(start: Start, fresh: str) -> None:
    server = start()
    rm = weft.RM(f"chroma/{fresh}", url=server.url)
    rm.index(["Cats purr."])
    server.kill()
    with pytest.raises(RMTransportError):
        rm("cats")
    server.start()
    assert rm("cats")[0].text == "Cats purr."


def test_killed_while_it_writes(start: Start, fresh: str) -> None:
    server = start()
    passages = [Passage(f"Cats number {n} purr. " * 20, f"p{n}", metadata={"n": n}) for n in range(3000)]
    killers: list[threading.Timer] = []

    def killing(texts: list[str]) -> list[list[float]]:
        if any("number 1300 " in text for text in texts) and not killers:
            killers.append(threading.Timer(0.05, server.kill))  # while this batch is written, or a later one
            killers[0].start()
        return [[1.0, *map(float, text.encode()[:60])] for text in texts]

    rm = weft.RM(f"chroma/{fresh}", url=server.url, embedder=weft.Embedder(killing, batch_size=300))
    with pytest.raises(IndexingError) as caught:
        rm.index(passages, batch_size=300)
    killers[0].join()
    written = caught.value.written
    assert f"{len(written)} passages are written for certain, the last of them {written[-1]!r}" in str(caught.value)
    assert written == tuple(passage.id for passage in passages[: len(written)])

    server.start()
    there = {one.id for one in rm(passages[0].text, k=3000)}
    assert set(written) <= there
    assert len(there) < len(passages)

    rm.index(passages, batch_size=300)
    assert rm.size() == len(passages)
    found = [one.id for one in rm(passages[0].text, k=4000)]
    assert sorted(found) == sorted(one.id for one in passages)
