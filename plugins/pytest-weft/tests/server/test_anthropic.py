"""Anthropic's messages, their stream, batches, models and errors."""

from __future__ import annotations

import json
from typing import Any

import pytest
from http_client import Answered, call

from pytest_weft.server import Answer, Fault, Limits, ModelServer, Received, Server, ToolCall, Usage

VERSION = "2023-06-01"
EVERYTHING = Answer("It is mild.", [ToolCall("weather", {"city": "Łódź"})], reasoning="Let me see.")


def message_body(text: str = "one two three", **parameters: Any) -> dict[str, Any]:
    messages = [{"role": "user", "content": text}]
    return {"model": "test-model", "max_tokens": 100, "messages": messages, **parameters}


def message(server: Server, text: str = "one two three", **parameters: Any) -> Answered:
    return ask(server, "POST", "/v1/messages", message_body(text, **parameters))


def ask(server: Server, method: str, path: str, body: Any = None, **headers: str) -> Answered:
    return call(server, method, path, body, anthropic_version=VERSION, **headers)


def test_an_answer_is_a_list_of_blocks() -> None:
    with ModelServer(answer=EVERYTHING) as server:
        answered = message(server, system="Be brief.")
    record = answered.json
    assert (record["type"], record["role"], record["stop_reason"]) == ("message", "assistant", "tool_use")
    assert [block["type"] for block in record["content"]] == ["thinking", "text", "tool_use"]
    assert record["content"][2]["input"] == {"city": "Łódź"}
    assert record["usage"]["input_tokens"] == 5
    assert record["usage"]["output_tokens"] == server.usage.completion == 3 + 3 + 3
    assert answered.headers["request-id"].startswith("req_")


def test_the_request_is_shown_in_a_neutral_form() -> None:
    body = message_body(
        system=[{"type": "text", "text": "Be brief."}],
        stop_sequences=["END"],
        tools=[{"name": "weather", "input_schema": {"type": "object"}}],
        output_config={"format": {"type": "json_schema", "schema": {"type": "object"}}},
    )
    with ModelServer() as server:
        ask(server, "POST", "/v1/messages", body)
    (received,) = server.requests
    assert received.messages == (("system", "Be brief."), ("user", "one two three"))
    assert (received.format, received.max_tokens, received.stop) == ("anthropic.messages", 100, ("END",))
    assert (received.tools, received.schema) == (("weather",), {"type": "object"})


def test_a_stream_builds_every_block() -> None:
    with ModelServer(answer=EVERYTHING) as server:
        answered = message(server, stream=True)
    events = answered.events
    assert answered.names == [event["type"] for event in events]
    assert (answered.names[0], answered.names[-2:]) == ("message_start", ["message_delta", "message_stop"])
    assert grown(events, 0, "thinking") == "Let me see."
    assert grown(events, 1, "text") == "It is mild."
    assert json.loads(grown(events, 2, "partial_json")) == {"city": "Łódź"}
    assert events[0]["message"]["usage"]["input_tokens"] == 3
    assert events[-2]["delta"] == {"stop_reason": "tool_use", "stop_sequence": None}
    assert events[-2]["usage"] == {"output_tokens": 9}


def grown(events: list[Any], index: int, name: str) -> str:
    deltas = [event["delta"] for event in events if event["type"] == "content_block_delta" and event["index"] == index]
    return "".join(delta.get(name, "") for delta in deltas)


def test_blocks_of_a_stream_come_mixed_where_told() -> None:
    with ModelServer(answer=EVERYTHING, faults=Fault("shuffled_tools")) as server:
        events = message(server, stream=True).events
    assert [event["index"] for event in events if event["type"] == "content_block_start"] == [2, 1, 0]
    assert json.loads(grown(events, 2, "partial_json")) == {"city": "Łódź"}


