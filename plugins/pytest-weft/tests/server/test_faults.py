"""Each fault is what a client sees on its socket."""

from __future__ import annotations

import http.client
import json
import socket
from email.utils import parsedate_to_datetime
from typing import Any

import pytest
from http_client import CHAT, call, chat, chat_body, connect, text_of

from pytest_weft.server import Answer, Chances, Fault, ModelServer, ToolCall, Usage


def stream(fault: Fault, answer: Any = "one two three four") -> tuple[ModelServer, Any]:
    with ModelServer(answer=answer, faults=fault) as server:
        return server, chat(server, stream=True)


@pytest.mark.parametrize("status", [400, 401, 402, 403, 404, 413, 429, 500, 502, 503, 529])
def test_a_status_is_an_error_in_the_vendors_form(status: int) -> None:
    with ModelServer(faults=Fault("status", status=status, message="No.")) as server:
        answered = chat(server)
    assert answered.status == status
    assert answered.json["error"]["message"] == "No."
    assert (server.counts, server.usage) == ({(CHAT, status): 1}, Usage())


def test_the_time_to_wait_has_three_forms() -> None:
    script = [Fault("status", status=429, retry_after=1.5, retry_after_as=form) for form in ("seconds", "date", "ms")]
    with ModelServer(faults=script) as server:
        seconds, date, milliseconds = [chat(server).headers for _ in script]
    assert seconds["retry-after"] == "2"
    assert parsedate_to_datetime(date["retry-after"]).tzinfo is not None
    assert (milliseconds["retry-after-ms"], "retry-after" in milliseconds) == ("1500", False)


def test_a_context_overflow_is_a_400() -> None:
    with ModelServer(faults=Fault("context_overflow")) as server:
        answered = chat(server)
    assert (answered.status, answered.json["error"]["code"]) == (400, "context_length_exceeded")


def test_a_refusal_is_a_finish_reason_or_an_error() -> None:
    with ModelServer(faults=[Fault("content_filter"), Fault("content_filter", status=400)]) as server:
        finish, error = chat(server).json, chat(server)
    assert finish["choices"][0]["finish_reason"] == "content_filter"
    assert (error.status, error.json["error"]["code"]) == (400, "content_filter")


def test_a_reset_is_a_reset() -> None:
    with ModelServer(faults=Fault("reset")) as server, pytest.raises(ConnectionResetError):
        chat(server)
    assert (server.counts, server.tally.total) == ({(CHAT, 0): 1}, 1)


def test_a_closed_body_is_shorter_than_announced() -> None:
    with ModelServer(faults=Fault("close")) as server, pytest.raises(http.client.IncompleteRead):
        chat(server)
    assert (server.usage, server.tally.lost.completion) == (Usage(), 5)


def test_a_closed_stream_ends_within_an_event() -> None:
    with ModelServer(faults=Fault("close", after=2)) as server, pytest.raises(http.client.IncompleteRead) as caught:
        chat(server, stream=True)
    *whole, rest = caught.value.partial.decode().split("\n\n")
    assert len(whole) == 2
    assert rest.startswith("data: {")


def test_a_cut_stream_has_whole_events_and_no_end() -> None:
    with ModelServer(faults=Fault("cut", after=3)) as server, pytest.raises(http.client.IncompleteRead) as caught:
        chat(server, stream=True)
    assert caught.value.partial.count(b"\n\n") == 3
    assert server.exchanges[0].end == "damaged"


def test_a_clean_cut_ends_the_body_and_not_the_answer() -> None:
    server, answered = stream(Fault("cut", after=3, clean=True))
    assert text_of(answered.events) == "one two "
    assert "[DONE]" not in answered.events
    assert (server.usage, server.tally.lost.completion) == (Usage(), 4)


def test_a_stalled_answer_never_comes() -> None:
    with ModelServer(faults=Fault("stall")) as server:
        connection = connect(server, seconds=0.05)
        connection.request("POST", CHAT, json.dumps(chat_body()))
        with pytest.raises(TimeoutError):
            connection.getresponse()
        connection.close()
        assert server.wait_for(lambda tally: tally.aborted == 1).in_flight == 0
    assert (server.exchanges[0].end, server.exchanges[0].status) == ("aborted", 0)


