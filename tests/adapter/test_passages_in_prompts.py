"""As many passages stand in a prompt as it has room for, whatever the adapter."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic_core import to_jsonable_python

import weft
from weft.adapter import typed_fields
from weft.errors import ContextWindowExceeded, SignatureError, StateError
from weft.signature import text_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

FORM = "question, context: Passages -> answer, sure: bool"
ANSWER = 10


class Words(weft.LM):
    """A model whose tokens are words."""

    def __init__(self, window: int | None) -> None:
        super().__init__("words", provider="own", capabilities=weft.Capabilities(window, max_output=ANSWER))

    @property
    def counts_exactly(self) -> bool:
        return True

    def count_tokens(self, request: weft.Request) -> int:
        return sum(len(message.text.split()) for message in request.messages)

    async def generate(self, request: weft.Request) -> weft.Response:
        return weft.Response.of("Yes.")


class Foreign(weft.Adapter):
    """An adapter of somebody else, which knows nothing of passages."""

    def render(self, prompt: weft.Prompt, inputs: Mapping[str, Any], capabilities: weft.Capabilities) -> weft.Request:
        turns = [self._turn(prompt.signature.fields, demo, f"demo {n}") for n, demo in enumerate(prompt.demos)]
        return weft.Request((*turns, weft.Message.of("user", self.written(inputs))))

    def _turn(self, names: Any, demo: Mapping[str, Any], called: str) -> weft.Message:
        text = self.written({name: demo[name] for name in names if name in demo})
        return weft.Message("user", (weft.Part("demo", text, called, "drop", 1),))

    def written(self, values: Mapping[str, Any]) -> str:
        return "; ".join(f"{name} is {text_of(value)}" for name, value in values.items())

    def parse(self, signature: type[weft.Signature], completion: weft.Completion) -> dict[str, Any]:
        return typed_fields(signature, json.loads(completion.text), completion)


class ForeignJSON(Foreign):
    def written(self, values: Mapping[str, Any]) -> str:
        return json.dumps(to_jsonable_python(dict(values)))


ADAPTERS: Mapping[str, Any] = {
    **{name: name for name in ("auto", "chat", "json", "xml", "compact", "two-step")},
    "template": weft.TemplateAdapter(messages=[("system", "Be brief."), ("user", "{context}\n\n{question}")]),
    "template in a sentence": weft.TemplateAdapter(messages=[("user", "Read {context} and say: {question}")]),
    "template twice": weft.TemplateAdapter(messages=[("user", "{context}\n\n{question}\n\nAgain:\n\n{context}")]),
    "foreign": Foreign(),
    "foreign JSON": ForeignJSON(),
}
every_adapter = pytest.mark.parametrize("adapter", ADAPTERS.values(), ids=ADAPTERS.keys())


def passages(lengths: Sequence[int]) -> weft.Passages:
    """Return passages of so many words and two that mark where each begins and ends."""
    return weft.Passages([f"begin{n}. {'word ' * length}end{n}." for n, length in enumerate(lengths, 1)])


def predictor(window: int | None, adapter: Any = "chat", demos: int = 0) -> weft.Predict[weft.Prediction]:
    predict = weft.Predict(FORM, lm=Words(window), adapter=adapter, max_tokens=ANSWER)
    predict.demos = [{"question": "?", "context": [f"demo{n}. What is known."], "answer": "!"} for n in range(demos)]
    return predict


def text(request: weft.Request) -> str:
    return "\n\n".join(message.text for message in request.messages)


def begun(request: weft.Request) -> list[int]:
    return sorted({int(found) for found in re.findall(r"begin(\d+)\.", text(request))})


def ended(request: weft.Request) -> list[int]:
    return sorted({int(found) for found in re.findall(r"end(\d+)\.", text(request))})


@every_adapter
@given(lengths=st.lists(st.integers(0, 150), max_size=8), room=st.integers(1, 1200), demos=st.integers(0, 2))
def test_the_best_passages_stay_and_the_prompt_fits(adapter: Any, lengths: list[int], room: int, demos: int) -> None:
    whole, given = predictor(None, adapter), passages(lengths)
    predict = predictor(room + ANSWER, adapter, demos)
    try:
        request = predict.render(question="What?", context=given)
    except ContextWindowExceeded:
        shortest = weft.Passages([passage.text[:150] for passage in given[:1]])
        least = whole.render(question="What?", context=shortest)
        assert Words(None).count_tokens(least) + 12 > room  # the words of the marks where something was cut
        return
    kept = len(begun(request))
    assert Words(None).count_tokens(request) <= room
    assert begun(request) == list(range(1, kept + 1))
    assert ended(request) == begun(request) or (kept == 1 and "characters left out" in text(request))
    assert kept >= min(1, len(lengths))
    left_out = [str(row) for row in request.fitting if "passage" in row.name and row.done == "dropped"]
    assert len(left_out) == len(lengths) - kept
    if kept < len(lengths):
        assert "demo0." not in text(request)
        more = whole.render(question="What?", context=given[: kept + 1])
        assert Words(None).count_tokens(more) > room


@every_adapter
def test_what_fits_is_whole_and_in_order(adapter: Any) -> None:
    request = predictor(None, adapter, demos=2).render(question="What?", context=passages([3, 4, 5]))
    assert begun(request) == ended(request) == [1, 2, 3]
    assert "[1] begin1. word word word end1.\n\n[2] begin2. " in text(request)
    assert "demo1. What is known." in text(request)
    assert request.fitting == ()
    assert "mark" not in text(request)


@every_adapter
def test_a_long_passage_alone_is_cut_at_its_end(adapter: Any) -> None:
    request = predictor(260, adapter).render(question="What?", context=passages([1000]))
    assert (begun(request), ended(request)) == ([1], [])
    assert "characters left out" in text(request)
    assert {row.done for row in request.fitting} == {"trimmed"}
    assert {row.name.rpartition(", ")[2] for row in request.fitting} == {"passage 1"}


@every_adapter
def test_there_may_be_no_passage(adapter: Any) -> None:
    for context in ([], weft.Passages()):
        request = predictor(300, adapter).render(question="What?", context=context)
        assert "What?" in text(request)
        assert "[1]" not in text(request)


@every_adapter
def test_passages_of_a_demonstration_go_with_it(adapter: Any) -> None:
    """They are written as those of a call are, also where they came as plain data, and in every prompt alike."""
    predict = predictor(None, adapter, demos=2)
    first, second = (predict.render(question="What?", context=passages([3])) for _ in range(2))
    assert first == second
    assert "[1] demo0. What is known." in text(first)
    assert not [part for turn in first.messages for part in turn.parts if part.kind == "demo" and part.shrink != "drop"]


def test_the_record_names_the_passages_and_so_does_the_event() -> None:
    found = weft.Passages([weft.Passage("word " * 90, f"doc-{n}") for n in range(1, 6)])
    lm = weft.LM("scripted/x", answers=[{"answer": "Yes."}], context_window=600, max_output=50)
    events: list[weft.Event] = []
    with weft.listening(events.append):
        weft.Predict("question, context: Passages -> answer", lm=lm)(question="What?", context=found)
    (fitted,) = [event for event in events if event.kind == "prompt.fitted"]
    told = [str(row) for row in fitted.fields["parts"]]
    assert told[-1] == "input context, passage 5 (doc-5) dropped"
    assert "passage 5 (doc-5) dropped" in weft.inspect_history()


def test_a_smaller_model_would_be_shown_fewer() -> None:
    predict, given = predictor(None), {"question": "What?", "context": passages([50] * 10)}
    sizes = {window: len(begun(predict.estimate(**given, lm=Words(window)).steps[0].request)) for window in (300, 500)}
    assert 1 < sizes[300] < sizes[500] < 10
    assert len(begun(predict.render(**given))) == 10


def test_passages_may_stand_in_a_system_turn() -> None:
    adapter = weft.TemplateAdapter(messages=[("system", "Know this:\n\n{context}"), ("user", "{question}")])
    request = predictor(200, adapter).render(question="What?", context=passages([50] * 5))
    assert begun(request) == [1, 2, 3]
    assert [message.role for message in request.messages] == ["system", "user"]


def test_a_file_beside_passages_is_not_cut_with_them() -> None:
    adapter = weft.TemplateAdapter(messages=[("user", "In {notes} and {context}: {answer}?")])
    predict = weft.Predict("notes: File, context: Passages, answer -> said", lm=Words(200), adapter=adapter)
    notes = weft.File(("note " * 80).encode(), name="notes.md")
    request = predict.render(notes=notes, context=passages([300, 5]), answer="x")
    assert text(request).count("note ") == 80
    assert (begun(request), ended(request)) == ([1], [])


@pytest.mark.parametrize("adapter", ["chat", "xml", "json"])
def test_a_field_of_passages_needs_no_trim_and_may_have_one(adapter: str) -> None:
    class Read(weft.Signature):
        """Answer."""

        context: weft.Passages = weft.InputField(trim="middle")
        answer: str = weft.OutputField()

    request = weft.Predict(Read, lm=Words(200), adapter=adapter).render(context=passages([50] * 5))
    assert begun(request) == ended(request) != []
    assert {row.done for row in request.fitting} == {"dropped"}


def test_two_inputs_give_way_from_their_ends() -> None:
    predict = weft.Predict("laws: Passages, cases: Passages -> answer", lm=Words(400))
    request = predict.render(laws=passages([60] * 4), cases=passages([60] * 4))
    given_up = [row.name.removeprefix("input ") for row in request.fitting]
    assert given_up == ["laws, passage 3", "laws, passage 4", "cases, passage 4"]


def test_an_input_that_may_be_cut_stays_longer() -> None:
    class Read(weft.Signature):
        """Answer."""

        page: str = weft.InputField(trim="end")
        context: weft.Passages = weft.InputField()
        answer: str = weft.OutputField()

    request = weft.Predict(Read, lm=Words(300)).render(page="page " * 100, context=passages([50] * 5))
    assert request.fitting
    assert all("context" in row.name for row in request.fitting)
    assert text(request).count("page ") >= 100


def test_passages_inside_other_values_and_past_turns() -> None:
    form = weft.Signature("history: History, more: dict[str, Passages], maybe: Passages | None -> answer")
    history = weft.History([{"more": {}, "maybe": ["begin7. end7."], "answer": "Yes."}])
    predict = weft.Predict(form, lm=Words(None))
    request = predict.render(history=history, more={"a": ["begin8. end8."]}, maybe=None)
    assert [part.kind for turn in request.messages for part in turn.parts if "begin7." in part.text] == ["history"]
    assert "[1] begin7. end7." in text(request)
    assert "[1] begin8. end8." in text(request)


def test_an_adapter_may_write_passages_in_its_own_form() -> None:
    class Own(Foreign):
        def written(self, values: Mapping[str, Any]) -> str:
            return "\n".join(f"<doc>{passage.text}</doc>" for passage in values["context"])

    request = weft.Predict(FORM, lm=Words(None), adapter=Own()).render(question="What?", context=["Cats purr."])
    assert text(request) == "<doc>Cats purr.</doc>"


def test_a_saved_program_keeps_its_passages(tmp_path: Path) -> None:
    lm = weft.LM("scripted/x")
    predict = weft.Predict(FORM, lm=lm)
    known = weft.Passages([weft.Passage("Cats purr.", "cats", 0.5, {"title": "Cats"})])
    predict.demos = [{"question": "?", "context": known, "answer": "!", "sure": True}]
    predict.save(tmp_path / "program.json")
    again = weft.Predict(FORM, lm=lm)
    again.load(tmp_path / "program.json")
    assert again.demos[0]["context"] == known
    given = {"question": "What?", "context": passages([3])}
    assert again.render(**given) == predict.render(**given)


def test_a_demo_without_passages_in_such_a_field_is_refused() -> None:
    predict = predictor(None)
    predict.demos = [{"question": "?", "context": "Cats purr.", "answer": "!"}]
    with pytest.raises(StateError, match=r"A demo has 'Cats purr.' for 'context', which is no Passages"):
        predict.render(question="What?", context=[])


def test_no_output_can_be_passages() -> None:
    with pytest.raises(SignatureError, match="is an output, and Passages cannot be read out of an answer"):
        weft.Signature("question -> context: Passages")


def test_an_exported_prompt_has_a_place_for_them() -> None:
    exported = weft.Predict("context: Passages, question -> answer").export("openai")
    assert "{context}" in exported["messages"][-1]["content"]
