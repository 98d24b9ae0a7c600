"""What is sent, what is read, and which error stands for which failure."""

from __future__ import annotations

import asyncio
import errno
from typing import TYPE_CHECKING, Any

import aiohttp
import pytest
from aiohttp.client_reqrep import ConnectionKey
from conftest import KEY, RawServer, answer, client_of
from yarl import URL

from weft import RateLimits
from weft.errors import (
    ContextWindowExceeded,
    LMAuthError,
    LMBillingError,
    LMError,
    LMInvalidRequestError,
    LMNotRunningError,
    LMRateLimitError,
    LMServerError,
    LMTimeoutError,
    LMTransportError,
    OptionError,
    UnsupportedModelError,
)
from weft_http import LimitHeaders
from weft_http.breaks import broken

if TYPE_CHECKING:
    from weft_http import Client, Event


def connection_key(host: str) -> ConnectionKey:
    return ConnectionKey(host, 9, False, True, None, None, None)


def post(client: Client, body: Any = None) -> Any:
    return asyncio.run(client.post_json("answers", {} if body is None else body))


def test_json_goes_there_and_back(server: RawServer) -> None:
    server.send = answer({"said": "Ωmega 東京"}, x_extra="7")
    reply = post(client_of(f"{server.url}/v1"), {"text": "naïve 😀", "n": 1})
    assert reply.value == {"said": "Ωmega 東京"}
    assert reply.headers["X-Extra"] == "7"
    got = server.got[0]
    assert got.line == "POST /v1/answers HTTP/1.1"
    assert got.json == {"text": "naïve 😀", "n": 1}
    assert got.headers["authorization"] == f"Bearer {KEY}"
    assert got.headers["content-type"] == "application/json"
    assert got.headers["accept-encoding"] == "identity"


def test_a_path_from_the_root_replaces_the_base(server: RawServer) -> None:
    server.send = answer({})
    asyncio.run(client_of(f"{server.url}/v1").get_json("/api/tags"))
    assert server.got[0].line == "GET /api/tags HTTP/1.1"
    assert "content-type" not in server.got[0].headers


def test_large_bodies_and_lone_surrogates_are_sent(server: RawServer) -> None:
    server.send = answer({})
    client = client_of(server.url)
    post(client, {"text": "x" * 3_000_000})
    post(client, {"text": "\ud800"})
    assert len(server.got[0].json["text"]) == 3_000_000
    assert server.got[1].json["text"] == "\ud800"


def test_a_form_is_sent(server: RawServer) -> None:
    server.send = answer({"id": "file-1"})

    async def upload() -> Any:
        form = aiohttp.FormData({"purpose": "batch"})
        form.add_field("file", b"one\ntwo", filename="batch.jsonl")
        return await client_of(server.url).post_form("files", form)

    assert asyncio.run(upload()).value == {"id": "file-1"}
    assert server.got[0].headers["content-type"].startswith("multipart/form-data")
    assert b"one\ntwo" in server.got[0].body


def test_a_file_comes_as_it_is(server: RawServer) -> None:
    server.send = answer(b"one\ntwo\n")
    assert asyncio.run(client_of(server.url).get_bytes("files/1/content")) == b"one\ntwo\n"


def test_cookies_are_not_kept(server: RawServer) -> None:
    server.send = answer({}, Set_Cookie="session=1")

    async def twice() -> None:
        client = client_of(server.url)
        await client.post_json("a", {})
        await client.post_json("a", {})

    asyncio.run(twice())
    assert "cookie" not in server.got[1].headers


def _error(message: str, code: str = "") -> dict[str, Any]:
    return {"error": {"message": message, "code": code}}