@pytest.mark.parametrize(
    ("parameters", "reason", "sequence"),
    [({"max_tokens": 1}, "max_tokens", None), ({"stop_sequences": ["there"]}, "stop_sequence", "there")],
)
def test_the_end_has_its_reason(parameters: dict[str, Any], reason: str, sequence: str | None) -> None:
    with ModelServer(answer="Hi there") as server:
        record = message(server, **parameters).json
    assert record["content"][0]["text"] == "Hi "
    assert (record["stop_reason"], record["stop_sequence"]) == (reason, sequence)


def test_a_refusal_is_a_stop_reason() -> None:
    with ModelServer(faults=Fault("content_filter")) as server:
        record = message(server).json
    assert (record["stop_reason"], record["content"]) == ("refusal", [])


def test_a_marked_prefix_is_written_to_the_cache_and_then_read() -> None:
    system = [{"type": "text", "text": "a long text", "cache_control": {"type": "ephemeral"}}]
    with ModelServer(answer="ok") as server:
        first, second = [message(server, system=system).json["usage"] for _ in range(2)]
    names = ("input_tokens", "cache_creation_input_tokens", "cache_read_input_tokens")
    assert [first[name] for name in names] == [3, 3, 0]
    assert [second[name] for name in names] == [3, 0, 3]
    assert server.usage == Usage(prompt=12, completion=2, cached=3, cache_written=3)


def test_tokens_are_counted_as_messages_are() -> None:
    with ModelServer() as server:
        counted = ask(server, "POST", "/v1/messages/count_tokens", message_body(system="Be brief."))
    assert counted.json == {"input_tokens": 5}


@pytest.mark.parametrize(
    ("status", "kind"),
    [(400, "invalid_request_error"), (401, "authentication_error"), (402, "billing_error"), (403, "permission_error"),
     (404, "not_found_error"), (413, "request_too_large"), (429, "rate_limit_error"), (500, "api_error"),
     (529, "overloaded_error")],
)  # fmt: skip
def test_errors_have_anthropics_types(status: int, kind: str) -> None:
    with ModelServer(faults=Fault("status", status=status, message="No.")) as server:
        answered = message(server)
    assert answered.status == status
    assert answered.json["type"] == "error"
    assert answered.json["error"] == {"type": kind, "message": "No."}
    assert answered.json["request_id"] == answered.headers["request-id"]


def test_an_error_within_a_stream_is_a_named_event() -> None:
    with ModelServer(faults=Fault("stream_error", after=3)) as server:
        answered = message(server, stream=True)
    assert answered.names[-1] == "error"
    assert answered.events[-1]["error"]["type"] == "overloaded_error"


def test_a_prompt_that_is_too_long_says_by_how_much() -> None:
    with ModelServer(context_window=2) as server:
        answered = message(server)
    assert answered.json["error"]["message"] == "prompt is too long: 3 tokens > 2 maximum"


def test_the_version_and_max_tokens_are_demanded() -> None:
    with ModelServer() as server:
        version = call(server, "POST", "/v1/messages", message_body())
        most = ask(server, "POST", "/v1/messages", {"model": "m", "messages": [{"role": "user", "content": "x"}]})
    assert "anthropic-version" in version.json["error"]["message"]
    assert most.json["error"]["message"] == "max_tokens: Field required"


def test_the_key_is_in_a_header_of_its_own() -> None:
    with ModelServer(key="sk-ant-right") as server:
        statuses = [
            ask(server, "POST", "/v1/messages", message_body(), **headers).status
            for headers in ({}, {"x_api_key": "sk-ant-wrong"}, {"x_api_key": "sk-ant-right"})
        ]
    assert statuses == [401, 401, 200]


def test_limits_are_told_in_anthropics_headers() -> None:
    with ModelServer(limits=Limits(requests=5, tokens=100, minute=3600.0)) as server:
        headers = message(server).headers
    assert headers["anthropic-ratelimit-requests-limit"] == "5"
    assert headers["anthropic-ratelimit-requests-remaining"] == "4"
    assert headers["anthropic-ratelimit-tokens-remaining"] == "92"
    assert headers["anthropic-ratelimit-tokens-reset"].endswith("Z")


