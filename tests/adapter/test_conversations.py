"""Histories stand in prompts as turns before the question, in the form of the adapter, and give way when they must."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

import weft
from pytest_weft.samples import png
from weft.adapter import typed_fields
from weft.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Mapping

FORM = "history: History, question -> answer"
PAST = weft.History([{"question": "2+2?", "answer": "4"}])
LM = weft.LM("scripted/x", answers=lambda request: {"answer": "6"})
IMAGE = weft.Image(png(2, 2))


def turns(request: weft.Request) -> list[tuple[str, str]]:
    """Return the turns after the system's."""
    return [(message.role, message.text) for message in request.messages if message.role != "system"]


class Plain(weft.Adapter):
    """An adapter of somebody else, which knows nothing of conversations."""

    def render(self, prompt: weft.Prompt, inputs: Mapping[str, Any], capabilities: weft.Capabilities) -> weft.Request:
        return weft.Request((weft.Message.of("user", str(dict(inputs)), "input"),))

    def parse(self, signature: type[weft.Signature], completion: weft.Completion) -> dict[str, Any]:
        return typed_fields(signature, {"answer": completion.text}, completion)


SECTIONS = "[[ ## question ## ]]\n2+2?"


@pytest.mark.parametrize(
    ("adapter", "asked", "answered"),
    [
        ("chat", SECTIONS, "[[ ## answer ## ]]\n4\n\n[[ ## completed ## ]]"),
        ("auto", SECTIONS, "[[ ## answer ## ]]\n4\n\n[[ ## completed ## ]]"),
        ("json", SECTIONS, '{"answer": "4"}'),
        ("compact", SECTIONS, '{"answer": "4"}'),
        ("two-step", SECTIONS, "answer: 4"),
        ("xml", "<question>\n2+2?\n</question>", "<answer>\n4\n</answer>"),
        (weft.TemplateAdapter(messages=[("user", "Well: {question}")], read="text"), "Well: 2+2?", "4"),
        (Plain(), SECTIONS, "[[ ## answer ## ]]\n4\n\n[[ ## completed ## ]]"),
    ],
)
def test_a_past_call_is_the_turns_that_it_was(adapter: Any, asked: str, answered: str) -> None:
    predict = weft.Predict(FORM, lm=LM, adapter=adapter)
    request = predict.render(history=PAST, question="3+3?")
    assert turns(request)[:-1] == [("user", asked), ("assistant", answered)]
    assert "3+3?" in turns(request)[-1][1]
    assert "history" not in "".join(message.text for message in request.messages)
    if isinstance(adapter, str) and adapter != "two-step":
        assert predict(history=PAST, question="3+3?").answer == "6"


def test_turns_stand_after_demos_and_in_order() -> None:
    predict = weft.Predict(FORM, lm=LM, adapter="json")
    predict.demos = [{"question": "1+1?", "answer": "2"}]
    history = PAST.with_message("user", "Thanks!").with_message("assistant", "You are welcome.")
    texts = [text for _, text in turns(predict.render(history=history, question="3+3?"))]
    assert texts == [
        "[[ ## question ## ]]\n1+1?",
        '{"answer": "2"}',
        SECTIONS,
        '{"answer": "4"}',
        "Thanks!",
        "You are welcome.",
        "[[ ## question ## ]]\n3+3?",
    ]


def test_a_conversation_goes_on() -> None:
    predict = weft.Predict(FORM, lm=LM)
    history = weft.History()
    for question in ("2+2?", "3+3?"):
        inputs = {"question": question}
        history = history.with_turn(inputs, predict(history=history, **inputs))
    assert len(turns(predict.render(history=history, question="?"))) == 5
    assert len(turns(predict.render(history=[], question="?"))) == 1


def test_a_history_may_hold_fields_that_the_step_does_not_have() -> None:
    """A chain of thought answers with its reasoning, and another step goes on."""
    history = weft.History().with_turn({"question": "2+2?", "page": "x"}, {"reasoning": "Count.", "answer": "4"})
    asked, answered, _ = turns(weft.Predict(FORM, lm=LM, adapter="json").render(history=history, question="?"))
    assert asked[1] == "[[ ## question ## ]]\n2+2?\n\n[[ ## page ## ]]\nx"
    assert answered[1] == '{"reasoning": "Count.", "answer": "4"}'


def test_values_without_a_side_must_be_fields() -> None:
    with pytest.raises(
        InputError, match=r"Turn 1 of the history has 'qestion', which is no field of .* Did you mean 'question'\?"
    ):
        weft.Predict(FORM, lm=LM).render(history=[{"qestion": "2+2?", "answer": "4"}], question="?")


