"""OpenAI's chat completions: what a client sends arrives, what the test sets comes back in OpenAI's form."""

from __future__ import annotations

import json

import pytest
from http_client import CHAT, call, chat, chat_body, text_of

from pytest_weft.server import Answer, Fault, ModelServer, Received, ToolCall, Usage

CALLS = Answer(tool_calls=[ToolCall("weather", {"city": "Łódź"}), ToolCall("clock")])


def test_the_answer_and_its_usage_come_in_openais_form() -> None:
    with ModelServer(answer="It is four.") as server:
        answered = chat(server, "What is two and two?")
    assert answered.status == 200
    assert answered.headers["content-type"] == "application/json"
    assert answered.headers["x-request-id"]
    assert answered.json["object"] == "chat.completion"
    assert answered.json["model"] == "test-model"
    assert answered.json["choices"][0]["message"] == {"role": "assistant", "content": "It is four.", "refusal": None}
    assert answered.json["choices"][0]["finish_reason"] == "stop"
    usage = answered.json["usage"]
    assert (usage["prompt_tokens"], usage["completion_tokens"], usage["total_tokens"]) == (5, 3, 8)
    assert server.usage == Usage(prompt=5, completion=3)


def test_the_server_shows_the_request_in_a_neutral_form() -> None:
    messages = [
        {"role": "system", "content": "Be brief."},
        {"role": "user", "content": [{"type": "text", "text": "Hello"}, {"type": "image_url", "image_url": {}}]},
    ]
    with ModelServer() as server:
        call(server, "POST", CHAT, {"model": "m", "messages": messages, "seed": 3, "stop": "END"}, x_mine="yes")
    (received,) = server.requests
    assert (received.format, received.model, received.path) == ("openai.chat", "m", CHAT)
    assert received.messages == (("system", "Be brief."), ("user", "Hello"))
    assert received.body["seed"] == 3
    assert received.stop == ("END",)
    assert received.headers["x-mine"] == "yes"
    assert json.loads(received.raw) == received.body


def test_n_answers_are_n_choices() -> None:
    with ModelServer(answer=["a", "b"]) as server:
        choices = chat(server, n=3).json["choices"]
    assert [(each["index"], each["message"]["content"]) for each in choices] == [(0, "a"), (1, "b"), (2, "a")]


def test_a_list_gives_its_answers_in_turn() -> None:
    with ModelServer(answer=["a", "b"]) as server:
        texts = [chat(server).json["choices"][0]["message"]["content"] for _ in range(3)]
    assert texts == ["a", "b", "a"]


def test_an_empty_list_of_answers_is_refused() -> None:
    with pytest.raises(ValueError, match="list of answers is empty"):
        ModelServer(answer=[])


def test_a_function_answers_from_the_request() -> None:
    def echo(received: Received) -> str:
        return received.messages[-1][1].upper()

    with ModelServer(answer=echo) as server:
        assert chat(server, "hi").json["choices"][0]["message"]["content"] == "HI"


def test_a_function_that_raises_is_a_500_and_raises_when_the_server_closes() -> None:
    def broken(received: Received) -> str:
        raise LookupError("no such answer")

    with pytest.raises(LookupError, match="no such answer"), ModelServer(answer=broken) as server:
        assert chat(server).status == 500


def test_a_stream_adds_up_to_the_answer_and_ends_with_its_usage() -> None:
    with ModelServer(answer="one  two\nthree") as server:
        answered = chat(server, stream=True, stream_options={"include_usage": True})
    *chunks, usage, done = answered.events
    assert answered.headers["content-type"] == "text/event-stream"
    assert chunks[0]["choices"][0]["delta"]["role"] == "assistant"
    assert text_of(chunks) == "one  two\nthree"
    assert [chunk["choices"][0]["finish_reason"] for chunk in chunks] == [None] * 4 + ["stop"]
    assert all(chunk["usage"] is None for chunk in chunks)
    assert (usage["choices"], usage["usage"]["total_tokens"], done) == ([], 6, "[DONE]")


