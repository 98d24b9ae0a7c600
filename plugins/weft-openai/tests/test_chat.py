"""Chat completions: what is really sent, and what is read."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from conftest import HI, KEY, SCHEMA, TOOLS, ask, last, lm_of, sent, weft_run

import weft
from pytest_weft.server import Answer, ToolCall, Usage
from weft.errors import LMContentFilterError, OptionError

if TYPE_CHECKING:
    from pytest_weft.server import ModelServer


def test_what_is_not_set_is_not_sent(server: ModelServer) -> None:
    assert lm_of(server)("Hi").text == "Hello there."
    assert sent(server) == {"model": "test-model", "messages": [{"role": "user", "content": "Hi"}]}
    assert last(server).path == "/v1/chat/completions"
    assert last(server).headers["authorization"] == f"Bearer {KEY}"


def test_every_parameter_has_its_place(server: ModelServer) -> None:
    lm = lm_of(server, temperature=0.5, frequency_penalty=0.1)
    lm("Hi", top_p=0.9, max_tokens=20, stop=["a", "b"], seed=7, user="me", logit_bias={"5": -100}, rollout_id=3)
    body = sent(server)
    del body["messages"]
    assert body == {
        "model": "test-model",
        "temperature": 0.5,
        "top_p": 0.9,
        "max_completion_tokens": 20,
        "stop": ["a", "b"],
        "seed": 7,
        "frequency_penalty": 0.1,
        "user": "me",
        "logit_bias": {"5": -100},
    }


def test_anything_else_goes_with_extra_body(server: ModelServer) -> None:
    lm_of(server)("Hi", extra_body={"brand_new": {"deep": 1}})
    assert sent(server)["brand_new"] == {"deep": 1}
    assert "extra_body" not in sent(server)


def test_a_conversation_with_tools(server: ModelServer) -> None:
    call = weft.ToolCall("call_1", "search", '{"q": "x"}')
    turns = (
        weft.Message.of("system", "Be brief."),
        HI,
        weft.Message("assistant", (), (call,)),
        weft.Message("tool", (weft.Part("text", "Nothing."),), tool_call_id="call_1"),
    )
    weft_run(lm_of(server), weft.Request(turns, tools=TOOLS, tool_choice="search"))
    function = {"name": "search", "arguments": '{"q": "x"}'}
    assert sent(server)["messages"] == [
        {"role": "system", "content": "Be brief."},
        {"role": "user", "content": "Hi"},
        {
            "role": "assistant",
            "content": None,
            "tool_calls": [{"id": "call_1", "type": "function", "function": function}],
        },
        {"role": "tool", "content": "Nothing.", "tool_call_id": "call_1"},
    ]
    assert sent(server)["tools"][0] == {
        "type": "function",
        "function": {"name": "search", "description": "Search the web.", "parameters": TOOLS[0].parameters},
    }
    assert sent(server)["tool_choice"] == {"type": "function", "function": {"name": "search"}}


@pytest.mark.parametrize("mode", ["auto", "none", "required"])
def test_modes_of_tools(server: ModelServer, mode: str) -> None:
    ask(lm_of(server), tools=TOOLS, tool_choice=mode)
    assert sent(server)["tool_choice"] == mode


def test_calls_of_tools_are_read(server: ModelServer) -> None:
    server.change(answer=Answer(tool_calls=[ToolCall("search", {"q": "x"}), ToolCall("stop")]))
    answer = ask(lm_of(server), tools=TOOLS).completions[0]
    assert answer.finish_reason == "tool_calls"
    assert [(call.name, json.loads(call.arguments)) for call in answer.tool_calls] == [
        ("search", {"q": "x"}),
        ("stop", {}),
    ]
    assert all(call.id for call in answer.tool_calls)


def test_a_schema_is_sent_and_strict_where_it_can_be(server: ModelServer) -> None:
    server.change(answer=None)
    answer = ask(lm_of(server), response_schema=SCHEMA)
    assert "city" in json.loads(answer.text)
    form = sent(server)["response_format"]
    assert form == {"type": "json_schema", "json_schema": {"name": "answer", "strict": True, "schema": SCHEMA}}
    loose = {"type": "object", "properties": {"a": {"type": "array", "items": {"type": "object"}}}}
    ask(lm_of(server), response_schema=loose)
    assert sent(server)["response_format"]["json_schema"]["strict"] is False


def test_several_answers_in_one_call(server: ModelServer) -> None:
    server.change(answer=["one", "two", "three"])
    response = lm_of(server)("Hi", n=3)
    assert [answer.text for answer in response.completions] == ["one", "two", "three"]
    assert (sent(server)["n"], len(server.requests), response.usage.calls) == (3, 1, 1)


def test_logprobs(server: ModelServer) -> None:
    server.change(answer=Answer("a b", logprobs=[-0.5, -1.0]))
    tokens = lm_of(server)("Hi", logprobs=2).completions[0].logprobs
    assert (sent(server)["logprobs"], sent(server)["top_logprobs"]) == (True, 2)
    assert tokens is not None
    assert [token.logprob for token in tokens] == [-0.5, -1.0]
    assert [len(token.top) for token in tokens] == [2, 2]
    lm_of(server)("Hi", logprobs=0)
    assert "top_logprobs" not in sent(server)
    assert lm_of(server)("Hi").completions[0].logprobs is None


def test_usage_with_its_parts(server: ModelServer) -> None:
    server.change(answer=Answer("x", usage=Usage(prompt=100, completion=20, cached=60, reasoning=5)))
    usage = lm_of(server, "openai/gpt-5-mini")("Hi").usage
    expected = (100, 20, 60, 5, 1)
    counts = (usage.input_tokens, usage.output_tokens, usage.cached_tokens, usage.reasoning_tokens, usage.calls)
    assert counts == expected
    assert usage.cost == pytest.approx((40 * 0.25 + 60 * 0.025 + 20 * 2.0) / 1e6)


def test_the_cost_of_a_model_without_a_price_is_unknown(server: ModelServer) -> None:
    assert lm_of(server)("Hi").usage.cost is None
    assert lm_of(server, prices={"input": 1.0, "output": 2.0})("Hi").usage.cost is not None


def test_reasoning_is_read(server: ModelServer) -> None:
    server.change(answer=Answer("42", reasoning="Let me think."))
    answer = lm_of(server, "vllm/test-model")("Hi").completions[0]
    assert (answer.text, answer.reasoning) == ("42", "Let me think.")


@pytest.mark.parametrize(("finish", "expected"), [("length", "length"), ("content_filter", "content_filter")])
def test_reasons_of_ending(server: ModelServer, finish: Any, expected: str) -> None:
    server.change(answer=Answer("cut", finish=finish))
    assert lm_of(server)("Hi").completions[0].finish_reason == expected


def test_a_refusal_is_an_error_that_was_paid_for(server: ModelServer) -> None:
    server.change(answer=Answer(finish="content_filter", usage=Usage(prompt=7, completion=3)))
    with weft.track_usage() as ledger, pytest.raises(LMContentFilterError, match="openai/test-model gave no answer"):
        lm_of(server)("Hi")
    assert ledger.total.total_tokens == 10


def test_efforts(server: ModelServer) -> None:
    lm_of(server, "openai/gpt-5")("Hi", reasoning_effort="low")
    assert sent(server)["reasoning_effort"] == "low"
    with pytest.raises(OptionError, match="reasoning_effort for openai/gpt-5 is a word such as 'low'"):
        lm_of(server, "openai/gpt-5")("Hi", reasoning_effort=2000)
    lm_of(server, "openrouter/x")("Hi", reasoning_effort=2000)
    assert sent(server)["reasoning"] == {"max_tokens": 2000}


def test_reasoning_models_refuse_sampling_before_the_call(server: ModelServer) -> None:
    with pytest.raises(OptionError, match="openai/gpt-5-mini has no parameter 'temperature'"):
        lm_of(server, "openai/gpt-5-mini", temperature=0.0)
    assert server.requests == []


def test_unicode_survives(server: ModelServer) -> None:
    server.change(answer=lambda received: received.messages[-1][1])
    text = "naïve Ωmega 東京 😀 \u2028 \x00"
    assert lm_of(server)(text).text == text


def test_prompts_are_marked_for_the_cache_where_a_server_wants_that(server: ModelServer) -> None:
    parts = (weft.Part("text", "Long."), weft.Part("text", "Longer.", cache_point=True), weft.Part("text", "New."))
    request = weft.Request((weft.Message("user", parts), HI))
    weft_run(lm_of(server, "openrouter/x"), request)
    assert sent(server)["messages"] == [
        {
            "role": "user",
            "content": [
                {"type": "text", "text": "Long.\n\nLonger.", "cache_control": {"type": "ephemeral"}},
                {"type": "text", "text": "\n\nNew."},
            ],
        },
        {"role": "user", "content": "Hi"},
    ]
    weft_run(lm_of(server), request)
    assert sent(server)["messages"][0]["content"] == "Long.\n\nLonger.\n\nNew."
