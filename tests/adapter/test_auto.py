"""The default: the surest form that a model can be held to."""

from __future__ import annotations

import json
from typing import Any

import pytest

import weft
from weft.errors import ParseError, PluginNotFound
from weft.lm.records import Completion
from weft.signature.schema import output_schema

GBNF = {"grammar": True, "extra": frozenset({"grammar"})}
DEMO = {"q": "2+2?", "n": 4, "note": "easy"}
TYPED = "q -> n: int, note"


class Able(weft.LM):
    """A model that can do what it is told that it can, and answers one thing."""

    def __init__(self, answer: Any = "", **abilities: Any) -> None:
        super().__init__("model", provider="able", capabilities=weft.Capabilities(**abilities), cache="off")
        self.answer = answer

    async def generate(self, request: weft.Request) -> weft.Response:
        answer = self.answer if isinstance(self.answer, Completion) else Completion(self.answer)
        return weft.Response((answer,))


def rendered(signature: Any, *, demos: Any = (), **abilities: Any) -> weft.Request:
    predict = weft.Predict(signature, lm=Able(**abilities))
    predict.demos = list(demos)
    return predict.render(q="?")


def test_a_schema_is_the_first_choice() -> None:
    request = rendered(TYPED, response_schema=True, tools=True, **GBNF)
    assert request.response_schema == output_schema(weft.Signature(TYPED)).schema
    assert (request.tools, request.extra) == ((), {})


def test_a_grammar_is_the_second_and_a_tool_the_third() -> None:
    request = rendered(TYPED, tools=True, **GBNF)
    assert request.extra["grammar"].startswith('root ::= "{" space "\\"n\\"" space ":" space integer')
    assert (request.tools, request.response_schema) == ((), None)
    request = rendered(TYPED, tools=True)
    (tool,) = request.tools
    assert (tool.name, tool.parameters) == ("answer", output_schema(weft.Signature(TYPED)).schema)
    assert (request.extra, request.response_schema) == ({}, None)


def test_marked_sections_are_for_all_others() -> None:
    request = rendered(TYPED)
    assert (request.tools, request.extra, request.response_schema) == ((), {}, None)
    assert "[[ ## n ## ]]\n{n}" in request.messages[0].text


def test_a_single_text_is_never_wrapped() -> None:
    request = rendered("q -> answer", response_schema=True, tools=True, **GBNF)
    assert (request.tools, request.extra, request.response_schema) == ((), {}, None)
    assert "[[ ## answer ## ]]\n{answer}" in request.messages[0].text
    assert rendered("q -> answer: int", response_schema=True).response_schema is not None


def test_outputs_that_strict_servers_refuse_are_not_sent_as_a_schema() -> None:
    open_ = "q -> counts: dict[str, int]"
    assert rendered(open_, response_schema=True).response_schema is None
    assert "[[ ## counts ## ]]" in rendered(open_, response_schema=True).messages[0].text
    assert rendered(open_, response_schema=True, tools=True).tools
    assert "grammar" in rendered(open_, response_schema=True, **GBNF).extra


@pytest.mark.parametrize("abilities", [{"response_schema": True}, GBNF, {"tools": True}, {}])
def test_demonstrations_are_in_the_form_that_is_asked_for(abilities: dict[str, Any]) -> None:
    request = rendered(TYPED, demos=[DEMO, {**DEMO, "q": "1+1?", "n": 2}], **abilities)
    if "tools" in abilities:
        assert [message.role for message in request.messages] == ["system", "user"]
        assert 'Arguments of `answer`: {"n": 4, "note": "easy"}' in request.messages[0].text
        assert {(part.name, part.shrink) for part in request.messages[0].parts[3:]} == {
            ("demo 1", "drop"),
            ("demo 2", "drop"),
        }
        return
    assert [message.role for message in request.messages] == [
        "system",
        "user",
        "assistant",
        "user",
        "assistant",
        "user",
    ]
    answer = request.messages[2].text
    assert answer.startswith("[[ ## n ## ]]") if not abilities else json.loads(answer) == {"n": 4, "note": "easy"}


CALL = Completion("", "tool_calls", (weft.ToolCall("1", "answer", '{"n": 4, "note": "it\'s \\"easy\\""}'),))


