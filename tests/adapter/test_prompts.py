"""What the built-in adapters write, and what they read back from answers that are less than perfect."""

from __future__ import annotations

import json
from typing import Any, Literal

import pytest
from pydantic import BaseModel

import weft
from weft.adapter import ChatAdapter, JSONAdapter
from weft.adapter.base import Adapter
from weft.errors import NotConfiguredError, OptionError, ParseError, PluginContractError, PluginNotFound
from weft.lm.records import Completion


class Verdict(BaseModel):
    label: str
    sure: float = 1.0


class Judge(weft.Signature):
    """Judge the claim."""

    claim: str = weft.InputField("what was said")
    verdict: Literal["true", "false"] = weft.OutputField()
    why: Verdict = weft.OutputField("in one sentence")


DEMO = weft.Example(claim="Snow is white.", verdict="true", why=Verdict(label="seen"))


def rendered(adapter: str, *, schema: bool = False, demos: Any = (DEMO,)) -> weft.Request:
    predict = weft.Predict(Judge, adapter=adapter, lm=weft.LM("scripted/x", response_schema=schema))
    predict.demos = demos
    return predict.render(claim="Grass is red.")


@pytest.mark.parametrize("adapter", ["chat", "json"])
def test_the_shape_of_a_prompt(adapter: str) -> None:
    request = rendered(adapter)
    assert [message.role for message in request.messages] == ["system", "user", "assistant", "user"]
    system, question, answer, last = request.messages
    assert [part.kind for part in system.parts] == ["instructions", "fields", "format"]
    assert system.text.startswith("Judge the claim.")
    assert "- `claim` (str): what was said" in system.text
    assert "must be one of: true; false" in system.text
    assert "in one sentence" in system.text
    assert question.text == "[[ ## claim ## ]]\nSnow is white."
    assert last.text == "[[ ## claim ## ]]\nGrass is red."
    assert {(part.name, part.shrink) for part in (*question.parts, *answer.parts)} == {("demo 1", "drop")}


def test_a_demo_is_answered_in_the_form_that_is_asked_for() -> None:
    assert rendered("chat").messages[2].text == (
        '[[ ## verdict ## ]]\ntrue\n\n[[ ## why ## ]]\n{"label": "seen", "sure": 1.0}\n\n[[ ## completed ## ]]'
    )
    assert json.loads(rendered("json").messages[2].text) == {
        "verdict": "true",
        "why": {"label": "seen", "sure": 1.0},
    }


def test_a_demo_may_lack_fields_and_have_others() -> None:
    messages = rendered("chat", demos=[{"claim": "?", "verdict": "false", "source": "book"}]).messages
    assert "why" not in messages[2].text
    assert "book" not in messages[1].text + messages[2].text


def test_json_sends_a_schema_to_models_that_can_be_held_to_one() -> None:
    assert rendered("json").response_schema is None
    assert rendered("chat", schema=True).response_schema is None
    schema = rendered("json", schema=True).response_schema
    assert schema is not None
    assert schema["required"] == ["verdict", "why"]
    assert schema["additionalProperties"] is False
    assert schema["properties"]["verdict"]["enum"] == ["true", "false"]
    assert schema["properties"]["why"]["description"] == "in one sentence"
    assert "label" in json.dumps(schema)


def test_instructions_demos_and_descriptions_of_the_state_are_what_is_sent() -> None:
    predict = weft.Predict(Judge, lm=weft.LM("scripted/x"))
    state = predict.state.set("self.instructions", "Be kind.").set("self.fields.claim.desc", "a rumour")
    with predict.using(state):
        text = predict.render(claim="?").messages[0].text
    assert text.startswith("Be kind.")
    assert "a rumour" in text
    assert "Be kind." not in predict.render(claim="?").messages[0].text


def chat(text: str, signature: Any = "q -> a, b") -> Any:
    return ChatAdapter().parse(weft.Signature(signature), Completion(text))


@pytest.mark.parametrize(
    "text",
    [
        "[[ ## a ## ]]\none\n\n[[ ## b ## ]]\ntwo\n\n[[ ## completed ## ]]",
        "[[ ## a ## ]] one\n[[ ## b ## ]] two",
        "Sure!\n\n[[## a ##]]\none\n[[##b##]]\ntwo\n[[ ## completed ## ]]\nAnything else?",
        "**[[ ## a ## ]]**\none\n### [[ ## b ## ]]\ntwo",
        "[[ ## b ## ]]\ntwo\n[[ ## a ## ]]\none\n[[ ## a ## ]]\nagain",
        "[[ ## a ## ]]\r\none\r\n[[ ## b ## ]]\r\ntwo",
    ],
)
def test_chat_answers_in_all_their_variety(text: str) -> None:
    assert chat(text) == {"a": "one", "b": "two"}