def test_a_stream_has_no_usage_where_nobody_asks() -> None:
    with ModelServer() as server:
        events = chat(server, stream=True).events
    assert not any("usage" in event for event in events[:-1])


def test_a_stream_carries_every_choice() -> None:
    with ModelServer(answer=["left", "right side"]) as server:
        events = chat(server, stream=True, n=2).events
    assert (text_of(events, 0), text_of(events, 1)) == ("left", "right side")


def test_tool_calls_are_whole_or_in_pieces() -> None:
    with ModelServer(answer=CALLS) as server:
        choice = chat(server, tools=[{"type": "function", "function": {"name": "weather"}}]).json["choices"][0]
        events = chat(server, stream=True).events
    assert server.requests[0].tools == ("weather",)
    assert (choice["finish_reason"], choice["message"]["content"]) == ("tool_calls", None)
    calls = choice["message"]["tool_calls"]
    assert [json.loads(each["function"]["arguments"]) for each in calls] == [{"city": "Łódź"}, {}]
    deltas = [delta for event in events[:-1] for delta in event["choices"][0]["delta"].get("tool_calls", ())]
    first = [delta for delta in deltas if delta["index"] == 0]
    assert first[0]["function"]["name"] == "weather"
    assert json.loads("".join(delta["function"]["arguments"] for delta in first)) == {"city": "Łódź"}


def test_a_schema_gets_an_instance_where_no_answer_is_set() -> None:
    schema = {"type": "object", "properties": {"city": {"type": "string"}, "size": {"type": "integer", "minimum": 7}}}
    format_ = {"type": "json_schema", "json_schema": {"name": "x", "schema": schema}}
    with ModelServer() as server:
        content = chat(server, response_format=format_).json["choices"][0]["message"]["content"]
    assert server.requests[0].schema == schema
    assert json.loads(content) == {"city": "text", "size": 7}


def test_logprobs_name_every_word_and_its_alternatives() -> None:
    with ModelServer(answer=Answer("Hello there", logprobs=[-0.5])) as server:
        choice = chat(server, logprobs=True, top_logprobs=2).json["choices"][0]
        events = chat(server, logprobs=True, stream=True).events
    tokens = choice["logprobs"]["content"]
    assert [(each["token"], each["logprob"]) for each in tokens] == [("Hello ", -0.5), ("there", -0.25)]
    assert [len(each["top_logprobs"]) for each in tokens] == [2, 2]
    assert events[1]["choices"][0]["logprobs"]["content"][0]["logprob"] == -0.5


def test_reasoning_is_shown_and_counted() -> None:
    with ModelServer(answer=Answer("four", reasoning="two and two")) as server:
        answered = chat(server).json
    assert answered["choices"][0]["message"]["reasoning_content"] == "two and two"
    assert answered["usage"]["completion_tokens"] == 4
    assert answered["usage"]["completion_tokens_details"]["reasoning_tokens"] == 3


def test_stated_usage_is_reported_as_it_is() -> None:
    with ModelServer(answer=Answer("x", usage=Usage(100, 20, cached=64))) as server:
        usage = chat(server).json["usage"]
    assert (usage["prompt_tokens"], usage["prompt_tokens_details"]["cached_tokens"]) == (100, 64)
    assert server.usage == Usage(100, 20, cached=64)


@pytest.mark.parametrize(
    ("parameters", "text", "finish"),
    [({"max_tokens": 2}, "a b ", "length"), ({"max_tokens": 3}, "a b c", "stop"), ({"stop": ["b"]}, "a ", "stop")],
)
def test_max_tokens_and_stop_texts_end_the_answer(parameters: dict[str, object], text: str, finish: str) -> None:
    with ModelServer(answer="a b c") as server:
        choice = chat(server, **parameters).json["choices"][0]
    assert (choice["message"]["content"], choice["finish_reason"]) == (text, finish)