def test_a_stalled_stream_stops_in_the_middle() -> None:
    with ModelServer(answer="one two", faults=Fault("stall", after=2)) as server:
        connection = connect(server, seconds=0.2)
        connection.request("POST", CHAT, json.dumps(chat_body(stream=True)))
        response = connection.getresponse()
        assert b"one" in response.readline() + response.readline() + response.readline()
        response.readline()
        with pytest.raises(TimeoutError):
            response.readline()
        response.close()
        connection.close()


def test_a_request_that_waits_when_the_server_closes_is_not_the_clients_doing() -> None:
    with ModelServer(faults=Fault("stall")) as server:
        connection = connect(server)
        connection.request("POST", CHAT, json.dumps(chat_body()))
        server.wait_for(lambda tally: tally.in_flight == 1)
    connection.close()
    assert (server.exchanges[0].end, server.tally.aborted) == ("stopped", 0)


def test_a_truncated_answer_says_so() -> None:
    with ModelServer(answer="one two three four", faults=Fault("truncated")) as server:
        answered = chat(server).json
    assert answered["choices"][0]["message"]["content"] == "one two "
    assert answered["choices"][0]["finish_reason"] == "length"
    assert server.usage.completion == answered["usage"]["completion_tokens"] == 2


def test_malformed_json_is_a_whole_body_of_half_an_answer() -> None:
    with ModelServer(faults=Fault("malformed_json")) as server:
        answered = chat(server)
    assert answered.status == 200
    with pytest.raises(json.JSONDecodeError):
        json.loads(answered.body)
    assert server.exchanges[0].end == "damaged"


@pytest.mark.parametrize("streamed", [False, True])
def test_a_proxys_page_is_no_json(streamed: bool) -> None:
    with ModelServer(faults=[Fault("html"), Fault("html", status=200)]) as server:
        bad, good = chat(server, stream=streamed), chat(server, stream=streamed)
    assert (bad.status, good.status) == (502, 200)
    assert bad.headers["content-type"] == "text/html"
    assert b"<h1>502 Bad Gateway</h1>" in bad.body
    assert server.counts == {(CHAT, 502): 1, (CHAT, 200): 1}
    assert server.usage == Usage()


def test_a_malformed_event_is_followed_by_good_ones() -> None:
    _, answered = stream(Fault("malformed_sse", after=2))
    data = [line[6:] for line in answered.body.decode().splitlines() if line.startswith("data: ")]
    with pytest.raises(json.JSONDecodeError):
        json.loads(data[2])
    assert json.loads(data[3])["choices"][0]["delta"] == {"content": "three "}
    assert data[-1] == "[DONE]"


def test_an_error_within_a_stream_is_an_event() -> None:
    _, answered = stream(Fault("stream_error", after=2))
    assert len(answered.events) == 3
    assert answered.events[-1]["error"]["type"] == "server_error"


def test_no_choice_is_an_empty_list() -> None:
    with ModelServer(faults=Fault("empty")) as server:
        answered = chat(server).json
    assert answered["choices"] == []
    assert server.usage.completion == answered["usage"]["completion_tokens"] == 5


def test_comments_come_between_events() -> None:
    server, answered = stream(Fault(comments=True))
    assert answered.body.startswith(b": keep-alive\n\ndata: ")
    assert text_of(answered.events) == "one two three four"
    assert server.usage.completion == 4


@pytest.mark.parametrize("size", [1, 3, 7])
def test_split_pieces_add_up_even_within_characters(size: int) -> None:
    text = "żółć 猫 🦊"
    with ModelServer(answer=text, faults=Fault(split=size)) as server:
        streamed, whole = chat(server, stream=True), chat(server)
        chunks = raw_chunks(server)
    assert text_of(streamed.events) == text
    assert whole.json["choices"][0]["message"]["content"] == text
    assert {len(chunk) for chunk in chunks[:-1]} == {size}
    assert any(splits_a_character(chunk) for chunk in chunks)


