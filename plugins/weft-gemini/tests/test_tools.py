"""Tools, both ways: what the model may call, what it calls, and what it gets back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from conftest import FLASH, THREE, ask, sent

import weft
from pytest_weft.canned import CannedServer
from pytest_weft.server import Answer, ToolCall
from weft.errors import LMInvalidRequestError

if TYPE_CHECKING:
    from pytest_weft.server import ModelServer

SEARCH = weft.ToolSpec(
    "search", "Finds pages.", {"type": "object", "properties": {"query": {"type": "string", "maxLength": 9}}}
)
USER = weft.Message.of("user", "Look it up.")


def said(*calls: weft.ToolCall, text: str = "") -> weft.Message:
    return weft.Message("assistant", (weft.Part("text", text),), tool_calls=calls)


def result(call: str, text: str) -> weft.Message:
    return weft.Message("tool", (weft.Part("text", text),), tool_call_id=call)


def test_tools_are_offered(server: ModelServer) -> None:
    ask(weft.LM(FLASH), tools=(SEARCH,))
    schema = {"type": "object", "properties": {"query": {"type": "string"}}}
    declared = {"name": "search", "description": "Finds pages.", "parametersJsonSchema": schema}
    assert sent(server)["tools"] == [{"functionDeclarations": [declared]}]
    assert "toolConfig" not in sent(server)


@pytest.mark.parametrize(
    ("choice", "expected"),
    [
        ("auto", {"mode": "AUTO"}),
        ("none", {"mode": "NONE"}),
        ("required", {"mode": "ANY"}),
        ("search", {"mode": "ANY", "allowedFunctionNames": ["search"]}),
    ],
)
def test_the_choice_of_tools_is_translated(server: ModelServer, choice: str, expected: dict[str, Any]) -> None:
    ask(weft.LM(FLASH), tools=(SEARCH,), tool_choice=choice)
    assert sent(server)["toolConfig"] == {"functionCallingConfig": expected}


def test_calls_without_ids_are_read_and_sent_back_without(server: ModelServer) -> None:
    calls = [ToolCall("search", {"query": "weft"}), ToolCall("search", {"query": "warp"})]
    server.change(answer=Answer("Searching.", tool_calls=calls))
    lm = weft.LM(FLASH)
    answer = ask(lm, tools=(SEARCH,)).completions[0]
    assert (answer.text, answer.finish_reason) == ("Searching.", "tool_calls")
    first, second = answer.tool_calls
    assert [(call.name, call.arguments) for call in (first, second)] == [
        ("search", '{"query":"weft"}'),
        ("search", '{"query":"warp"}'),
    ]
    assert first.id != second.id
    ask(
        lm, USER, said(first, second, text="Searching."), result(first.id, "crosswise"), result(second.id, "lengthwise")
    )
    turns = sent(server)["contents"]
    assert [turn["role"] for turn in turns] == ["user", "model", "user"]
    assert turns[1]["parts"] == [
        {"text": "Searching."},
        {"functionCall": {"name": "search", "args": {"query": "weft"}}},
        {"functionCall": {"name": "search", "args": {"query": "warp"}}},
    ]
    assert turns[2]["parts"] == [
        {"functionResponse": {"name": "search", "response": {"result": "crosswise"}}},
        {"functionResponse": {"name": "search", "response": {"result": "lengthwise"}}},
    ]


def signed(ref: str, *, streamed: bool = False) -> weft.ToolCall:
    """Return the call of an answer as Gemini 3 gives it: with an id, and with the signature of a thought."""
    part = {"functionCall": {"id": "c-7", "name": "search", "args": {}}, "thoughtSignature": "c2lnbmVk"}
    answer = {"candidates": [{"content": {"parts": [part]}, "finishReason": "STOP"}]}
    with CannedServer(answer, events=[answer] if streamed else None) as server:
        lm = weft.LM(ref, base_url=server.url)
        response = list(lm.streaming("Hi"))[-1] if streamed else lm("Hi")
    assert isinstance(response, weft.Response)
    return response.completions[0].tool_calls[0]


@pytest.mark.parametrize("streamed", [False, True])
def test_ids_and_signatures_go_back_as_they_came(server: ModelServer, *, streamed: bool) -> None:
    call = signed(THREE, streamed=streamed)
    ask(weft.LM(THREE), USER, said(call), result("c-7", "crosswise"))
    turns = sent(server)["contents"]
    assert turns[1]["parts"] == [
        {"functionCall": {"id": "c-7", "name": "search", "args": {}}, "thoughtSignature": "c2lnbmVk"}
    ]
    response = {"id": "c-7", "name": "search", "response": {"result": "crosswise"}}
    assert turns[2]["parts"] == [{"functionResponse": response}]


def test_calls_of_another_model_say_that_they_are_not_signed(server: ModelServer) -> None:
    call = signed("gemini/gemini-3.5-flash")
    ask(weft.LM(THREE), USER, said(call, call), result("c-7", "crosswise"))
    first, second = sent(server)["contents"][1]["parts"]
    assert first["thoughtSignature"] == "skip_thought_signature_validator"
    assert "thoughtSignature" not in second
    ask(weft.LM(FLASH), USER, said(call), result("c-7", "crosswise"))
    assert "thoughtSignature" not in sent(server)["contents"][1]["parts"][0]


def test_a_result_without_its_call_is_not_sent(server: ModelServer) -> None:
    with pytest.raises(LMInvalidRequestError, match="answers the call 't-9', which no assistant's turn"):
        ask(weft.LM(FLASH), USER, result("t-9", "crosswise"))
    assert server.requests == []


@pytest.mark.parametrize("arguments", ["{broken", "[1]", ""])
def test_arguments_that_are_no_object_become_one(server: ModelServer, arguments: str) -> None:
    ask(weft.LM(FLASH), USER, said(weft.ToolCall("t-1", "search", arguments)), result("t-1", "No."))
    assert sent(server)["contents"][1]["parts"][0]["functionCall"]["args"] == {"arguments": arguments}
