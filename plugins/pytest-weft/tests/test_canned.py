"""The server that knows nothing: it answers as it is told and keeps what came."""

from __future__ import annotations

import json
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest

from pytest_weft.canned import CannedServer


def post(url: str, body: object) -> tuple[str, bytes]:
    request = Request(f"{url}/any/path", json.dumps(body).encode(), {"Content-Type": "application/json"})
    with urlopen(request) as response:
        return response.headers["Content-Type"], response.read()


def test_every_request_gets_the_answer() -> None:
    with CannedServer({"output": "Hi 😀"}) as server:
        kind, body = post(server.url, {"input": "one"})
        post(server.url, {"input": "two"})
    assert (kind, json.loads(body)) == ("application/json", {"output": "Hi 😀"})
    assert server.bodies == [{"input": "one"}, {"input": "two"}]


def test_a_stream_has_an_event_an_item() -> None:
    with CannedServer(events=[{"text": "a"}, {"text": "b"}]) as server:
        assert post(server.url, {}) == ("text/event-stream", b'data: {"text": "a"}\n\ndata: {"text": "b"}\n\n')


def test_a_status_is_answered() -> None:
    with CannedServer({"error": "no"}, status=418) as server, pytest.raises(HTTPError) as caught:
        post(server.url, {})
    assert caught.value.code == 418
    caught.value.close()