def raw_chunks(server: ModelServer) -> list[bytes]:
    """The chunks of a streamed answer, as they are on the wire."""
    with socket.create_connection(("127.0.0.1", int(server.url.rpartition(":")[2]))) as client:
        body = json.dumps(chat_body(stream=True)).encode()
        client.sendall(b"POST %b HTTP/1.1\r\nconnection: close\r\n" % CHAT.encode())
        client.sendall(b"content-length: %d\r\n\r\n%b" % (len(body), body))
        with client.makefile("rb") as file:
            while file.readline() != b"\r\n":
                pass
            chunks: list[bytes] = []
            while size := int(file.readline(), 16):
                chunks.append(file.read(size))
                file.readline()
    return chunks


def splits_a_character(chunk: bytes) -> bool:
    try:
        chunk.decode()
    except UnicodeDecodeError:
        return True
    return False


def test_pieces_of_tool_calls_come_mixed() -> None:
    calls = Answer(tool_calls=[ToolCall("a", {"x": 1}), ToolCall("b", {"y": 2})])
    _, answered = stream(Fault("shuffled_tools"), calls)
    deltas = [d for event in answered.events[:-1] for d in event["choices"][0]["delta"].get("tool_calls", ())]
    assert [delta["index"] for delta in deltas] == [1, 0, 1, 0, 1, 0]
    arguments = ["".join(d["function"]["arguments"] for d in deltas if d["index"] == i) for i in (0, 1)]
    assert [json.loads(each) for each in arguments] == [{"x": 1}, {"y": 2}]


def test_delays_let_other_requests_overtake() -> None:
    with ModelServer(faults=[Fault("stall"), None]) as server:
        first, second = connect(server), connect(server)
        for connection in (first, second):
            connection.request("POST", CHAT, json.dumps(chat_body()))
        assert second.getresponse().status == 200
        first.close()
        second.close()
    assert server.tally.most_in_flight == 2


def test_a_delayed_answer_is_whole() -> None:
    with ModelServer(faults=Fault(delay=0.001, chunk_delay=0.001), latency=0.001) as server:
        assert text_of(chat(server, stream=True).events) == "Hello from the test server."
    assert server.usage.completion == 5


def test_a_script_has_one_entry_a_request_and_then_all_is_well() -> None:
    with ModelServer(faults=[Fault("status"), None, Fault("status", status=503)]) as server:
        assert [chat(server).status for _ in range(5)] == [500, 200, 503, 200, 200]
        server.change(faults=[Fault("status", status=502)])
        assert [chat(server).status for _ in range(2)] == [502, 200]


def test_a_function_sees_the_number_of_the_request() -> None:
    with ModelServer(faults=lambda number: Fault("status") if number % 2 else None) as server:
        assert [chat(server).status for _ in range(4)] == [200, 500, 200, 500]


def test_chances_repeat_with_their_seed() -> None:
    chances = Chances({Fault("status", status=500): 0.3, Fault("status", status=503): 0.3}, seed=5)

    def statuses() -> list[int]:
        with ModelServer(faults=chances) as server:
            return [chat(server).status for _ in range(40)]

    assert statuses() == (first := statuses())
    assert set(first) == {200, 500, 503}


def test_chances_beyond_one_and_unknown_kinds_are_refused() -> None:
    with pytest.raises(ValueError, match="more than 1"):
        Chances({Fault("reset"): 0.7, Fault("stall"): 0.7})
    with pytest.raises(ValueError, match="Did you mean"):
        Fault("stal")  # pyright: ignore[reportArgumentType]


def test_faults_do_not_use_up_answers() -> None:
    with ModelServer(answer=["a", "b"], faults=[None, Fault("status"), None]) as server:
        answers = [chat(server) for _ in range(3)]
    assert [each.json["choices"][0]["message"]["content"] for each in (answers[0], answers[2])] == ["a", "b"]


def test_faults_reach_every_path_but_the_servers_own() -> None:
    with ModelServer(faults=Fault("status", status=503)) as server:
        assert call(server, "GET", "/v1/models").status == 503
