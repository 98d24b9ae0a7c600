"""Which sample a call is: numbers that are bound, and a call's own."""

from __future__ import annotations

from typing import Any

import pytest

import weft


def rollouts_of(own: Any, bound: Any, lm_own: Any = None) -> int | None:
    lm = weft.LM("scripted/x", answers=[{"answer": "a"}], **({} if lm_own is None else {"rollout_id": lm_own}))
    predict = weft.Predict("question -> answer", lm=lm, **({} if own is None else {"rollout_id": own}))
    with predict.using(parameters={} if bound is None else {"rollout_id": bound}), weft.trace() as steps:
        predict(question="?")
    return lm.prepared(steps[0].request).rollout_id


@pytest.mark.parametrize("place", ["own", "lm_own"])
def test_a_number_of_the_calls_own_and_one_that_is_bound_name_a_sample_together(place: str) -> None:
    def sample(own: Any, bound: Any) -> Any:
        return rollouts_of(own, bound) if place == "own" else rollouts_of(None, bound, own)

    assert sample(None, None) is None
    assert (sample(None, 3), sample(4, None)) == (3, 4)
    pairs = [(own, bound) for own in (None, 1, 2, 7) for bound in (None, 1, 2, 7)]
    assert len({sample(own, bound) for own, bound in pairs if own and bound}) == 9
    assert {sample(own, bound) for own, bound in pairs if own and bound}.isdisjoint({1, 2, 7, None})
