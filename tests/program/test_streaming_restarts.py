"""Streams of answers that are not the last word: what came is said to be void, and what holds comes."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from streams import END, HEAD, OUTPUTS, Breaking, Steps, kinds, read, scripted, texts

import weft
from weft.errors import LMError, LMTransportError
from weft.lm import attempts


@pytest.fixture
def short_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(attempts, "_FIRST_WAIT_SECONDS", 0.001)


@pytest.mark.usefixtures("short_waits")
def test_an_attempt_that_breaks_off_is_made_again_and_what_came_is_void() -> None:
    lm = Breaking([HEAD + "Lon", "don or", LMTransportError("gone")], [HEAD, "Paris", END])
    *events, result = read(weft.Predict("question -> answer", lm=lm), "sync", question="?")
    assert texts(events) == {("self", 1, "answer"): "Paris"}
    assert kinds(events, "lm.retry", "restart") == [("lm.retry", "self", 1, ""), ("restart", "self", 1, "")]
    assert (result.answer, result.usage.calls) == ("Paris", 2)


def test_a_refused_answer_is_void_and_the_next_one_comes() -> None:
    class Checked(Steps):
        def forward(self, question: str) -> Any:
            result = super().forward(question)
            weft.check(result.answer == "Rome", "No, Rome.")
            return result

    answers = [OUTPUTS, OUTPUTS, {**OUTPUTS, "answer": "Rome"}]
    with weft.context(lm=weft.LM("scripted/x", answers=answers, pieces=3)):
        *events, result = read(Checked(), "sync", question="?")
    assert result.answer == "Rome"
    assert texts(events) == {
        ("search", 1, "query"): "the query",
        ("answer.predict", 2, "reasoning"): "because",
        ("answer.predict", 2, "answer"): "Rome",
        ("answer.predict", 2, "n"): "42",
    }
    assert kinds(events, "check.failed", "restart") == [
        ("check.failed", "answer.predict", 1, ""),
        ("restart", "answer.predict", 1, ""),
    ]


def test_an_answer_that_the_program_goes_on_with_is_not_void() -> None:
    class Suggesting(Steps):
        max_backtracks = 1

        def forward(self, question: str) -> Any:
            result = super().forward(question)
            weft.suggest(result.answer == "Rome", "Rather Rome.")
            return result

    with weft.context(lm=scripted()):
        *events, _ = read(Suggesting(), "sync", question="?")
    assert texts(events)["answer.predict", 2, "answer"] == "Paris"
    assert [event.fields["again"] for event in events if getattr(event, "kind", "") == "check.failed"] == [True, False]


def test_an_answer_that_cannot_be_read_is_void_once_it_is_mended() -> None:
    class Mending(weft.ChatAdapter):
        """Gives another value than the one that was streamed, as a repair may."""

        def parse(self, signature: type[weft.Signature], completion: weft.Completion) -> dict[str, Any]:
            return {**super().parse(signature, completion), "answer": "Lyon"}

    predict = weft.Predict("question -> answer, n: int", lm=scripted(), adapter=Mending())
    *events, result = read(predict, "sync", question="?")
    assert result.answer == "Lyon"
    assert texts(events) == {("self", 1, "answer"): "Lyon", ("self", 1, "n"): "42"}
    assert len(kinds(events, "restart")) == 1


def test_a_repair_is_told_and_what_it_gives_completes_the_answer() -> None:
    answers = ["[[ ## answer ## ]]\nParis\n\n[[ ## n ## ]]\nmany", "[[ ## n ## ]]\n42"]
    predict = weft.Predict("question -> answer, n: int", lm=weft.LM("scripted/x", answers=answers, pieces=4))
    *events, result = read(predict, "sync", question="?")
    assert dict(result) == {"answer": "Paris", "n": 42}
    assert texts(events) == {("self", 1, "answer"): "Paris", ("self", 1, "n"): "42"}
    assert kinds(events, "predict.repair", "restart") == [("predict.repair", "self", 1, ""), ("restart", "self", 1, "")]
    assert result.usage.calls == 2


class Named(weft.Module):
    """Checks the first step after the others, which may depend on it or not."""

    def __init__(self) -> None:
        self.search = weft.Predict("question -> query")
        self.answer = weft.Predict("query -> answer")
        self.note = weft.Predict("question -> note")

    def forward(self, question: str) -> Any:
        query = self.search(question=question).query
        result = self.answer(query=query)
        self.note(question=question)
        weft.check(query == "better", "Better!", step="search")
        return result


def test_what_depends_on_a_refused_answer_is_void_too_and_what_does_not_comes_again() -> None:
    def answer(request: weft.Request) -> dict[str, str]:
        turn = request.messages[-1].text
        better = "Better!" in turn or "better" in turn
        return {"query": "better" if better else "bad", "answer": "right" if better else "wrong", "note": "a note"}

    lm = weft.LM("scripted/x", answers=answer, pieces=3)
    with weft.context(lm=lm):
        *events, result = read(Named(), "sync", question="?")
    assert (result.answer, result.usage.calls) == ("right", 5)
    assert texts(events) == {
        ("search", 2, "query"): "better",
        ("answer", 2, "answer"): "right",
        ("note", 1, "note"): "a note",
    }
    last = [event for event in events if isinstance(event, weft.FieldChunk) and event.path == "note"][-1]
    assert (last.text, last.value, last.last) == ("a note", "a note", True)


def test_an_answer_that_the_program_has_no_use_for_any_more_is_void_in_the_end() -> None:
    class Other(Named):
        def forward(self, question: str) -> Any:
            if not getattr(self, "began", False):
                self.began = True
                self.note(question=question)
            result = self.search(question=question)
            weft.check(result.query == "good", "Better!")
            return result

    answers = [{"note": "a note"}, {"query": "bad"}, {"query": "good"}]
    with weft.context(lm=weft.LM("scripted/x", answers=answers, pieces=3)):
        *events, _ = read(Other(), "sync", question="?")
    assert texts(events) == {("search", 2, "query"): "good"}


def test_a_call_that_fails_is_void_where_the_program_goes_on_without_it() -> None:
    class Fallback(Steps):
        async def aforward(self, question: str) -> Any:
            try:
                return await self.search.acall(question=question)
            except LMError:
                return await self.answer.acall(query=question, lm=scripted())

    lm = Breaking(["[[ ## query ## ]]\nhalf of", " it\n\n", LMTransportError("gone")])
    with weft.context(lm=lm.copy(retries=0)):
        *events, result = read(Fallback(), "async", question="?")
    assert result.answer == "Paris"
    assert {path for path, _, _ in texts(events)} == {"answer.predict"}
    assert kinds(events, "restart") == [("restart", "search", 1, "")]


def test_a_call_that_is_cancelled_is_void() -> None:
    class Impatient(Steps):
        async def aforward(self, question: str) -> Any:
            task = asyncio.ensure_future(self.search.acall(question=question))
            await self.begun.wait()
            task.cancel()
            await asyncio.wait([task])
            return await self.answer.acall(query=question, lm=scripted())

    async def main() -> list[Any]:
        program = Impatient()
        program.begun = asyncio.Event()
        events: list[Any] = []
        async for event in program.astream(question="?"):
            events.append(event)
            if isinstance(event, weft.FieldChunk):
                program.begun.set()
        return events

    with weft.context(lm=Breaking(["[[ ## query ## ]]\nhalf of it\nand", "\n\n", None])):
        events = asyncio.run(main())
    assert {path for path, _, _ in texts(events)} == {"answer.predict"}
    assert any(isinstance(event, weft.FieldChunk) and event.path == "search" for event in events)


@pytest.mark.usefixtures("short_waits")
def test_an_attempt_that_breaks_off_after_the_answer_is_streamed_again() -> None:
    finish = weft.Delta(finish_reason="stop")
    lm = Breaking([HEAD, "London", END, finish, LMTransportError("gone")], [HEAD, "Pa\n", "ris\n", END])
    *events, result = read(weft.Predict("question -> answer", lm=lm), "sync", question="?")
    assert (result.answer, texts(events)) == ("Pa\nris", {("self", 1, "answer"): "Pa\nris"})
    restart = next(index for index, event in enumerate(events) if getattr(event, "kind", "") == "restart")
    assert sum(isinstance(event, weft.FieldChunk) for event in events[restart:]) >= 2