@pytest.mark.parametrize(
    ("status", "body", "expected"),
    [
        (400, _error("max_tokens is wrong"), LMInvalidRequestError),
        (400, _error("This model's maximum context length is 8192 tokens."), ContextWindowExceeded),
        (400, _error("the request exceeds the available context size"), ContextWindowExceeded),
        (400, _error("prompt is too long: 208310 tokens > 200000 maximum"), ContextWindowExceeded),
        (422, _error("`inputs` must have less than 1024 tokens. Given: 1500"), ContextWindowExceeded),
        (401, _error("Incorrect API key provided"), LMAuthError),
        (402, _error("No credit"), LMBillingError),
        (403, _error("Not your model"), LMAuthError),
        (404, _error("The model `x` does not exist"), UnsupportedModelError),
        (404, _error("Not Found"), LMInvalidRequestError),
        (408, _error("slow"), LMTimeoutError),
        (429, _error("slow down"), LMRateLimitError),
        (429, _error("pay", "insufficient_quota"), LMBillingError),
        (500, _error("oops"), LMServerError),
        (501, _error("not here"), LMInvalidRequestError),
        (503, _error("overloaded"), LMServerError),
        (504, _error("upstream"), LMTimeoutError),
        (529, _error("overloaded"), LMServerError),
    ],
)
def test_statuses_become_classes(server: RawServer, status: int, body: dict[str, Any], expected: type[LMError]) -> None:
    server.send = answer(body, status=status, x_request_id="req-1", Retry_After="3")
    with pytest.raises(LMError, match=body["error"]["message"][:20].replace("`", ".")) as caught:
        post(client_of(server.url, codes={"insufficient_quota": LMBillingError}))
    error = caught.value
    assert type(error) is expected
    assert (error.provider, error.model, error.status) == ("acme", "tiny", status)
    assert (error.request_id, error.retry_after) == ("req-1", 3)


@pytest.mark.parametrize(
    "body", [{"error": "plain words"}, {"detail": "plain words"}, {"message": "plain words"}, "plain words"]
)
def test_errors_are_read_in_every_common_shape(server: RawServer, body: Any) -> None:
    server.send = answer(body, status=400)
    with pytest.raises(LMInvalidRequestError, match="plain words"):
        post(client_of(server.url))


def test_a_web_page_is_named_and_not_quoted(server: RawServer) -> None:
    server.send = answer("<!DOCTYPE html><html><title> Bad gateway </title>" + "x" * 5000, status=502)
    with pytest.raises(LMServerError) as caught:
        post(client_of(server.url))
    assert "the web page 'Bad gateway' came back" in str(caught.value)
    assert len(str(caught.value)) < 250


def test_long_errors_are_shortened(server: RawServer) -> None:
    server.send = answer(_error("y" * 9000), status=400)
    with pytest.raises(LMInvalidRequestError) as caught:
        post(client_of(server.url))
    assert "(9000 characters)" in str(caught.value)
    assert len(str(caught.value)) < 700


def test_a_web_page_instead_of_json_asks_for_the_address(server: RawServer) -> None:
    server.send = answer("<html><title>Welcome</title></html>")
    with pytest.raises(LMInvalidRequestError, match="web page 'Welcome' instead of JSON; is the address"):
        post(client_of(server.url))


def test_broken_json_can_be_tried_again(server: RawServer) -> None:
    server.send = answer('{"said": "hal')
    with pytest.raises(LMServerError, match="not JSON") as caught:
        post(client_of(server.url))
    assert caught.value.retryable