def test_models_are_anthropics_where_the_client_is() -> None:
    with ModelServer(models=["a", "b"]) as server:
        page, one = ask(server, "GET", "/v1/models").json, ask(server, "GET", "/v1/models/b").json
        openais = call(server, "GET", "/v1/models").json
    assert ([each["id"] for each in page["data"]], page["has_more"]) == (["a", "b"], False)
    assert (one["type"], one["id"], openais["object"]) == ("model", "b", "list")


def batch_of(server: Server, texts: list[str]) -> str:
    requests = [{"custom_id": f"r{number}", "params": message_body(text)} for number, text in enumerate(texts)]
    return ask(server, "POST", "/v1/messages/batches", {"requests": requests}).json["id"]


def test_a_batch_walks_to_its_end_and_its_results_come_in_another_order() -> None:
    def echo(received: Received) -> str | Fault:
        return Fault("status", status=500) if received.prompt == "bad" else received.prompt.upper()

    texts = [*"abcdefg", "bad"]
    with ModelServer(answer=echo, job_steps=3) as server:
        id_ = batch_of(server, texts)
        early = ask(server, "GET", f"/v1/messages/batches/{id_}/results")
        records = [ask(server, "GET", f"/v1/messages/batches/{id_}").json for _ in range(3)]
        lines = ask(server, "GET", records[-1]["results_url"].removeprefix(server.url)).body.splitlines()
        listed = ask(server, "GET", "/v1/messages/batches").json["data"]
    assert early.status == 404
    assert [record["processing_status"] for record in records] == ["in_progress", "in_progress", "ended"]
    assert records[-1]["request_counts"]["succeeded"] == 7
    assert records[-1]["request_counts"]["errored"] == 1
    results = {line["custom_id"]: line["result"] for line in map(json.loads, lines)}
    assert results["r1"]["message"]["content"][0]["text"] == "B"
    assert results["r7"]["error"]["error"]["type"] == "api_error"
    assert list(results) != sorted(results)
    assert [each["id"] for each in listed] == [id_]
    assert server.usage == Usage(prompt=7, completion=7)


def test_a_cancelled_batch_ends_without_answers() -> None:
    with ModelServer() as server:
        id_ = batch_of(server, ["a"])
        record = ask(server, "POST", f"/v1/messages/batches/{id_}/cancel").json
        (line,) = ask(server, "GET", f"/v1/messages/batches/{id_}/results").body.splitlines()
    assert (record["processing_status"], record["request_counts"]["canceled"]) == ("ended", 1)
    assert json.loads(line)["result"] == {"type": "canceled"}


def test_a_batch_that_expires_has_results_for_some() -> None:
    with ModelServer(job_steps=1, batches_expire=True) as server:
        id_ = batch_of(server, ["a", "b"])
        record = ask(server, "GET", f"/v1/messages/batches/{id_}").json
        lines = ask(server, "GET", f"/v1/messages/batches/{id_}/results").body.splitlines()
        cancelled = ask(server, "POST", f"/v1/messages/batches/{id_}/cancel").json
    assert (record["request_counts"]["succeeded"], record["request_counts"]["expired"]) == (1, 1)
    assert sorted(json.loads(line)["result"]["type"] for line in lines) == ["expired", "succeeded"]
    assert cancelled == record


def test_what_is_not_there_is_a_404_and_what_is_twice_a_400() -> None:
    with ModelServer() as server:
        batch, model = ask(server, "GET", "/v1/messages/batches/x"), ask(server, "GET", "/v1/models/x")
        requests = [{"custom_id": "same", "params": message_body()}] * 2
        twice = ask(server, "POST", "/v1/messages/batches", {"requests": requests})
    assert (batch.status, model.status, twice.status) == (404, 404, 400)


def test_a_blocked_output_is_an_error_where_told() -> None:
    with ModelServer(faults=Fault("content_filter", status=400)) as server:
        assert message(server).json["error"]["message"] == "Output blocked by content filtering policy"


def test_no_answer_is_no_block() -> None:
    with ModelServer(faults=Fault("empty")) as server:
        assert message(server).json["content"] == []
        assert "content_block_start" not in message(server, stream=True).names
