"""Refine: what is said about a run is read in the next."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

import weft
from weft.errors import BudgetExceeded, DataError, LMServerError, OptionError, StateError


class TwoSteps(weft.Module):
    def __init__(self) -> None:
        self.plan = weft.Predict("question -> plan")
        self.write = weft.Predict("plan -> answer")

    def forward(self, question: str) -> Any:
        return self.write(plan=self.plan(question=question).plan)


def brief(inputs: Any, prediction: Any) -> weft.Score:
    """Reward short answers."""
    words = len(prediction.answer.split())
    return weft.Score(1.0 if words == 1 else 0.1, f"{words} words are {words - 1} too many.")


class Writer(weft.LM):
    """Writes long answers until it is advised, and gives the advice it was made with when asked for some."""

    waits = False

    def __init__(self, advice: Any, /, **parameters: Any) -> None:
        super().__init__("writer", provider="test", **{"cache": "off", **parameters})
        self.advice = advice
        self.asked: list[str] = []
        self.told: list[str] = []

    async def generate(self, request: weft.Request) -> weft.Response:
        turn = request.messages[-1].text
        usage = weft.Usage(10, 1, calls=1)
        if "[[ ## predictors ## ]]" in turn:
            self.asked.append(turn)
            if isinstance(self.advice, Exception):
                raise self.advice
            return weft.Response.of(f"[[ ## discussion ## ]]\nd\n\n[[ ## advice ## ]]\n{self.advice}", usage=usage)
        advice = turn.partition("[[ ## advice ## ]]\n")[2]
        self.told.append(advice)
        field = "plan" if "question" in turn else "answer"
        text = "short" if "one word" in advice else "far too long"
        return weft.Response.of(f"[[ ## {field} ## ]]\n{text}", usage=usage)


def refined(program: Any, lm: weft.LM, way: str = "sync") -> Any:
    with weft.context(lm=lm):
        return program(question="Why?") if way == "sync" else asyncio.run(program.acall(question="Why?"))


@pytest.mark.parametrize("way", ["sync", "async"])
def test_a_model_advises_the_predictors_and_the_next_run_reads_it(way: str) -> None:
    lm = Writer('{"write": "Answer in one word."}')
    result = refined(weft.Refine(TwoSteps(), 3, brief, 1.0), lm, way)
    assert (result.answer, result.reward) == ("short", 1.0)
    assert lm.told == ["", "", "", "Answer in one word."]
    assert result.usage.calls == 5


def test_the_adviser_sees_inputs_steps_outputs_reward_and_its_code() -> None:
    lm = Writer('{"write": "Answer in one word."}')
    refined(weft.Refine(TwoSteps(), 2, brief, 0.9), lm)
    turn = lm.asked[0]
    for shown in (
        '"plan": "question: str -> plan: str\\nGiven',
        '{"question": "Why?"}',
        "plan was given\n  question: Why?\nand answered\n  plan: far too long\n\nwrite was given",
        '[[ ## program_outputs ## ]]\n{"answer": "far too long"}',
        "[[ ## reward ## ]]\n0.1",
        "[[ ## wanted_reward ## ]]\n0.9",
        "3 words are 2 too many.",
        "def brief(inputs: Any, prediction: Any)",
    ):
        assert shown in turn


def test_a_reward_without_source_and_a_bare_predictor_will_do() -> None:
    namespace: dict[str, Any] = {}
    exec("def typed_in_a_shell(inputs, prediction):\n    'Reward anything.'\n    return 0", namespace)
    lm = Writer('{"the only one": "Answer in one word."}')
    with weft.context(lm=lm):
        result = weft.Refine(weft.Predict("plan -> answer"), 2, namespace["typed_in_a_shell"])(plan="Say why.")
    assert "typed_in_a_shell\nReward anything." in lm.asked[0]
    assert lm.told == ["", "Answer in one word."]  # only one predictor can be meant
    assert result.reward == 0.0


def test_the_adviser_sees_what_could_not_be_judged_and_the_beginning_of_what_is_long() -> None:
    def fails(inputs: Any, prediction: Any) -> float:
        raise ValueError("What is this?")

    lm = Writer('{"write": "Answer in one word."}')
    with weft.context(lm=lm), pytest.raises(ValueError, match="What is this"):
        weft.Refine(TwoSteps(), 2, fails)(question="Why? " * 2000)
    assert '{"answer": "far too long"}\nJudging it failed: ValueError: What is this?' in lm.asked[0]
    assert "[[ ## reward ## ]]\nnull" in lm.asked[0]
    assert len(lm.asked[0]) < 10_000


def test_advice_for_nobody_is_left_out_and_said() -> None:
    lm, events = Writer('{"wriet": "x", "plan": "Plan in one word.", "write": " "}'), list[weft.Event]()
    with weft.listening(events.append):
        refined(weft.Refine(TwoSteps(), 2, brief), lm)
    told = [event.fields for event in events if event.kind == "refine.advice"]
    assert [(one["number"], one["advice"], one["ignored"]) for one in told] == [
        (1, {"plan": "Plan in one word."}, ["wriet", "write"])
    ]
    assert lm.told == ["", "", "Plan in one word.", ""]


@pytest.mark.parametrize("trouble", [LMServerError("down"), "no JSON"])
def test_without_advice_the_next_run_goes_on(trouble: Any) -> None:
    lm, events = Writer(trouble, retries=0), list[weft.Event]()
    with weft.listening(events.append), weft.context(repair_max=0):
        result = refined(weft.Refine(TwoSteps(), 2, brief, 1.0), lm)
    assert [one.score for one in result.rollouts] == [0.1, 0.1]
    assert [bool(event.fields["error"]) for event in events if event.kind == "refine.advice"] == [True]


def test_a_spent_budget_ends_it_with_the_best_so_far() -> None:
    lm = Writer('{"write": "Answer in one word."}')
    with weft.budget(calls=2):
        result = refined(weft.Refine(TwoSteps(), 3, brief, 1.0), lm)
    assert result.answer == "far too long"
    assert [type(one.error) for one in result.rollouts] == [type(None), BudgetExceeded]


def test_a_failed_run_is_advised_on_unless_no_model_could_be_called() -> None:
    class Picky(TwoSteps):
        def forward(self, question: str) -> Any:
            result = super().forward(question)
            if result.answer != "short":
                raise ValueError("The answer cannot be used.")
            return result

    lm = Writer('{"write": "Answer in one word."}')
    assert refined(weft.Refine(Picky(), 2, brief), lm).answer == "short"
    assert "ValueError: The answer cannot be used." in lm.asked[0]
    down = weft.LM("scripted/x", answers=[LMServerError("down"), {"answer": "short"}], retries=0)
    assert refined(weft.Refine(weft.Predict("question -> answer"), 2, brief), down).answer == "short"


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ("In one word.", ["In one word.", "In one word."]),
        (weft.Feedback("In one word."), ["In one word.", "In one word."]),
        ({"write": "In one word."}, ["", "In one word."]),
        ({"plan": weft.Feedback("In one word.")}, ["In one word.", ""]),
        (None, ["", ""]),
    ],
)
def test_a_function_may_give_the_feedback(given: Any, told: list[str]) -> None:
    seen: list[Any] = []

    async def feedback(rollout: weft.Rollout) -> Any:
        await asyncio.sleep(0)
        seen.append((rollout.number, rollout.score, rollout.inputs, [step.path for step in rollout.steps]))
        return given

    lm = Writer("")
    refine = weft.Refine(TwoSteps(), 3, brief, feedback=feedback)
    assert [one.steps for one in refined(refine, lm).rollouts] == [(), (), ()]
    assert [(number, inputs, paths) for number, _, inputs, paths in seen] == [
        (number, {"question": "Why?"}, ["module.plan", "module.write"]) for number in (1, 2)
    ]
    assert (lm.told[2:4], lm.told[4:], lm.asked) == (told, told, [])
    assert [path for path, _ in refine.named_predictors()] == ["module.plan", "module.write"]


def test_feedback_for_a_predictor_that_there_is_not_is_an_error() -> None:
    refine = weft.Refine(TwoSteps(), 2, brief, feedback=lambda rollout: {"wriet": "x"})
    with pytest.raises(StateError, match="Did you mean 'write'"):
        refined(refine, Writer(""))
    with pytest.raises(OptionError, match=r"Feedback is a text, a weft\.Feedback, a dict of them .*, not 3"):
        refined(weft.Refine(TwoSteps(), 2, brief, feedback=lambda rollout: 3), Writer(""))
    with pytest.raises(OptionError, match="feedback of Refine is a function of a rollout, not 'x'"):
        weft.Refine(TwoSteps(), 2, brief, feedback="x")  # type: ignore[arg-type]
    with pytest.raises(DataError, match="A reward function is a function"):
        weft.Refine(TwoSteps(), 2, "brief")  # type: ignore[arg-type]


def test_nothing_is_changed_so_that_calls_side_by_side_do_not_meet() -> None:
    lm = Writer('{"write": "Answer in one word."}')
    refine = weft.Refine(TwoSteps(), 3, brief, 1.0)
    before = refine.state
    with weft.context(lm=lm):
        results = refine.batch([{"question": f"Why {number}?"} for number in range(12)], concurrency=6)
    assert {result.answer for result in results} == {"short"}
    assert {len(result.rollouts) for result in results} == {2}
    assert refine.state == before


def test_the_adviser_is_a_predictor_like_the_others() -> None:
    refine = weft.Refine(TwoSteps(), 2, brief)
    assert [path for path, _ in refine.named_predictors()] == ["module.plan", "module.write", "advise"]
    lm = Writer('{"write": "Answer in one word."}')
    changed = refine.with_state(refine.state.set("advise.instructions", "Be kind."))
    with weft.context(lm=lm), weft.trace() as steps:
        changed(question="Why?")
    assert [step.path for step in steps] == ["advise", "module.plan", "module.write"]
    assert "Be kind." in steps[0].request.messages[0].text


def test_an_estimate_counts_runs_and_advice() -> None:
    refine = weft.Refine(TwoSteps(), 3, brief, 1.0)
    assert refine.estimate(question="Why?", lm="embedded/incontext").most.calls == 8
