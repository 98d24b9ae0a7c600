"""Evaluations under a budget: what was paid for is kept, and what is missing says why."""

from __future__ import annotations

from itertools import count
from typing import Any

import pytest

import weft
from weft.errors import BudgetExceeded, EvaluationError

DEVSET = [weft.Example(question=str(n), answer="yes").with_inputs("question") for n in range(40)]


def model() -> tuple[weft.LM, Any]:
    """Return a model that always says yes, and the counter of its calls."""
    calls = count()

    def answer(request: weft.Request) -> dict[str, str]:
        next(calls)
        return {"answer": "yes"}

    return weft.LM("scripted/yes", answers=answer), calls


def evaluated(program: weft.Module, **options: Any) -> weft.EvaluationResult:
    return weft.Evaluate(DEVSET, weft.exact_match, concurrency=4, **options)(program)


def test_rows_that_were_paid_for_are_kept_and_the_others_are_not_begun() -> None:
    lm, calls = model()
    with weft.context(lm=lm), weft.budget(calls=25) as left:
        result = evaluated(weft.Predict("question -> answer"))
    assert left.spent.calls == result.usage.calls == 25
    assert next(calls) == 25
    assert (result.score, result.coverage) == (100.0, 25 / 40)
    errors = [row.outcome.error for row in result.errors if isinstance(row.outcome, weft.Err)]
    assert [type(error) for error in errors] == [BudgetExceeded] * 15
    assert [row.example for row in result.rows] == DEVSET


def test_rows_without_budget_do_not_count_as_too_many_errors() -> None:
    lm, _ = model()
    with weft.context(lm=lm), weft.budget(calls=1):
        assert evaluated(weft.Predict("question -> answer"), max_errors=0).coverage == 1 / 40


def test_no_example_is_begun_that_cannot_be_finished() -> None:
    """Once a second step was refused, no first step is paid for any more."""

    class Two(weft.Module):
        def __init__(self) -> None:
            self.one, self.two = weft.Predict("question -> note"), weft.Predict("note -> answer")

        async def aforward(self, question: str) -> Any:
            note = await self.one.acall(question=question, lm=first)
            return await self.two.acall(note=note.note, lm=second)

    first = weft.LM("scripted/one", answers=lambda request: {"note": "n"}, usage=weft.Usage(1, 0))
    second = weft.LM("scripted/two", answers=lambda request: {"answer": "yes"}, usage=weft.Usage(1000, 0))
    with weft.budget(calls=5) as left:
        result = weft.Evaluate(DEVSET, weft.exact_match, concurrency=1)(Two())
    assert left.spent.calls == 5
    assert result.coverage == 2 / 40


def test_without_room_for_a_single_example_it_is_the_budgets_error() -> None:
    lm, _ = model()
    with weft.context(lm=lm), weft.budget(tokens=1), pytest.raises(BudgetExceeded, match="1 tokens has no room"):
        evaluated(weft.Predict("question -> answer"))


def test_a_budget_inside_the_program_is_the_examples_own() -> None:
    lm, _ = model()

    class Frugal(weft.Module):
        def __init__(self) -> None:
            self.qa = weft.Predict("question -> answer", lm=lm)

        def forward(self, question: str) -> Any:
            with weft.budget(calls=1):
                if int(question) % 2:
                    self.qa(question=question)
                return self.qa(question=question)

    with weft.budget(calls=1000):
        assert evaluated(Frugal(), max_errors=None).coverage == 0.5
        with pytest.raises(EvaluationError, match="More than 3 examples failed"):
            evaluated(Frugal(), max_errors=3)
