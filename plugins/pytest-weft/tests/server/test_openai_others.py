"""OpenAI's responses, text completions and embeddings."""

from __future__ import annotations

import base64
import json
import struct
from typing import Any

import pytest
from http_client import Answered, call

from pytest_weft.server import Answer, Fault, ModelServer, Server, ToolCall, Usage

EVERYTHING = Answer("It is mild.", [ToolCall("weather", {"city": "Łódź"})], reasoning="Let me see.")


def respond(server: Server, given: Any = "one two three", **parameters: Any) -> Answered:
    return call(server, "POST", "/v1/responses", {"model": "test-model", "input": given, **parameters})


def complete(server: Server, prompt: Any = "one two", **parameters: Any) -> Answered:
    return call(server, "POST", "/v1/completions", {"model": "test-model", "prompt": prompt, **parameters})


def embed(server: Server, given: Any, **parameters: Any) -> Any:
    return call(server, "POST", "/v1/embeddings", {"model": "m", "input": given, **parameters}).json


def test_a_response_is_a_list_of_items() -> None:
    with ModelServer(answer=EVERYTHING) as server:
        record = respond(server, instructions="Be brief.").json
    assert (record["object"], record["status"], record["incomplete_details"]) == ("response", "completed", None)
    assert [item["type"] for item in record["output"]] == ["reasoning", "message", "function_call"]
    assert record["output"][1]["content"][0]["text"] == "It is mild."
    assert json.loads(record["output"][2]["arguments"]) == {"city": "Łódź"}
    assert (record["usage"]["input_tokens"], record["usage"]["output_tokens"]) == (5, 9)
    assert record["usage"]["output_tokens_details"]["reasoning_tokens"] == 3


def test_a_response_request_is_shown_in_a_neutral_form() -> None:
    given = [
        {"role": "user", "content": [{"type": "input_text", "text": "Hello"}]},
        {"type": "function_call_output", "call_id": "c", "output": "mild"},
    ]
    text = {"format": {"type": "json_schema", "name": "x", "schema": {"type": "object"}}}
    with ModelServer() as server:
        respond(server, given, text=text, max_output_tokens=9, tools=[{"type": "function", "name": "weather"}])
    (received,) = server.requests
    assert received.messages == (("user", "Hello"), ("function_call_output", "mild"))
    assert (received.format, received.max_tokens) == ("openai.responses", 9)
    assert (received.schema, received.tools) == ({"type": "object"}, ("weather",))


def test_a_streamed_response_numbers_its_events_and_ends_with_the_whole() -> None:
    with ModelServer(answer=EVERYTHING) as server:
        answered, whole = respond(server, stream=True), respond(server)
    events = answered.events
    assert answered.names == [event["type"] for event in events]
    assert [event["sequence_number"] for event in events] == list(range(len(events)))
    assert deltas(events, "response.output_text.delta") == "It is mild."
    assert json.loads(deltas(events, "response.function_call_arguments.delta")) == {"city": "Łódź"}
    assert deltas(events, "response.reasoning_summary_text.delta") == "Let me see."
    assert (events[0]["type"], events[-1]["type"]) == ("response.created", "response.completed")
    assert texts_of(events[-1]["response"]) == texts_of(whole.json)


def deltas(events: list[Any], kind: str) -> str:
    return "".join(event["delta"] for event in events if event["type"] == kind)


def texts_of(response: Any) -> list[str]:
    return [part["text"] for item in response["output"] for part in item.get("content", ())]


def test_items_of_a_streamed_response_come_mixed_where_told() -> None:
    with ModelServer(answer=EVERYTHING, faults=Fault("shuffled_tools")) as server:
        events = respond(server, stream=True).events
    added = [event["output_index"] for event in events if event["type"] == "response.output_item.added"]
    assert added == [2, 1, 0]


@pytest.mark.parametrize(
    ("fault", "reason"), [("truncated", "max_output_tokens"), ("content_filter", "content_filter")]
)
def test_an_incomplete_response_says_why(fault: Any, reason: str) -> None:
    with ModelServer(answer="one two three four", faults=Fault(fault)) as server:
        whole, streamed = respond(server).json, respond(server, stream=True).events
    assert (whole["status"], whole["incomplete_details"]) == ("incomplete", {"reason": reason})
    assert streamed[-1]["type"] == "response.incomplete"