def test_media_stand_in_turns() -> None:
    history = weft.History([{"photo": IMAGE, "answer": "A cat."}]).with_message("user", "And this?", IMAGE)
    form = "history: History, photo: Image | None, question -> answer"
    kept = weft.History.read(weft.Example(history=history).to_dict()["history"])
    for one in (history, kept):
        messages = weft.Predict(form, lm=LM).render(history=one, photo=None, question="?").messages
        assert [len(message.media) for message in messages] == [0, 1, 0, 1, 0]
        assert messages[1].media[0].digest == IMAGE.digest


def test_the_oldest_turns_give_way_first_and_whole() -> None:
    history = weft.History([{"question": f"{number} {'x ' * 300}?", "answer": str(number)} for number in range(10)])
    lm = weft.LM("scripted/x", answers=lambda request: {"answer": "6"}, context_window=2000, max_output=200)
    predict = weft.Predict(FORM, lm=lm)
    predict.demos = [{"question": "1+1?", "answer": "2"}]
    request = predict.render(history=history, question="3+3?")
    dropped = [row.name for row in request.fitting]
    assert dropped == ["demo 1", *(f"turn {number}" for number in range(1, len(dropped)))]
    asked = [text for role, text in turns(request) if role == "user"]
    assert len(asked) == 11 - (len(dropped) - 1)
    assert asked[-1].endswith("3+3?")
    assert predict(history=history, question="3+3?").answer == "6"


CALLS = weft.ToolCalls([weft.ToolCall("c1", "search", '{"q": "cats"}')])
AGENT = "history: History, question, tools: list[Tool] -> answer, calls: ToolCalls"


def search(q: str) -> str:
    """Search the web."""
    return f"found {q}"


def said(native: bool) -> list[weft.Message]:
    history = (
        weft.History()
        .with_turn({"question": "Cats?"}, weft.Prediction(answer="I look.", calls=CALLS))
        .with_results(CALLS, [weft.ToolResult("Nine.")])
        .with_message("assistant", "Nine cats.")
    )
    lm = weft.LM("scripted/x", tools=native)
    request = weft.Predict(AGENT, lm=lm, adapter="chat").render(history=history, question="Sure?", tools=[search])
    return [message for message in request.messages if message.role != "system"]


def test_calls_of_tools_in_turns_have_the_models_own_form() -> None:
    asked, called, result, answer, question = said(native=True)
    assert (called.tool_calls, result.role, result.tool_call_id, result.text) == (CALLS.calls, "tool", "c1", "Nine.")
    assert (asked.role, answer.text, question.role) == ("user", "Nine cats.", "user")


def test_calls_of_tools_in_turns_are_text_where_the_model_has_no_form_for_them() -> None:
    _, called, result, answer, _ = said(native=False)
    assert called.tool_calls == ()
    assert '[{"name": "search", "arguments": {"q": "cats"}}]' in called.text
    assert (result.role, result.text) == ("user", "What `search` gave:\n\nNine.")
    assert answer.text == "Nine cats."


def test_turns_with_calls_that_have_no_id_get_one() -> None:
    calls = weft.ToolCalls([{"name": "search", "arguments": {"q": "cats"}}])
    history = weft.History([{"inputs": {"question": "Cats?"}, "outputs": {"calls": calls}}])
    history = history.with_results(calls, [weft.ToolResult("Nine.")])
    lm = weft.LM("scripted/x", tools=True)
    request = weft.Predict(AGENT, lm=lm).render(history=history, question="?", tools=[search])
    _, _, called, result, _ = request.messages
    assert called.tool_calls[0].id == result.tool_call_id == "call-1-1"


def test_chain_of_thought_and_estimates_take_a_history() -> None:
    lm = weft.LM("scripted/x", answers=[{"reasoning": "Count.", "answer": "6"}])
    think = weft.ChainOfThought(FORM, lm=lm)
    assert think.estimate(history=PAST, question="3+3?").is_known
    assert think(history=PAST, question="3+3?").answer == "6"


def test_a_prompt_exported_without_inputs_has_no_turns_before_the_question() -> None:
    messages = weft.Predict(FORM, lm=LM, adapter="chat").export("openai")["messages"]
    assert [message["role"] for message in messages] == ["system", "user"]
    assert messages[1]["content"] == "[[ ## question ## ]]\n{question}"