@pytest.mark.parametrize(
    "answer",
    [
        '{"n": 4, "note": "it\'s \\"easy\\""}',
        '[[ ## n ## ]]\n4\n\n[[ ## note ## ]]\nit\'s "easy"\n\n[[ ## completed ## ]]',
        'So:\n[[ ## n ## ]]\n4\n[[ ## note ## ]]\nit\'s "easy"',
        CALL,
    ],
)
@pytest.mark.parametrize("abilities", [{"response_schema": True}, {"tools": True}, {}])
def test_an_answer_is_read_in_whichever_form_it_comes(answer: Any, abilities: dict[str, Any]) -> None:
    found = weft.Predict(TYPED, lm=Able(answer, **abilities))(q="?")
    assert (found.n, found.note) == (4, 'it\'s "easy"')


def test_the_arguments_of_the_tool_are_the_answer_and_no_recovery() -> None:
    calls = (weft.ToolCall("1", "search", '{"n": 5, "note": "no"}'), *CALL.tool_calls)
    seen: list[weft.Event] = []
    with weft.listening(seen.append):
        found = weft.Predict(TYPED, lm=Able(Completion("", "tool_calls", calls), tools=True))(q="?")
    assert found.n == 4
    assert "answer.recovered" not in [event.kind for event in seen]


def test_text_that_looks_like_json_is_text() -> None:
    signature = weft.Signature("q -> answer")
    for text in ('{"answer": 1}', "[1, 2]", '{"a": "b"}'):
        answer = weft.ChatAdapter().write(signature, {"answer": text})
        assert weft.Adapter("auto").parse(signature, Completion(answer)) == {"answer": text}
    both = weft.Signature("q -> answer, other")
    answer = weft.ChatAdapter().write(both, {"answer": '{"answer": "no", "other": "no"}', "other": "{}"})
    assert weft.Adapter("auto").parse(both, Completion(answer))["answer"] == '{"answer": "no", "other": "no"}'


def test_what_a_called_tool_lacks_is_told_with_its_arguments() -> None:
    call = Completion("", "tool_calls", (weft.ToolCall("1", "answer", '{"n": 4}'),))
    with pytest.raises(ParseError, match="lacks the field 'note'") as caught:
        weft.Predict(TYPED, lm=Able(call, tools=True), repair_max=0)(q="?")
    assert caught.value.raw == '{"n": 4}'


def form_of(request: weft.Request) -> str:
    form = next(part.text for part in request.messages[0].parts if part.kind == "format")
    return next(name for name, mark in (("json", "JSON"), ("xml", "<a>"), ("chat", "[[ ##")) if mark in form)


def test_an_adapter_can_be_chosen_for_settings_a_step_and_a_call() -> None:
    lm = weft.LM("scripted/x", answers=lambda request: {"a": form_of(request)})
    step, other = weft.Predict("q -> a", lm=lm), weft.Predict("q -> a", lm=lm, adapter="xml")
    assert step(q="?").a == "chat"
    with weft.context(adapter="json"):
        assert (step(q="?").a, other(q="?").a) == ("json", "xml")
        assert (step(q="?", adapter="xml").a, other(q="?", adapter=weft.ChatAdapter()).a) == ("xml", "chat")
    assert form_of(step.render(q="?", adapter="xml")) == "xml"
    with pytest.raises(PluginNotFound, match="Did you mean 'xml'"):
        step(q="?", adapter="xlm")


def test_an_input_called_adapter_is_an_input() -> None:
    taken = weft.Predict("adapter -> a", lm=weft.LM("scripted/x"))
    assert taken.render(adapter="chat").messages[-1].text == "[[ ## adapter ## ]]\nchat"


def test_streams_are_read_by_what_comes() -> None:
    signature = weft.Signature(TYPED)
    for text in ('{"n": 4, "note": "so"}', "\n\n[[ ## n ## ]]\n4\n[[ ## note ## ]]\nso\n"):
        parser = weft.Adapter("auto").stream_parser(signature)
        deltas = [delta for character in text for delta in parser.feed(character)] + list(parser.finish())
        assert "".join(delta.text for delta in deltas if delta.field == "note") == "so"
        assert len([delta for delta in deltas if delta.field == "note"]) > 2
