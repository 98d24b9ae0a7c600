"""The Responses API."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from conftest import HI, SCHEMA, TOOLS, ask, last, lm_of, sent, weft_run

import weft
from pytest_weft.server import Answer, ToolCall, Usage
from weft.errors import OptionError

if TYPE_CHECKING:
    from pytest_weft.server import ModelServer


def test_what_is_sent(server: ModelServer) -> None:
    lm = lm_of(server, api="responses", temperature=0.5)
    assert lm("Hi", max_tokens=50, reasoning_effort="low").text == "Hello there."
    assert last(server).path == "/v1/responses"
    assert sent(server) == {
        "model": "test-model",
        "input": [{"role": "user", "content": "Hi"}],
        "temperature": 0.5,
        "max_output_tokens": 50,
        "reasoning": {"effort": "low"},
    }


def test_a_conversation_with_tools(server: ModelServer) -> None:
    server.change(answer=Answer("So.", tool_calls=[ToolCall("search", {"q": "x"})]))
    call = weft.ToolCall("call_1", "search", "{}")
    turns = (
        HI,
        weft.Message("assistant", (), (call,)),
        weft.Message("tool", (weft.Part("text", "No."),), (), "call_1"),
    )
    answer = weft_run(lm_of(server, api="responses"), weft.Request(turns, tools=TOOLS, tool_choice="search"))
    assert sent(server)["input"] == [
        {"role": "user", "content": "Hi"},
        {"type": "function_call", "call_id": "call_1", "name": "search", "arguments": "{}"},
        {"type": "function_call_output", "call_id": "call_1", "output": "No."},
    ]
    assert sent(server)["tools"][0]["name"] == "search"
    assert sent(server)["tool_choice"] == {"type": "function", "name": "search"}
    made = answer.completions[0].tool_calls[0]
    assert (made.name, json.loads(made.arguments), answer.completions[0].finish_reason) == (
        "search",
        {"q": "x"},
        "tool_calls",
    )


def test_a_schema(server: ModelServer) -> None:
    server.change(answer=None)
    assert "city" in json.loads(ask(lm_of(server, api="responses"), response_schema=SCHEMA).text)
    form = {"type": "json_schema", "name": "answer", "strict": True, "schema": SCHEMA}
    assert sent(server)["text"] == {"format": form}


def test_several_answers_are_several_calls(server: ModelServer) -> None:
    server.change(answer=["one", "two"])
    response = lm_of(server, api="responses")("Hi", n=2)
    assert sorted(answer.text for answer in response.completions) == ["one", "two"]
    assert response.usage.calls == len(server.requests) == 2


def test_an_answer_that_is_cut_says_so(server: ModelServer) -> None:
    server.change(answer=Answer("one two three", usage=Usage(prompt=5, completion=9, cached=3, reasoning=4)))
    response = lm_of(server, api="responses")("Hi", max_tokens=1)
    assert response.completions[0].finish_reason == "length"
    usage = response.usage
    assert (usage.input_tokens, usage.output_tokens, usage.cached_tokens, usage.reasoning_tokens) == (5, 9, 3, 4)


def test_stop_texts_are_refused_since_it_has_none(server: ModelServer) -> None:
    with pytest.raises(OptionError, match="has no parameter 'stop'"):
        lm_of(server, api="responses")("Hi", stop="x")


def test_models_that_answer_no_other_api_are_asked_by_it(server: ModelServer) -> None:
    lm_of(server, "openai/o3-pro")("Hi")
    assert last(server).path == "/v1/responses"
