from __future__ import annotations

import logging

import pytest
from conftest import CITIES, demo_countries, last_input

import weft
from weft.errors import EvaluationError, StateError


def bootstrap(**options: object) -> weft.Optimizer:
    return weft.Optimizer("bootstrap-few-shot", **{"metric": weft.exact_match, **options})


def test_keeps_the_runs_that_pass_in_the_order_of_the_data(capitals: list[weft.Example]) -> None:
    def answer(request: weft.Request) -> dict[str, str]:
        country = last_input(request)
        return {"city": CITIES[country] if country != "France" else "Lyon"}

    with weft.context(lm=weft.LM("scripted/mostly", answers=answer)):
        optimized = bootstrap(max_bootstrapped_demos=3, max_labeled_demos=0).compile(
            weft.Predict("country -> city"), trainset=capitals
        )
    assert [demo.country for demo in optimized.demos] == ["Spain", "Italy", "Peru"]


def test_the_rest_is_filled_with_labeled_examples_that_were_not_bootstrapped(
    capitals: list[weft.Example], knows_all: weft.LM
) -> None:
    with weft.context(lm=knows_all):
        optimized = bootstrap(max_bootstrapped_demos=2, max_labeled_demos=5).compile(
            weft.Predict("country -> city"), trainset=capitals
        )
    assert len(optimized.demos) == 5
    assert len({demo.country for demo in optimized.demos}) == 5


def test_the_teachers_model_wins_over_a_predictors_own(capitals: list[weft.Example], knows_all: weft.LM) -> None:
    own = weft.LM("scripted/own", answers=lambda request: {"city": "?"})
    program = weft.Predict("country -> city", lm=own)
    with weft.track_usage() as ledger:
        optimized = bootstrap(teacher_lm=knows_all, max_labeled_demos=0).compile(program, trainset=capitals)
    assert set(ledger.by_model()) == {knows_all.ref}
    assert [demo.city for demo in optimized.demos] == ["Madrid", "Paris", "Rome", "Lima"]
    assert optimized.lm is own


def test_a_teacher_never_sees_the_example_it_answers(capitals: list[weft.Example]) -> None:
    seen: list[tuple[str, list[str]]] = []

    def answer(request: weft.Request) -> dict[str, str]:
        seen.append((last_input(request), demo_countries(request)))
        return {"city": CITIES[last_input(request)]}

    with weft.context(lm=weft.LM("scripted/watched", answers=answer)):
        bootstrap().compile(weft.Predict("country -> city"), trainset=capitals)
    assert seen
    assert all(country not in demos and demos for country, demos in seen)


def test_later_rounds_pass_over_what_failed_with_a_fresh_sample(capitals: list[weft.Example]) -> None:
    asked: list[tuple[str, int | None, float | None]] = []

    def answer(request: weft.Request) -> dict[str, str]:
        country = last_input(request)
        asked.append((country, request.rollout_id, request.temperature))
        return {"city": CITIES[country] if request.rollout_id or country == "Spain" else "?"}

    with weft.context(lm=weft.LM("scripted/second", answers=answer)):
        optimized = bootstrap(max_rounds=2, max_bootstrapped_demos=6, max_labeled_demos=0).compile(
            weft.Predict("country -> city"), trainset=capitals
        )
    assert len(optimized.demos) == 6
    assert ("Spain", 1, 1.0) not in asked
    assert ("France", 1, 1.0) in asked
    assert all(temperature is None for _, rollout, temperature in asked if not rollout)


@pytest.mark.parametrize(("threshold", "kept"), [(1.0, 0), (0.5, 4), (0.0, 4)])
def test_a_fraction_passes_only_above_the_threshold(
    capitals: list[weft.Example], knows_all: weft.LM, threshold: float, kept: int
) -> None:
    with weft.context(lm=knows_all):
        optimized = bootstrap(metric=lambda e, p: 0.5, metric_threshold=threshold, max_labeled_demos=0).compile(
            weft.Predict("country -> city"), trainset=capitals
        )
    assert len(optimized.demos) == kept


def test_finding_nothing_is_said(
    capitals: list[weft.Example], knows_all: weft.LM, caplog: pytest.LogCaptureFixture
) -> None:
    with weft.context(lm=knows_all), caplog.at_level(logging.WARNING, "weft.fewshot"):
        bootstrap(metric=lambda e, p: False).compile(weft.Predict("country -> city"), trainset=capitals)
    assert "none of 6 examples" in caplog.text


def test_a_teacher_that_always_fails_is_an_error_with_its_cause(capitals: list[weft.Example]) -> None:
    broken = weft.LM("scripted/broken", answers=lambda request: weft.errors.LMServerError("down"))
    with weft.context(lm=broken), pytest.raises(EvaluationError, match="LMServerError: down") as caught:
        bootstrap().compile(weft.Predict("country -> city"), trainset=capitals)
    assert isinstance(caught.value.__cause__, weft.errors.LMServerError)


def test_every_predictor_of_a_program_gets_its_own_steps(capitals: list[weft.Example]) -> None:
    class TwoSteps(weft.Module):
        def __init__(self) -> None:
            self.think = weft.Predict("country -> hint")
            self.answer = weft.Predict("country, hint -> city")

        async def aforward(self, country: str) -> weft.Prediction:
            hint = (await self.think.acall(country=country)).hint
            return await self.answer.acall(country=country, hint=hint)

    def reply(request: weft.Request) -> dict[str, str]:
        country = request.messages[-1].text.split("\n")[1]
        return {"hint": f"about {country}", "city": CITIES[country]}

    with weft.context(lm=weft.LM("scripted/two", answers=reply)):
        optimized = bootstrap(max_bootstrapped_demos=2, max_labeled_demos=0).compile(TwoSteps(), trainset=capitals)
    assert dict(optimized.think.demos[0]) == {"country": "Spain", "hint": "about Spain"}
    assert dict(optimized.answer.demos[1]) == {
        "country": "France",
        "hint": "about France",
        "city": "Paris",
    }


def test_a_teacher_of_another_shape_is_refused(capitals: list[weft.Example], knows_all: weft.LM) -> None:
    with weft.context(lm=knows_all), pytest.raises(StateError, match="must be the same"):
        bootstrap().compile(
            weft.Predict("country -> city"), trainset=capitals, teacher=weft.ChainOfThought("country -> city")
        )


def test_the_result_does_not_depend_on_the_concurrency(capitals: list[weft.Example]) -> None:
    program = weft.Predict("country -> city")
    keys = set()
    for concurrency in (1, 3, 64):
        lm = weft.LM("embedded/incontext", cache="off")
        with weft.context(lm=lm):
            optimized = bootstrap(concurrency=concurrency, seed=0).compile(program, trainset=capitals)
        keys.add(optimized.state.key)
    assert len(keys) == 1
