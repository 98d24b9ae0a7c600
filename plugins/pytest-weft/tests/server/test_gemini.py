"""Gemini's generateContent, its stream, embeddings, models and errors."""

from __future__ import annotations

import json
from typing import Any

import pytest
from http_client import Answered, call

from pytest_weft.server import Answer, Fault, Limits, ModelServer, Server, ToolCall, Usage

MODEL = "/v1beta/models/test-model"


def generate(server: Server, text: str = "one two three", method: str = "generateContent", **body: Any) -> Answered:
    contents = [{"role": "user", "parts": [{"text": text}]}]
    return call(server, "POST", f"{MODEL}:{method}", {"contents": contents, **body})


def stream(server: Server, **body: Any) -> Answered:
    return generate(server, method="streamGenerateContent?alt=sse", **body)


def test_an_answer_is_a_candidate_with_parts() -> None:
    answer = Answer("It is mild.", [ToolCall("weather", {"city": "Łódź"})], reasoning="Let me see.")
    with ModelServer(answer=answer) as server:
        record = generate(server).json
    (candidate,) = record["candidates"]
    assert candidate["content"] == {
        "role": "model",
        "parts": [
            {"text": "Let me see.", "thought": True},
            {"text": "It is mild."},
            {"functionCall": {"name": "weather", "args": {"city": "Łódź"}}},
        ],
    }
    assert (candidate["finishReason"], record["modelVersion"]) == ("STOP", "test-model")
    assert record["usageMetadata"] == {
        "promptTokenCount": 3, "candidatesTokenCount": 6, "totalTokenCount": 12, "thoughtsTokenCount": 3,
    }  # fmt: skip
    assert server.usage == Usage(prompt=3, completion=9, reasoning=3)


def test_the_request_is_shown_in_a_neutral_form() -> None:
    config = {"candidateCount": 2, "maxOutputTokens": 9, "stopSequences": ["END"]}
    tools = [{"functionDeclarations": [{"name": "weather"}]}]
    instruction = {"parts": [{"text": "Be brief."}]}
    with ModelServer() as server:
        record = generate(server, generationConfig=config, tools=tools, systemInstruction=instruction).json
    (received,) = server.requests
    assert received.messages == (("system", "Be brief."), ("user", "one two three"))
    assert (received.format, received.model, received.n) == ("gemini.generate", "test-model", 2)
    assert (received.max_tokens, received.stop, received.tools) == (9, ("END",), ("weather",))
    assert [candidate["index"] for candidate in record["candidates"]] == [0, 1]


@pytest.mark.parametrize(
    "config",
    [
        {"responseSchema": {"type": "OBJECT", "properties": {"size": {"type": "INTEGER"}}}},
        {"responseJsonSchema": {"type": "object", "properties": {"size": {"type": "integer"}}}},
    ],
)
def test_both_kinds_of_schema_get_an_instance(config: dict[str, Any]) -> None:
    with ModelServer() as server:
        (candidate,) = generate(server, generationConfig=config).json["candidates"]
    assert json.loads(candidate["content"]["parts"][0]["text"]) == {"size": 1}


def test_a_stream_adds_up_and_its_last_event_has_the_usage() -> None:
    with ModelServer(answer=Answer("one two", [ToolCall("f")])) as server:
        events = stream(server).events
    parts = [part for event in events for part in event["candidates"][0]["content"]["parts"]]
    assert "".join(part.get("text", "") for part in parts) == "one two"
    assert parts[-1] == {"functionCall": {"name": "f", "args": {}}}
    assert [event["candidates"][0].get("finishReason") for event in events] == [None, None, "STOP"]
    assert [event["usageMetadata"]["candidatesTokenCount"] for event in events] == [0, 0, 4]


def test_a_stream_without_events_is_a_list() -> None:
    with ModelServer(answer="Hi") as server:
        record = generate(server, method="streamGenerateContent").json
    assert record[0]["candidates"][0]["content"]["parts"] == [{"text": "Hi"}]


def test_cut_and_refused_answers_have_their_reasons() -> None:
    faults = [Fault("truncated"), Fault("content_filter"), Fault("content_filter", status=200), Fault("empty")]
    with ModelServer(faults=faults) as server:
        cut, refused, blocked, empty = [generate(server).json for _ in faults]
    assert cut["candidates"][0]["finishReason"] == "MAX_TOKENS"
    assert refused["candidates"][0] == {"finishReason": "SAFETY", "index": 0}
    assert blocked["promptFeedback"]["blockReason"] == "SAFETY"
    assert empty["candidates"] == []


def test_logprobs_have_geminis_shape() -> None:
    with ModelServer(answer="Hi") as server:
        (candidate,) = generate(server, generationConfig={"responseLogprobs": True, "logprobs": 2}).json["candidates"]
    result = candidate["logprobsResult"]
    assert result["chosenCandidates"] == [{"token": "Hi", "logProbability": -0.25}]
    assert len(result["topCandidates"][0]["candidates"]) == 2


