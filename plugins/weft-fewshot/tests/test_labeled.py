from __future__ import annotations

import pytest

import weft
from weft.errors import OptionError


def test_shows_k_examples_and_leaves_the_program_alone(capitals: list[weft.Example]) -> None:
    program = weft.Predict("country -> city")
    optimized = weft.Optimizer("labeled-few-shot", k=3).compile(program, trainset=capitals)
    assert len(optimized.demos) == 3
    assert program.demos == ()


def test_the_same_seed_draws_the_same_demos(capitals: list[weft.Example]) -> None:
    program = weft.Predict("country -> city")
    drawn = {
        seed: [
            weft.Optimizer("labeled-few-shot", k=3, seed=seed).compile(program, trainset=capitals).demos for _ in "ab"
        ]
        for seed in range(4)
    }
    assert all(first == second for first, second in drawn.values())
    assert len({first for first, _ in drawn.values()}) > 1


def test_without_sampling_the_first_are_taken(capitals: list[weft.Example]) -> None:
    optimized = weft.Optimizer("labeled-few-shot", k=2, sample=False).compile(
        weft.Predict("country -> city"), trainset=capitals
    )
    assert [demo.country for demo in optimized.demos] == ["Spain", "France"]


def test_each_predictor_gets_its_own_fields_only() -> None:
    class TwoSteps(weft.Module):
        def __init__(self) -> None:
            self.find = weft.Predict("question -> query")
            self.answer = weft.Predict("question, notes -> answer")

        def forward(self, question: str) -> weft.Prediction:
            notes = self.find(question=question).query
            return self.answer(question=question, notes=notes)

    data = [weft.Example(question=f"q{i}", answer=f"a{i}", source="x").with_inputs("question") for i in range(4)]
    optimized = weft.Optimizer("labeled-few-shot").compile(TwoSteps(), trainset=data)
    assert optimized.find.demos == ()
    assert all(set(demo) == {"question", "answer"} for demo in optimized.answer.demos)


def test_a_senseless_k_is_refused() -> None:
    with pytest.raises(OptionError, match="k must be a whole number of at least 1, not 0"):
        weft.Optimizer("labeled-few-shot", k=0)
