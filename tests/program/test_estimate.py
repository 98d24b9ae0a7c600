"""Estimates of programs: every step is rendered, and nothing is called, paid or remembered."""

from __future__ import annotations

import asyncio
import datetime as dt  # noqa: TC003 - fields need it at run time
from enum import Enum
from itertools import count
from typing import Any, Literal

import pytest
from pydantic import BaseModel

import weft
from weft.errors import ContextWindowExceeded, EstimateError, InputError, NotConfiguredError
from weft.lm.history import history


class Never(weft.LM):
    """A model that must not be called."""

    def __init__(self, name: str = "never", /, price: float = 1.0, **options: Any) -> None:
        able = weft.Capabilities(prices=weft.Prices(price, price), **options)
        super().__init__(name, provider="never", capabilities=able)

    async def generate(self, request: weft.Request) -> weft.Response:
        raise AssertionError("an estimate called a model")

    async def embed(self, texts: Any) -> weft.Embeddings:
        raise AssertionError("an estimate called a model")


class Steps(weft.Module):
    def __init__(self) -> None:
        self.plan = weft.Predict("question -> queries: list[str], sure: bool")
        self.answer = weft.ChainOfThought("question, queries: list[str] -> answer: int")

    def forward(self, question: str) -> Any:
        plan = self.plan(question=question)
        return self.answer(question=question, queries=plan.queries)


def test_of_a_predictor_it_is_what_would_be_sent() -> None:
    program = weft.Predict("question -> answer", lm=Never(), max_tokens=50)
    program.demos = [{"question": "1+1?", "answer": "2"}]
    estimate = program.estimate(question="2+2?")
    assert estimate.is_known
    (step,) = estimate.steps
    assert step.request == program.render(question="2+2?")
    assert step.path == "self"
    assert estimate.most == step.estimate.most
    assert estimate.most.output_tokens == 50
    assert [row.name for row in step.estimate.parts] == [
        "instructions",
        "field descriptions",
        "form of the answer",
        "demo 1",
        "input question",
    ]


def test_of_several_steps_it_is_a_guess_from_the_second_on() -> None:
    with weft.context(lm=Never()), weft.track_usage() as ledger:
        estimate = Steps().estimate(question="What?")
    assert [(step.path, step.is_known) for step in estimate.steps] == [("plan", True), ("answer.predict", False)]
    assert not estimate.is_known
    assert estimate.problem is None
    assert estimate.expected.calls == 2
    assert estimate.cost == pytest.approx(estimate.total_tokens / 1e6)
    assert ledger.total == weft.Usage()
    assert "a guess" in str(estimate)


def test_it_is_the_same_awaited() -> None:
    with weft.context(lm=Never()):
        assert asyncio.run(Steps().aestimate(question="What?")) == Steps().estimate(question="What?")


def test_another_model_can_be_asked_for() -> None:
    program = Steps()
    program.set_lm(Never())
    cheap, dear = Never("cheap", 0.1), Never("dear", 10.0)
    costs = [program.estimate(question="What?", lm=lm).cost or 0 for lm in (cheap, dear)]
    assert costs[1] == pytest.approx(100 * costs[0])
    assert {step.estimate.lm for step in program.estimate(question="What?", lm=dear).steps} == {"never/dear"}
    single = weft.Predict("question -> answer", lm=Never())
    assert single.estimate(question="What?", lm=dear).steps[0].estimate.lm == "never/dear"
    assert single.estimate(question="What?", lm="embedded/incontext").cost == 0


def test_an_input_called_lm_is_an_input() -> None:
    program = weft.Predict("lm -> answer", lm=Never())
    assert "which one?" in program.estimate(lm="which one?").steps[0].request.messages[-1].text


def test_what_the_model_would_refuse_is_refused_here() -> None:
    program = weft.Predict("question -> answer", lm=Never(context_window=100, max_output=10))
    with pytest.raises(ContextWindowExceeded):
        program.estimate(question="word " * 1000)
    with pytest.raises(InputError, match="Did you mean 'question'"):
        program.estimate(qestion="What?")
    with pytest.raises(NotConfiguredError):
        Steps().estimate(question="What?")


