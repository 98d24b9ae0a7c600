"""Starting, stopping, changing and watching a server."""

from __future__ import annotations

import subprocess
import sys
import threading
from typing import TYPE_CHECKING

import pytest
from http_client import CHAT, call, chat, chat_body, connect

from pytest_weft.network import block_remote
from pytest_weft.server import Fault, ModelServer

if TYPE_CHECKING:
    from collections.abc import Generator


def test_the_fixture_is_a_running_server(model_server: ModelServer) -> None:
    model_server.change(answer="changed")
    assert chat(model_server).json["choices"][0]["message"]["content"] == "changed"
    assert model_server.base_url("openai") == f"{model_server.url}/v1"


def test_a_server_starts_where_only_this_machine_can_be_reached(monkeypatch: pytest.MonkeyPatch) -> None:
    block_remote(monkeypatch)
    with ModelServer() as server:
        assert chat(server).status == 200


def test_a_closed_server_leaves_no_thread_and_refuses_connections() -> None:
    before = threading.active_count()
    server = ModelServer()
    connection = connect(server)
    connection.request("POST", CHAT, b"{}")
    connection.getresponse().read()
    server.close()
    server.close()
    connection.close()
    assert threading.active_count() == before
    with pytest.raises(ConnectionRefusedError):
        chat(server)


def test_connections_are_counted_and_kept_open(model_server: ModelServer) -> None:
    connection = connect(model_server)
    for _ in range(3):
        connection.request("GET", "/v1/models")
        connection.getresponse().read()
    assert (model_server.tally.opened, model_server.tally.open) == (1, 1)
    connection.close()
    assert model_server.wait_for(lambda tally: tally.open == 0).opened == 1


def test_a_wait_that_is_too_long_says_what_there_is(model_server: ModelServer) -> None:
    with pytest.raises(TimeoutError, match="the server has Tally"):
        model_server.wait_for(lambda tally: tally.aborted == 1, seconds=0.01)


def test_a_reset_forgets_requests_and_starts_scripts_anew() -> None:
    with ModelServer(answer=["a", "b"], faults=[Fault("status")]) as server:
        assert [chat(server).status for _ in range(2)] == [500, 200]
        server.reset()
        assert (server.requests, server.counts) == ([], {})
        assert [chat(server).status for _ in range(2)] == [500, 200]
        assert [request.number for request in server.requests] == [0, 1]


def test_a_change_leaves_other_scripts_where_they_are() -> None:
    with ModelServer(answer=["a", "b"]) as server:
        chat(server)
        server.change(latency=0.0)
        assert chat(server).json["choices"][0]["message"]["content"] == "b"


def test_only_the_last_requests_are_kept_and_all_are_counted() -> None:
    with ModelServer(keep=2) as server:
        for text in "abc":
            chat(server, text)
    assert [request.prompt for request in server.requests] == ["b", "c"]
    assert server.counts == {(CHAT, 200): 3}


def test_the_answer_function_may_look_at_the_server() -> None:
    with ModelServer() as server:
        server.change(answer=lambda received: f"{len(server.requests)}")
        assert chat(server).json["choices"][0]["message"]["content"] == "1"


@pytest.mark.parametrize("head", [b"nonsense\r\n\r\n", b"POST / HTTP/1.1\r\ncontent-length: x\r\n\r\n"])
def test_what_is_no_http_is_refused(model_server: ModelServer, head: bytes) -> None:
    connection = connect(model_server)
    connection.connect()
    connection.sock.sendall(head)
    assert connection.sock.recv(100).startswith(b"HTTP/1.1 400 Bad Request")
    connection.close()


def test_chunked_bodies_are_read(model_server: ModelServer) -> None:
    def pieces() -> Generator[bytes]:
        yield b'{"model": "m", "messages": '
        yield b'[{"role": "user", "content": "hi"}]}'

    connection = connect(model_server)
    connection.request("POST", CHAT, pieces(), encode_chunked=True, headers={"transfer-encoding": "chunked"})
    assert connection.getresponse().status == 200
    connection.close()
    assert model_server.requests[0].prompt == "hi"


def test_requests_on_one_connection_are_answered_in_order(model_server: ModelServer) -> None:
    model_server.change(answer=lambda received: received.prompt, faults=[Fault(delay=0.001), None])
    bodies = [f'{{"messages": [{{"role": "user", "content": "{text}"}}]}}'.encode() for text in ("first", "second")]
    connection = connect(model_server)
    connection.connect()
    for body in bodies:
        head = f"POST {CHAT} HTTP/1.1\r\ncontent-length: {len(body)}\r\n\r\n".encode()
        connection.sock.sendall(head + body)
    got = b""
    while got.count(b"chat.completion") < 2:
        got += connection.sock.recv(4096)
    connection.close()
    assert got.index(b"first") < got.index(b"second")


def test_a_client_that_waits_for_a_go_ahead_gets_it(model_server: ModelServer) -> None:
    connection = connect(model_server)
    connection.connect()
    head = f"POST {CHAT} HTTP/1.1\r\nexpect: 100-continue\r\ncontent-length: 2\r\n\r\n".encode()
    connection.sock.sendall(head)
    assert connection.sock.recv(100) == b"HTTP/1.1 100 Continue\r\n\r\n"
    connection.sock.sendall(b"{}")
    assert connection.sock.recv(100).startswith(b"HTTP/1.1 400")
    connection.close()


def test_a_connection_closes_where_the_client_wants_it(model_server: ModelServer) -> None:
    assert call(model_server, "POST", CHAT, chat_body(), connection="close").status == 200
    assert model_server.wait_for(lambda tally: tally.open == 0).opened == 1


def test_the_server_needs_nothing_but_python() -> None:
    code = "import sys, pytest_weft.server; print([m for m in ('weft', 'pytest', 'aiohttp') if m in sys.modules])"
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert result.stdout.strip() == "[]"