def test_a_cut_answer_is_a_broken_connection(server: RawServer) -> None:
    async def cut(writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n{")
        writer.close()

    server.send = cut
    with pytest.raises(LMTransportError, match="broke before the answer was whole"):
        post(client_of(server.url))


def test_a_dropped_connection_is_a_transport_error(server: RawServer) -> None:
    async def drop(writer: asyncio.StreamWriter) -> None:
        writer.close()

    server.send = drop
    with pytest.raises(LMTransportError):
        post(client_of(server.url))


def test_something_that_is_not_http_is_a_transport_error_without_the_key(server: RawServer) -> None:
    server.send = b"SSH-2.0-OpenSSH_9.2\r\n\r\n"
    with pytest.raises(LMTransportError) as caught:
        post(client_of(server.url))
    shown: list[BaseException | None] = [caught.value]
    while shown[-1] is not None:
        assert KEY not in repr(shown[-1])
        assert KEY not in str(vars(shown[-1]))
        shown.append(shown[-1].__cause__ or shown[-1].__context__)


def test_nothing_listens() -> None:
    client = client_of("http://127.0.0.1:9", hint="Is Acme running? Start it with `acme serve`.")
    with pytest.raises(LMNotRunningError) as caught:
        post(client)
    expected = "Nothing answers at http://127.0.0.1:9, where acme/tiny should be. "
    assert str(caught.value) == expected + "Is Acme running? Start it with `acme serve`."
    assert isinstance(caught.value.__cause__, ConnectionRefusedError)


@pytest.mark.parametrize(
    ("host", "number", "kind"),
    [
        ("localhost", errno.ECONNREFUSED, LMNotRunningError),
        ("localhost", None, LMNotRunningError),  # ::1 cannot be reached, and 127.0.0.1 refuses
        ("[::1]", errno.ECONNREFUSED, LMNotRunningError),
        ("0.0.0.0", errno.ECONNREFUSED, LMNotRunningError),
        ("127.0.0.1", errno.EMFILE, LMTransportError),
        ("10.0.0.7", errno.ECONNREFUSED, LMTransportError),
        ("api.acme.example", errno.ECONNREFUSED, LMTransportError),
    ],
)
def test_only_a_server_of_this_machine_is_known_not_to_run(
    host: str, number: int | None, kind: type[LMTransportError]
) -> None:
    refused = OSError("no") if number is None else OSError(number, "no")
    error = aiohttp.ClientConnectorError(connection_key(host), refused)
    service = client_of(f"http://{host}:9").service
    assert type(broken(service, "tiny", URL(service.base_url), error, is_new=True)) is kind


def test_a_server_that_was_there_may_come_back() -> None:
    async def run() -> None:
        server = RawServer(send=answer({}, Connection="close"))
        listening = await asyncio.start_server(server.serve, "127.0.0.1", 0)
        client = client_of(f"http://127.0.0.1:{listening.sockets[0].getsockname()[1]}")
        async with listening:
            await client.post_json("answers", {})
        with pytest.raises(LMTransportError, match="Nothing answers at") as caught:
            await client.post_json("answers", {})
        assert caught.value.retryable

    asyncio.run(run())


def test_redirections_are_not_followed(server: RawServer) -> None:
    server.send = answer("", status=307, Location=f"{server.url}/elsewhere")
    with pytest.raises(LMInvalidRequestError, match=r"sends calls on to .*/elsewhere"):
        post(client_of(server.url))
    assert len(server.got) == 1


@pytest.mark.parametrize("base_url", ["", "localhost:8000", "ftp://x", "http://", "http://me:pass@host/v1"])
def test_addresses_are_checked(base_url: str) -> None:
    with pytest.raises(OptionError, match="base_url") as caught:
        client_of(base_url)
    assert "pass" not in str(caught.value).replace("password", "")


def events(client: Client, last: bytes | None = None) -> list[Event]:
    async def read() -> list[Event]:
        return [event async for event in client.stream("answers", {"stream": True}, last=last)]

    return asyncio.run(read())


def _chunked(*chunks: bytes) -> bytes:
    head = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"
    return head + b"".join(b"%x\r\n%s\r\n" % (len(chunk), chunk) for chunk in chunks)


def test_events_are_streamed(server: RawServer) -> None:
    server.send = _chunked(b"data: o", b"ne\n\ndata: two\n\n", b"data: [DONE]\n\n", b"")
    assert [event.data for event in events(client_of(server.url), b"[DONE]")] == [b"one", b"two"]
    assert server.got[0].json == {"stream": True}


def test_a_stream_that_breaks_off_is_a_transport_error(server: RawServer) -> None:
    async def cut(writer: asyncio.StreamWriter) -> None:
        writer.write(_chunked(b"data: one\n\n"))
        writer.close()

    server.send = cut
    with pytest.raises(LMTransportError):
        events(client_of(server.url))


def test_a_stream_may_be_refused(server: RawServer) -> None:
    server.send = answer(_error("slow down"), status=429)
    with pytest.raises(LMRateLimitError, match="slow down"):
        events(client_of(server.url))


def test_json_instead_of_a_stream_is_an_error(server: RawServer) -> None:
    server.send = answer(_error("cannot stream"))
    with pytest.raises(LMServerError, match=r"sent 'application/json' instead.*cannot stream"):
        events(client_of(server.url))


def test_a_stream_tells_the_rate_limits(server: RawServer) -> None:
    head, _, chunks = _chunked(b"data: one\n\n", b"").partition(b"\r\n\r\n")
    server.send = head + b"\r\nx-ratelimit-remaining-requests: 7\r\n\r\n" + chunks
    told: list[RateLimits] = []

    async def read() -> None:
        client = client_of(server.url, limits=LimitHeaders())
        async for _ in client.stream("answers", {}, on_limits=told.append):
            pass

    asyncio.run(read())
    assert told == [RateLimits(requests_left=7)]


def test_json_of_an_event_is_read_or_refused() -> None:
    client = client_of("http://127.0.0.1:9")
    assert client.decoded(b'{"a": 1}') == {"a": 1}
    with pytest.raises(LMServerError, match="not JSON"):
        client.decoded(b'{"a":')