def test_code_that_cannot_go_on_with_stand_ins_ends_it_and_says_so() -> None:
    class Picky(Steps):
        def forward(self, question: str) -> Any:
            return {"known": 1}[self.plan(question=question).queries[0]]

    with weft.context(lm=Never()):
        estimate = Picky().estimate(question="What?")
    assert [step.path for step in estimate.steps] == ["plan"]
    assert isinstance(estimate.problem, KeyError)
    assert not estimate.is_known
    assert "ended early: KeyError" in str(estimate)


def test_a_loop_that_waits_for_an_answer_comes_to_an_end() -> None:
    class Loop(weft.Module):
        def __init__(self) -> None:
            self.plan = weft.Predict("question -> sure: bool")

        async def aforward(self, question: str) -> Any:
            while not (await self.plan.acall(question=question)).sure:
                pass

    with weft.context(lm=Never()):
        estimate = Loop().estimate(question="What?")
    assert isinstance(estimate.problem, EstimateError)
    assert len(estimate.steps) == 1000


def test_calls_of_models_in_a_programs_code_are_rehearsed_too() -> None:
    class Raw(weft.Module):
        def forward(self, text: str) -> Any:
            return weft.Prediction(found=Never()(f"Summarize {text}").text)

    estimate = Raw().estimate(text="this")
    assert [step.request.messages[-1].text for step in estimate.steps] == ["Summarize this"]


def test_vectors_are_not_paid_for_either() -> None:
    class Search(Steps):
        def forward(self, question: str) -> Any:
            self.plan(question=question)
            return weft.Embedder(Never())(question)

    with weft.context(lm=Never()):
        assert isinstance(Search().estimate(question="What?").problem, EstimateError)


def test_nothing_is_left_behind() -> None:
    before, events = len(history(1000)), list[weft.Event]()
    with weft.context(lm=Never()), weft.listening(events.append), weft.trace() as steps:
        Steps().estimate(question="What?")
    assert (len(history(1000)), events, steps) == (before, [], [])


def test_usual_lengths_of_answers_are_carried_into_later_steps() -> None:
    answers = count()
    lm = weft.LM(
        "scripted/long-answers",
        answers=lambda request: {"queries": ["a"], "sure": True} if next(answers) % 2 == 0 else "x",
        usage=weft.Usage(100, 400),
    )

    class Chain(weft.Module):
        def __init__(self) -> None:
            self.first, self.second = weft.Predict("a -> b"), weft.Predict("b -> c")

        def forward(self, a: str) -> Any:
            return self.second(b=self.first(a=a).b)

    with weft.context(lm=lm):
        for _ in range(3):
            lm("Hi")
        estimate = Chain().estimate(a="x")
    assert len(estimate.steps[1].request.messages[-1].text.split()) > 350


class Colour(Enum):
    RED = "red"


class Address(BaseModel):
    street: str
    number: int


class Everything(weft.Signature):
    """Say all of it."""

    question: str = weft.InputField()
    text: str = weft.OutputField()
    label: Literal["yes", "no"] = weft.OutputField()
    colour: Colour = weft.OutputField()
    size: int = weft.OutputField(ge=3, le=5)
    share: float = weft.OutputField(gt=0.5)
    flag: bool = weft.OutputField()
    when: dt.date = weft.OutputField()
    tags: set[str] = weft.OutputField(min_length=1)
    places: list[Address] = weft.OutputField()
    by_name: dict[str, int] = weft.OutputField()
    maybe: int | None = weft.OutputField()
    short: str = weft.OutputField(max_length=3)
    given: int = weft.OutputField(default=7)
    anything: Any = weft.OutputField()


def test_stand_ins_are_of_the_declared_types() -> None:
    seen: list[Any] = []

    class Program(weft.Module):
        def __init__(self) -> None:
            self.predict = weft.Predict(Everything, n=2)

        def forward(self, question: str) -> Any:
            seen.append(self.predict(question=question))
            return seen[0]

    with weft.context(lm=Never()):
        assert Program().estimate(question="What?").problem is None
    (found,) = seen
    assert len(found.completions) == 2
    assert (found.label, found.colour, found.given) == ("yes", Colour.RED, 7)
    assert found.text
    for name, field in Everything.output_fields.items():
        assert field.adapter.validate_python(found[name]) == found[name], name