def test_a_bare_answer_is_the_one_field() -> None:
    assert chat(" Paris \n", "q -> a") == {"a": "Paris"}
    assert chat("4", "q -> a: int") == {"a": 4}


@pytest.mark.parametrize(
    "text",
    [
        '{"a": "one", "b": "two"}',
        'Here you are:\n```json\n{"a": "one", "b": "two"}\n```\nBye.',
        "{'a': 'one', 'b': 'two',}",
        '{"a": "one", "b": "two"',
        '{"b": "two", "a": "one", "c": 3}',
    ],
)
def test_json_answers_in_all_their_variety(text: str) -> None:
    assert JSONAdapter().parse(weft.Signature("q -> a, b"), Completion(text)) == {"a": "one", "b": "two"}


def test_an_empty_answer_is_a_parse_error() -> None:
    with pytest.raises(ParseError, match="The answer is empty"):
        JSONAdapter().parse(weft.Signature("q -> a, b"), Completion(" "))


@pytest.mark.parametrize("text", ["no object", "[1, 2]", "null", "{", "{}"])
def test_no_json_object_is_a_parse_error(text: str) -> None:
    with pytest.raises(ParseError, match="lacks the field 'a'"):
        JSONAdapter().parse(weft.Signature("q -> a, b"), Completion(text))


def test_a_parse_error_holds_what_could_be_read() -> None:
    with pytest.raises(ParseError) as caught:
        chat("[[ ## a ## ]]\none\n[[ ## bb ## ]]\ntwo")
    assert caught.value.fields == {"a": "one"}
    assert caught.value.problem == "The answer lacks the field 'b'; it has 'bb'."
    assert caught.value.raw.startswith("[[ ## a ## ]]")
    with pytest.raises(ParseError, match="cut off at its length limit in the field 'b'") as caught:
        ChatAdapter().parse(
            weft.Signature("q -> a, b"), Completion("[[ ## a ## ]]\none\n\n[[ ## b ## ]]\ntw", "length")
        )
    assert caught.value.fields == {"a": "one"}


def test_a_long_answer_is_shortened_in_the_message() -> None:
    with pytest.raises(ParseError) as caught:
        chat("x" * 10_000)
    assert len(str(caught.value)) < 500
    assert len(caught.value.raw) == 10_000


def test_a_parse_error_was_paid_for_and_is_on_the_ledger() -> None:
    lm = weft.LM("scripted/x", answers=["nothing of use"])
    with weft.track_usage() as ledger, pytest.raises(ParseError):
        weft.Predict("q -> a, b", lm=lm, repair_max=0)(q="?")
    assert ledger.total.calls == 1


class Shouting(Adapter):
    """A third party's adapter."""

    def render(self, prompt: weft.Prompt, inputs: Any, capabilities: Any) -> weft.Request:
        return weft.Request(messages=(weft.Message.of("user", f"{prompt.signature.instructions}! {dict(inputs)}!"),))

    def parse(self, signature: Any, completion: Completion) -> dict[str, Any]:
        return dict.fromkeys(signature.output_fields, completion.text.upper())


def test_any_adapter_can_be_used_for_a_predictor_or_a_block() -> None:
    lm = weft.LM("scripted/x", answers=lambda request: "ok" if request.messages[-1].text.endswith("!") else "[[")
    assert weft.Predict("q -> a", adapter=Shouting(), lm=lm)(q="?").a == "OK"
    with weft.context(adapter=Shouting()):
        assert weft.Predict("q -> a", lm=lm)(q="?").a == "OK"


def test_what_is_no_adapter() -> None:
    class Half(Adapter):
        def render(self, prompt: Any, inputs: Any, capabilities: Any) -> Any: ...

    with pytest.raises(PluginContractError, match="Half must define 'parse'"):
        Half()
    with pytest.raises(OptionError, match="has no option 'indnt'"):
        weft.Adapter("json", indnt=2)
    lm = weft.LM("scripted/x")
    for adapter, error in (("jsno", PluginNotFound), (3, NotConfiguredError)):
        with pytest.raises(error):
            weft.Predict("q -> a", adapter=adapter, lm=lm)(q="?")  # type: ignore[arg-type]