def test_azure_names_the_model_in_its_path_and_takes_the_key_in_its_own_header() -> None:
    path = "/openai/deployments/mine/chat/completions?api-version=2024-10-21"
    with ModelServer(key="secret-of-azure") as server:
        refused = call(server, "POST", path, chat_body(), authorization="Bearer nothing")
        taken = call(server, "POST", path, chat_body(), api_key="secret-of-azure")
    assert (refused.status, refused.json["error"]["code"]) == (401, "401")
    assert taken.json["model"] == "mine"
    assert server.requests[-1].http.query == "api-version=2024-10-21"


def test_a_wrong_key_is_a_401_that_repeats_a_part_of_it() -> None:
    with ModelServer(key="sk-right-0123456789") as server:
        missing = chat(server)
        wrong = call(server, "POST", CHAT, chat_body(), authorization="Bearer sk-wrong-0123456789")
        right = call(server, "POST", CHAT, chat_body(), authorization="Bearer sk-right-0123456789")
    assert (missing.status, wrong.status, right.status) == (401, 401, 200)
    assert wrong.json["error"]["code"] == "invalid_api_key"
    assert wrong.json["error"]["message"] == "Incorrect API key provided: sk-wrong*******6789."


def test_a_key_is_in_no_representation() -> None:
    with ModelServer() as server:
        call(server, "POST", CHAT, chat_body(), authorization="Bearer sk-secret")
    assert server.requests[0].headers["authorization"] == "Bearer sk-secret"
    assert "sk-secret" not in repr(server.requests) + repr(server.exchanges)


@pytest.mark.parametrize(
    ("body", "message"),
    [(b"{", "could not parse"), (b"[]", "must be a JSON object"), (b"{}", "Missing required parameter: 'messages'")],
)
def test_what_is_no_request_is_a_400(body: bytes, message: str) -> None:
    with ModelServer() as server:
        answered = call(server, "POST", CHAT, body)
    assert answered.status == 400
    assert message in answered.json["error"]["message"]


def test_an_unknown_model_and_an_unknown_path_are_404() -> None:
    with ModelServer(models=["mine"]) as server:
        model, path = chat(server), call(server, "POST", "/v1/nothing", {})
    assert (model.status, model.json["error"]["code"]) == (404, "model_not_found")
    assert (path.status, path.json["error"]["message"]) == (404, "Unknown request URL: POST /v1/nothing.")


def test_a_prompt_beyond_the_context_window_is_refused() -> None:
    with ModelServer(context_window=2) as server:
        answered = chat(server, "one two three")
    assert (answered.status, answered.json["error"]["code"]) == (400, "context_length_exceeded")
    assert "maximum context length is 2 tokens" in answered.json["error"]["message"]
    assert "3 tokens" in answered.json["error"]["message"]


def test_a_function_gives_one_answer_for_all_or_one_for_each() -> None:
    with ModelServer(answer=lambda received: ["left", "right"]) as server:
        choices = chat(server, n=2).json["choices"]
    assert [each["message"]["content"] for each in choices] == ["left", "right"]


def test_a_function_with_too_few_answers_is_told_so() -> None:
    with (
        pytest.raises(ValueError, match="gave 1 answers where the client asked for 2"),
        ModelServer(answer=lambda received: ["left"]) as server,
    ):
        chat(server, n=2)


def test_a_function_cannot_give_a_fault_that_is_no_error() -> None:
    with (
        pytest.raises(ValueError, match="faults that are errors"),
        ModelServer(answer=lambda received: Fault("reset")) as server,
    ):
        chat(server)


def test_a_short_key_is_hidden_but_for_its_beginning() -> None:
    with ModelServer(key="right") as server:
        message = call(server, "POST", CHAT, chat_body(), authorization="Bearer wrong").json["error"]["message"]
    assert message == "Incorrect API key provided: wr***."


def test_an_unknown_path_of_azure_is_a_404() -> None:
    with ModelServer() as server:
        assert call(server, "GET", "/openai/nothing", api_key="k").status == 404
