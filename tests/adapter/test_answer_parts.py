"""Outputs that a response may hold beside its text: what a model thought, citations; and code."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

import weft
from weft.errors import ParseError

FORM = "question -> reasoning: Reasoning, answer"
TEXT = "[[ ## reasoning ## ]]\nIn the text.\n\n[[ ## answer ## ]]\n4\n\n[[ ## completed ## ]]"
BARE = "[[ ## answer ## ]]\n4\n\n[[ ## completed ## ]]"


class Reasoner(weft.LM):
    """A model that reasons when it is told to, and may tell what it thought."""

    def __init__(self, text: str, thoughts: str = "", **parameters: Any) -> None:
        taken = frozenset({"reasoning_effort", "rollout_id"})
        can = weft.Capabilities(reasoning=True, parameters=taken, tools=True)
        super().__init__("reasoner", capabilities=can, cache="off", **parameters)
        self.seen: list[weft.Request] = []
        self._completion = weft.Completion(text, reasoning=thoughts)

    async def generate(self, request: weft.Request) -> weft.Response:
        self.seen.append(request)
        return weft.Response((self._completion,), weft.Usage(1, 1, calls=1))

    def asked_for(self, name: str) -> bool:
        """Whether the last prompt asks for a field."""
        return f"[[ ## {name} ## ]]" in self.seen[-1].messages[0].text


def test_reasoning_is_asked_for_in_the_text_of_a_model_that_is_not_made_to_reason() -> None:
    lm = Reasoner(TEXT)
    result = weft.Predict(FORM, lm=lm, adapter="chat")(question="?")
    assert lm.asked_for("reasoning")
    assert (result.reasoning, type(result.reasoning)) == ("In the text.", weft.Reasoning)


@pytest.mark.parametrize("text", [TEXT, BARE])
def test_what_the_provider_tells_wins_over_the_text(text: str) -> None:
    result = weft.Predict(FORM, lm=Reasoner(text, "Of its own."), adapter="chat")(question="?")
    assert (result.reasoning, result.answer) == ("Of its own.", "4")


@pytest.mark.parametrize("place", ["lm", "predictor", "call"])
def test_a_model_that_is_made_to_reason_is_not_asked_to_write_it_down(place: str) -> None:
    effort: dict[str, Any] = {"reasoning_effort": "low"}
    lm = Reasoner(BARE, "Of its own.", **(effort if place == "lm" else {}))
    predict = weft.Predict(FORM, lm=lm, adapter="chat", **(effort if place == "predictor" else {}))
    result = predict(question="?", **({"config": effort} if place == "call" else {}))
    assert not lm.asked_for("reasoning")
    assert (result.reasoning, result.answer) == ("Of its own.", "4")


def test_it_is_empty_where_the_provider_does_not_tell() -> None:
    result = weft.Predict(FORM, lm=Reasoner(BARE, reasoning_effort="low"), adapter="chat")(question="?")
    assert (result.reasoning, list(result)) == ("", ["reasoning", "answer"])


def test_no_effort_is_no_reasoning() -> None:
    lm = Reasoner(TEXT, reasoning_effort="none")
    weft.Predict(FORM, lm=lm, adapter="chat")(question="?")
    assert lm.asked_for("reasoning")


def test_an_answer_that_lacks_something_else_is_an_error_still() -> None:
    with pytest.raises(ParseError, match="'answer'"):
        weft.Predict(FORM, lm=Reasoner("[[ ## x ## ]]", "Thoughts."), adapter="chat", repair_max=0)(question="?")


def test_chain_of_thought_takes_the_models_own_reasoning() -> None:
    lm = Reasoner(BARE, "Of its own.", reasoning_effort="high")
    result = weft.ChainOfThought(FORM, lm=lm, adapter="chat")(question="?")
    assert (result.reasoning, result.answer) == ("Of its own.", "4")


@pytest.mark.parametrize("adapter", ["json", "xml", "auto", "compact"])
def test_every_adapter_reads_it(adapter: str) -> None:
    lm = weft.LM("scripted/x", answers=[{"reasoning": "Count.", "answer": "4"}])
    result = weft.Predict(FORM, lm=lm, adapter=adapter)(question="?")
    assert (result.reasoning, result.answer) == ("Count.", "4")


def test_it_is_streamed_like_other_texts() -> None:
    lm = weft.LM("scripted/x", answers=[{"reasoning": "Count.", "answer": "4"}])
    predict = weft.Predict(FORM, lm=lm, adapter="chat")

    async def texts() -> dict[str, str]:
        found: dict[str, str] = {}
        async for piece in predict.astream(question="?"):
            if isinstance(piece, weft.FieldChunk):
                found[piece.field] = found.get(piece.field, "") + piece.text
        return found

    assert asyncio.run(texts()) == {"reasoning": "Count.", "answer": "4"}


CODE = "task -> code: Code['python']"


@pytest.mark.parametrize("adapter", ["chat", "json", "xml", "auto", "two-step"])
def test_code_comes_without_its_fences(adapter: str) -> None:
    lm = weft.LM("scripted/x", answers=lambda request: {"code": "```python\nprint(1)\n```"})
    result = weft.Predict(CODE, lm=lm, adapter=adapter)(task="Print 1.")
    assert (result.code, result.code.language) == ("print(1)", "python")


def test_an_answer_that_is_nothing_but_code_is_the_code() -> None:
    lm = weft.LM("scripted/x", answers=["Sure:\n\n```python\nprint(1)\n```"])
    assert weft.Predict(CODE, lm=lm)(task="Print 1.").code == "print(1)"
    assert "must be python code alone" in weft.Predict(CODE, lm=lm).render(task="?").messages[0].text


@pytest.mark.parametrize("adapter", ["chat", "json", "xml", "compact", "two-step"])
def test_every_form_says_what_code_is_wanted(adapter: str) -> None:
    lm = weft.LM("scripted/x", response_schema=True)
    system = weft.Predict(f"{CODE}, why", lm=lm, adapter=adapter).render(task="?").messages[0].text
    assert "python code alone" in system


DOCUMENT = weft.Document("We know: snow is white.", title="Weather")
CITED = "question, documents: list[Document] -> answer, citations: Citations"


def test_citations_in_the_text_are_checked() -> None:
    quotes = [{"quote": "Snow is white", "source": "Weather"}, {"quote": "Snow is black", "source": "Weather"}]
    lm = weft.LM("scripted/x", answers=[{"answer": "White.", "citations": quotes}])
    result = weft.Predict(CITED, lm=lm)(question="?", documents=[DOCUMENT])
    assert [one.found for one in result.citations] == [True, False]
    assert result.citations.unfound[0].quote == "Snow is black"
    assert DOCUMENT.decoded[result.citations[0].start : result.citations[0].end] == "snow is white"


def test_citations_of_the_provider_win_and_are_checked_too() -> None:
    own = weft.Completion('{"answer": "White."}', citations=(weft.Citation("snow is white", "Weather"),))
    result = weft.Predict(CITED, lm=weft.LM("scripted/x", answers=[own]))(question="?", documents=[DOCUMENT])
    assert result.citations == weft.Citations([weft.Citation("snow is white", "Weather", True, 9, 22)])


class Mood(weft.AnswerPart, str):
    """A part of answers that somebody else's plugin knows: here, how long the model thought."""

    __slots__ = ()

    @classmethod
    def comes_apart(cls, capabilities: Any, parameters: Any) -> bool:
        return True

    @classmethod
    def taken(cls, completion: Any) -> Mood | None:
        return cls(f"{len(completion.reasoning)} letters") if completion.reasoning else None


def test_a_type_of_ones_own_has_the_same_standing() -> None:
    form = weft.Signature("question -> answer, mood: Mood", types={"Mood": Mood})
    lm = Reasoner(BARE, "Hm.")
    assert weft.Predict(form, lm=lm, adapter="chat")(question="?").to_dict() == {"answer": "4", "mood": "3 letters"}
    assert not lm.asked_for("mood")
