"""Predictions and their completions."""

from __future__ import annotations

from typing import Any

import pytest

import weft
from weft.errors import DataError


def predicted(n: int = 3) -> Any:
    lm = weft.LM("scripted/x", answers=["a", "b", "c"], usage=weft.Usage(2, 1))
    return weft.Predict("question -> answer", n=n, lm=lm)(question="?")


def test_the_first_completion_is_the_prediction() -> None:
    prediction = predicted()
    assert prediction.answer == prediction["answer"] == "a"
    assert [completion.answer for completion in prediction.completions] == ["a", "b", "c"]
    assert prediction.completions.column("answer") == ["a", "b", "c"]
    assert prediction.completions[-1].answer == "c"
    assert prediction.completions[1:].column("answer") == ["b", "c"]
    assert len(prediction.completions) == 3
    assert prediction.usage.calls == 3


def test_completions_are_equal_by_content() -> None:
    assert predicted().completions == predicted().completions
    assert predicted().completions != predicted(2).completions


def test_a_misspelt_column_is_corrected() -> None:
    with pytest.raises(DataError, match=r"no field 'anser'. Did you mean 'answer'"):
        predicted().completions.column("anser")
    with pytest.raises(AttributeError, match=r"Prediction has no field 'anser'. Did you mean 'answer'"):
        _ = predicted().anser


def test_a_prediction_made_by_hand_is_its_own_completion() -> None:
    prediction = weft.Prediction(answer="x", score=0.5)
    assert prediction.completions.column("score") == [0.5]
    assert prediction.usage == weft.Usage()


def test_a_changed_copy_keeps_what_was_spent() -> None:
    changed = predicted().copy(answer="mine")
    assert changed.answer == "mine"
    assert changed.usage.calls == 3
    assert changed.completions.column("answer") == ["mine"]


def test_a_prediction_is_an_instance_of_its_signature() -> None:
    class QA(weft.Signature):
        question: str = weft.InputField()
        answer: str = weft.OutputField()

    answered = weft.Predict(QA, lm=weft.LM("scripted/x", answers=["a"]))(question="?")
    assert isinstance(answered, QA)
    assert isinstance(answered, weft.Prediction)
    assert not isinstance(weft.Prediction(answer="a"), QA)


def test_a_field_called_usage_is_the_field() -> None:
    assert weft.Prediction(usage="two spoons").usage == "two spoons"
