from __future__ import annotations

import pytest
from conftest import CITIES, demo_countries, last_input

import weft
from weft.errors import EvaluationError, OptionError

NAME = "bootstrap-few-shot-random-search"


def learner() -> weft.LM:
    """A model that knows Peru's capital only once a demo shows France."""

    def answer(request: weft.Request) -> dict[str, str]:
        country = last_input(request)
        shown = demo_countries(request)
        return {"city": CITIES[country] if country != "Peru" or "France" in shown else "?"}

    return weft.LM("scripted/learner", answers=answer)


def split(capitals: list[weft.Example]) -> tuple[list[weft.Example], list[weft.Example]]:
    return [row for row in capitals if row.country != "Peru"], [row for row in capitals if row.country == "Peru"]


def test_the_best_candidate_on_the_val_set_wins(capitals: list[weft.Example]) -> None:
    train, val = split(capitals)
    optimizer = weft.Optimizer(NAME, metric=weft.exact_match, num_candidate_programs=3, max_labeled_demos=2)
    with weft.context(lm=learner()):
        found = optimizer.optimize(weft.Predict("country -> city"), trainset=train, valset=val)
    assert [candidate.label for candidate in found.candidates][:3] == [
        "no demos",
        "labeled demos",
        "bootstrap, in order",
    ]
    assert len(found.candidates) == 6
    assert found.candidates[0].score == 0
    assert "France" in [demo.country for demo in found.program.demos]


def test_a_val_set_is_held_out_where_none_is_given(capitals: list[weft.Example]) -> None:
    optimizer = weft.Optimizer(NAME, metric=weft.exact_match, num_candidate_programs=0, max_labeled_demos=16)
    with weft.context(lm=learner()):
        found = optimizer.optimize(weft.Predict("country -> city"), trainset=capitals)
    assert len(found.candidates[0].scores) == 2
    assert len(found.candidates[1].state["self"].demos) == 4


def test_it_stops_at_a_score(capitals: list[weft.Example]) -> None:
    train, val = split(capitals)
    optimizer = weft.Optimizer(NAME, metric=weft.exact_match, stop_at_score=0)
    with weft.context(lm=learner()):
        found = optimizer.optimize(weft.Predict("country -> city"), trainset=train, valset=val)
    assert len(found.candidates) == 1


def test_failures_never_win(capitals: list[weft.Example]) -> None:
    def answer(request: weft.Request) -> object:
        country = last_input(request)
        if not demo_countries(request) and country != "Cuba":
            return weft.errors.LMServerError("down")
        return {"city": CITIES[country] if country != "Chad" else "?"}

    optimizer = weft.Optimizer(NAME, metric=weft.exact_match, num_candidate_programs=0)
    with weft.context(lm=weft.LM("scripted/flaky", answers=answer)):
        found = optimizer.optimize(weft.Predict("country -> city"), trainset=capitals[:3], valset=capitals[3:])
    assert found.candidates[0].scores[0] == 1.0
    assert found.candidates[0].failures == 2
    assert found.program.demos


def test_all_failing_is_an_error(capitals: list[weft.Example]) -> None:
    broken = weft.LM("scripted/broken", answers=lambda request: weft.errors.LMServerError("down"))
    optimizer = weft.Optimizer(NAME, metric=weft.exact_match, num_candidate_programs=0, max_bootstrapped_demos=0)
    with weft.context(lm=broken), pytest.raises(EvaluationError, match="LMServerError: down"):
        optimizer.compile(weft.Predict("country -> city"), trainset=capitals)


def test_it_needs_a_metric() -> None:
    with pytest.raises(OptionError, match="needs a metric"):
        weft.Optimizer(NAME)
