"""majority: which prediction most agree with."""

from __future__ import annotations

from enum import Enum
from typing import Any

import pytest

import weft
from weft.errors import DataError, OptionError


def of(*answers: Any) -> list[weft.Prediction]:
    return [weft.Prediction(reasoning=str(number), answer=answer) for number, answer in enumerate(answers)]


class Colour(Enum):
    RED = "red"
    BLUE = "blue"


@pytest.mark.parametrize(
    ("answers", "winner"),
    [
        (["a", "b", "b"], 1),
        (["a", "b", "b", "a"], 0),  # of equals the first
        ([" New  York", "Paris", "new york"], 0),
        ([1, 2, 2], 1),
        ([[1, 2], [3], [3]], 1),
        ([Colour.RED, Colour.BLUE, Colour.BLUE], 1),
        ([None, None, "a"], 2),  # no answer is no vote
        (["", " ", "a"], 2),
        ([None, None], 0),
        ([True, False, False], 1),
    ],
)
def test_the_first_of_those_most_agree_on(answers: list[Any], winner: int) -> None:
    assert weft.majority(of(*answers)).reasoning == str(winner)


def test_the_field_and_the_comparison_can_be_chosen() -> None:
    predictions = of("a", "b", "b")
    assert weft.majority(predictions, "reasoning").answer == "a"
    assert weft.majority(of(1.01, 2.0, 0.99, 3.0), normalize=round).answer == 1.01
    assert weft.majority(of("?", "?", "x"), normalize=lambda text: None if text == "?" else text).answer == "x"
    with pytest.raises(DataError, match=r"A prediction has no field 'anwser'\. Did you mean 'answer'"):
        weft.majority(predictions, "anwser")
    with pytest.raises(DataError, match=r"normalize gave \['a'\], which cannot be compared"):
        weft.majority(predictions, normalize=list)
    with pytest.raises(DataError, match="There are no predictions"):
        weft.majority([])
    with pytest.raises(OptionError, match="Did you mean 'normalize'"):
        weft.majority(predictions, normalise=str)  # type: ignore[call-overload]


def test_the_completions_of_one_call_vote() -> None:
    lm = weft.LM("scripted/x", answers=[{"answer": 3}, {"answer": 4}, {"answer": 4}])
    result = weft.Predict("question -> answer: int", lm=lm, n=3)(question="?")
    assert weft.majority(result).answer == 4
    assert weft.majority(result.completions).answer == 4