def test_an_error_within_a_streamed_response_is_a_named_event() -> None:
    with ModelServer(faults=Fault("stream_error", after=2)) as server:
        answered = respond(server, stream=True)
    assert (answered.names[-1], answered.events[-1]["code"]) == ("error", "server_error")


def test_logprobs_of_a_response_come_where_asked() -> None:
    with ModelServer(answer="Hi there") as server:
        whole = respond(server, include=["message.output_text.logprobs"], top_logprobs=1).json
        streamed = respond(server, include=["message.output_text.logprobs"], stream=True).events
    assert [each["token"] for each in whole["output"][0]["content"][0]["logprobs"]] == ["Hi ", "there"]
    first = next(event for event in streamed if event["type"] == "response.output_text.delta")
    assert [each["token"] for each in first["logprobs"]] == ["Hi "]


def test_every_prompt_gets_its_completions() -> None:
    with ModelServer(answer=["a", "b"]) as server:
        record = complete(server, ["one", "two"], n=2).json
    assert record["object"] == "text_completion"
    assert [(each["index"], each["text"]) for each in record["choices"]] == [(0, "a"), (1, "b"), (2, "a"), (3, "b")]
    assert server.usage == Usage(prompt=2, completion=4)


def test_a_streamed_completion_adds_up() -> None:
    with ModelServer(answer="one two three") as server:
        *chunks, usage, done = complete(server, stream=True, stream_options={"include_usage": True}).events
    assert "".join(chunk["choices"][0]["text"] for chunk in chunks) == "one two three"
    assert chunks[-1]["choices"][0]["finish_reason"] == "stop"
    assert (usage["usage"]["completion_tokens"], done) == (3, "[DONE]")


def test_logprobs_of_a_completion_have_their_old_shape() -> None:
    with ModelServer(answer="Hi there") as server:
        logprobs = complete(server, logprobs=1).json["choices"][0]["logprobs"]
    assert (logprobs["tokens"], logprobs["token_logprobs"]) == (["Hi ", "there"], [-0.25, -0.25])
    assert (logprobs["text_offset"], logprobs["top_logprobs"][0]) == ([0, 3], {"Hi ": -0.25})


def test_texts_become_vectors_of_length_one_and_equal_words_point_the_same_way() -> None:
    with ModelServer(dimensions=64) as server:
        record = embed(server, ["a cat sat", "the cat sat", "stock prices"])
    first, second, third = [each["embedding"] for each in record["data"]]
    assert sum(value * value for value in first) == pytest.approx(1.0, abs=1e-6)
    assert dot(first, second) > 0.5 > dot(first, third)
    assert record["usage"] == {"prompt_tokens": 8, "total_tokens": 8}
    assert server.usage == Usage(prompt=8)


def dot(left: list[float], right: list[float]) -> float:
    return sum(one * other for one, other in zip(left, right, strict=True))


def test_a_vector_may_be_shorter_and_in_base64() -> None:
    with ModelServer() as server:
        plain = embed(server, "a b", dimensions=3)["data"][0]["embedding"]
        packed = embed(server, "a b", dimensions=3, encoding_format="base64")["data"][0]["embedding"]
    assert struct.unpack("<3f", base64.b64decode(packed)) == pytest.approx(plain, abs=1e-6)


@pytest.mark.parametrize("name", ["responses", "completions", "embeddings"])
def test_a_request_without_input_is_refused(name: str) -> None:
    with ModelServer() as server:
        answered = call(server, "POST", f"/v1/{name}", {"model": "m"})
    assert answered.status == 400
    assert "Missing required parameter" in answered.json["error"]["message"]


def test_azure_embeds_under_its_own_path() -> None:
    with ModelServer() as server:
        answered = call(server, "POST", "/openai/deployments/mine/embeddings?api-version=1", {"input": "x"})
    assert answered.json["model"] == "mine"


def test_no_answer_is_no_item() -> None:
    with ModelServer(faults=Fault("empty")) as server:
        assert respond(server).json["output"] == []


def test_a_streamed_completion_has_no_usage_where_nobody_asks() -> None:
    with ModelServer() as server:
        assert not any("usage" in event for event in complete(server, stream=True).events[:-1])
