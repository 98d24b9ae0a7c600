"""Tools, both ways: what the model may call, what it calls, and what it gets back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from conftest import HAIKU, OPUS, ask, sent

import weft
from pytest_weft.server import Answer, ToolCall
from weft.errors import LMInvalidRequestError

if TYPE_CHECKING:
    from pytest_weft.server import ModelServer

SEARCH = weft.ToolSpec("search", "Finds pages.", {"type": "object", "properties": {"query": {"type": "string"}}})
STOP = weft.ToolSpec("stop", "", {"type": "object", "properties": {}})
USER = weft.Message.of("user", "Look it up.")


def test_tools_are_offered(server: ModelServer) -> None:
    ask(weft.LM(HAIKU), tools=(SEARCH, STOP))
    assert sent(server)["tools"] == [
        {"name": "search", "description": "Finds pages.", "input_schema": SEARCH.parameters},
        {"name": "stop", "input_schema": STOP.parameters},
    ]
    assert "tool_choice" not in sent(server)


@pytest.mark.parametrize(
    ("choice", "expected"),
    [
        ("auto", {"type": "auto"}),
        ("none", {"type": "none"}),
        ("required", {"type": "any"}),
        ("search", {"type": "tool", "name": "search"}),
    ],
)
def test_the_choice_of_tools_is_translated(server: ModelServer, choice: str, expected: dict[str, str]) -> None:
    ask(weft.LM(HAIKU), tools=(SEARCH,), tool_choice=choice)
    assert sent(server)["tool_choice"] == expected


def test_models_that_cannot_be_made_to_call_say_so(server: ModelServer) -> None:
    ask(weft.LM(OPUS), tools=(SEARCH,), tool_choice="auto")
    for choice in ("required", "search"):
        with pytest.raises(LMInvalidRequestError, match=r"cannot be made to call a tool; tool_choice must be 'auto'"):
            ask(weft.LM(OPUS), tools=(SEARCH,), tool_choice=choice)
    assert len(server.requests) == 1


def test_calls_are_read_and_sent_back_with_the_thoughts_before_them(server: ModelServer) -> None:
    calls = [ToolCall("search", {"query": "weft"}), ToolCall("stop")]
    server.change(answer=Answer("Searching.", reasoning="I should look.", tool_calls=calls))
    lm = weft.LM(HAIKU)
    answer = ask(lm, tools=(SEARCH, STOP)).completions[0]
    assert (answer.text, answer.reasoning, answer.finish_reason) == ("Searching.", "I should look.", "tool_calls")
    assert [(call.name, call.arguments) for call in answer.tool_calls] == [
        ("search", '{"query":"weft"}'),
        ("stop", "{}"),
    ]
    first, second = answer.tool_calls
    said = weft.Message("assistant", (weft.Part("text", answer.text),), tool_calls=answer.tool_calls)
    results = [
        weft.Message("tool", (weft.Part("text", text),), tool_call_id=call.id)
        for text, call in (("crosswise threads", first), ("stopped", second))
    ]
    ask(lm, USER, said, *results)
    turns = sent(server)["messages"]
    assert [turn["role"] for turn in turns] == ["user", "assistant", "user"]
    assert [block["type"] for block in turns[1]["content"]] == ["thinking", "text", "tool_use", "tool_use"]
    assert turns[1]["content"][0]["thinking"] == "I should look."
    assert turns[1]["content"][0]["signature"]
    assert turns[1]["content"][2] == {
        "type": "tool_use",
        "id": first.id,
        "name": "search",
        "input": {"query": "weft"},
    }
    assert turns[2]["content"] == [
        {"type": "tool_result", "tool_use_id": first.id, "content": "crosswise threads"},
        {"type": "tool_result", "tool_use_id": second.id, "content": "stopped"},
    ]


def test_thoughts_of_another_model_stay_away(server: ModelServer) -> None:
    server.change(answer=Answer(reasoning="I should look.", tool_calls=[ToolCall("stop")]))
    calls = ask(weft.LM(HAIKU), tools=(STOP,)).completions[0].tool_calls
    said = weft.Message("assistant", (weft.Part("text", ""),), tool_calls=calls)
    result = weft.Message("tool", (weft.Part("text", "stopped"),), tool_call_id=calls[0].id)
    ask(weft.LM(OPUS), USER, said, result)
    assert [block["type"] for block in sent(server)["messages"][1]["content"]] == ["tool_use"]


@pytest.mark.parametrize("arguments", ["{broken", "[1]", ""])
def test_arguments_that_are_no_object_become_one(server: ModelServer, arguments: str) -> None:
    said = weft.Message("assistant", (weft.Part("text", ""),), tool_calls=(weft.ToolCall("t-1", "stop", arguments),))
    ask(weft.LM(HAIKU), USER, said, weft.Message("tool", (weft.Part("text", "No."),), tool_call_id="t-1"))
    block: dict[str, Any] = sent(server)["messages"][1]["content"][0]
    assert block["input"] == {"arguments": arguments}