@pytest.mark.parametrize(
    ("status", "name"),
    [(400, "INVALID_ARGUMENT"), (403, "PERMISSION_DENIED"), (404, "NOT_FOUND"), (429, "RESOURCE_EXHAUSTED"),
     (500, "INTERNAL"), (503, "UNAVAILABLE")],
)  # fmt: skip
def test_errors_have_googles_names(status: int, name: str) -> None:
    with ModelServer(faults=Fault("status", status=status, message="No.")) as server:
        answered = generate(server)
    assert (answered.status, answered.json["error"]["code"]) == (status, status)
    assert (answered.json["error"]["status"], answered.json["error"]["message"]) == (name, "No.")


def test_an_error_says_in_its_body_how_long_to_wait() -> None:
    with ModelServer(faults=[Fault("status", status=429, retry_after=3.5)], limits=Limits(requests=1)) as server:
        told, limited = generate(server), generate(server)
    assert "retry-after" not in told.headers
    (info,) = told.json["error"]["details"]
    assert (info["@type"], info["retryDelay"]) == ("type.googleapis.com/google.rpc.RetryInfo", "3.5s")
    quota, _ = limited.json["error"]["details"]
    assert quota["violations"][0]["quotaValue"] == "1"


def test_an_error_within_a_stream_is_an_event() -> None:
    with ModelServer(faults=Fault("stream_error", after=1)) as server:
        assert stream(server).events[-1]["error"]["status"] == "UNAVAILABLE"


def test_a_prompt_that_is_too_long_says_by_how_much() -> None:
    with ModelServer(context_window=2) as server:
        message = generate(server).json["error"]["message"]
    assert message == "The input token count (3) exceeds the maximum number of tokens allowed (2)."


def test_the_key_is_in_a_header_or_in_the_query() -> None:
    with ModelServer(key="AIza-right") as server:
        missing = generate(server)
        wrong = call(server, "GET", "/v1beta/models", x_goog_api_key="AIza-wrong")
        header = call(server, "GET", "/v1beta/models", x_goog_api_key="AIza-right")
        query = call(server, "GET", "/v1beta/models?key=AIza-right")
    assert (missing.status, wrong.status, header.status, query.status) == (403, 400, 200, 200)
    assert wrong.json["error"]["details"][0]["reason"] == "API_KEY_INVALID"


def test_tokens_are_counted() -> None:
    with ModelServer() as server:
        plain = generate(server, method="countTokens").json
        contents = [{"parts": [{"text": "one two"}]}]
        whole = call(server, "POST", f"{MODEL}:countTokens", {"generateContentRequest": {"contents": contents}}).json
    assert (plain["totalTokens"], whole["totalTokens"]) == (3, 2)


def test_texts_become_vectors_one_by_one_or_together() -> None:
    def request(text: str) -> dict[str, Any]:
        return {"content": {"parts": [{"text": text}]}, "outputDimensionality": 5}

    with ModelServer() as server:
        one = call(server, "POST", f"{MODEL}:embedContent", request("a b")).json["embedding"]["values"]
        requests = [request("a b"), request("c")]
        many = call(server, "POST", f"{MODEL}:batchEmbedContents", {"requests": requests}).json["embeddings"]
    assert len(one) == 5
    assert many[0]["values"] == one
    assert many[1]["values"] != one
    assert server.usage == Usage(prompt=5)


def test_models_are_listed_with_their_limits() -> None:
    with ModelServer(models=["a"], context_window=4096) as server:
        listed = call(server, "GET", "/v1beta/models").json["models"]
        one, missing = call(server, "GET", "/v1beta/models/a").json, call(server, "GET", "/v1beta/models/b")
    assert listed == [one]
    assert (one["name"], one["inputTokenLimit"]) == ("models/a", 4096)
    assert (missing.status, missing.json["error"]["status"]) == (404, "NOT_FOUND")


def test_both_versions_answer_and_share_a_path_with_openai() -> None:
    with ModelServer() as server:
        answered = call(server, "POST", "/v1/models/m:generateContent", {"contents": [{"parts": [{"text": "x"}]}]})
        mine = call(server, "GET", "/v1/models", x_goog_api_key="k").json
        openais = call(server, "GET", "/v1/models").json
    assert answered.json["modelVersion"] == "m"
    assert ("models" in mine, openais["object"]) == (True, "list")


def test_json_without_a_schema_is_an_object() -> None:
    with ModelServer() as server:
        record = generate(server, generationConfig={"responseMimeType": "application/json"}).json
    assert json.loads(record["candidates"][0]["content"]["parts"][0]["text"]) == {}


def test_a_cached_prompt_is_reported() -> None:
    with ModelServer(answer=Answer("x", usage=Usage(100, 1, cached=64))) as server:
        assert generate(server).json["usageMetadata"]["cachedContentTokenCount"] == 64
