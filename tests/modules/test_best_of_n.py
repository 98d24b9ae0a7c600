"""BestOfN: several samples of one module, judged by a reward."""

from __future__ import annotations

import asyncio
from itertools import count
from typing import Any

import pytest

import weft
from weft.errors import BudgetExceeded, DataError, InputError, LMServerError, OptionError, StateError

_names = count()


class Numbered(weft.LM):
    """Answers which of its calls this is, and keeps the requests; the cache is on, as for a real provider."""

    waits = False

    def __init__(self, *answers: Any, **parameters: Any) -> None:
        super().__init__(f"numbered-{next(_names)}", provider="test", **{"cache": "on", **parameters})
        self.answers = answers
        self.requests: list[weft.Request] = []

    async def generate(self, request: weft.Request) -> weft.Response:
        self.requests.append(request)
        number = len(self.requests)
        answer = self.answers[number - 1] if number <= len(self.answers) else number
        if isinstance(answer, Exception):
            raise answer
        return weft.Response.of(f"[[ ## answer ## ]]\n{answer}", usage=weft.Usage(10, 1, calls=1))

    @property
    def samples(self) -> list[tuple[Any, Any]]:
        return [(request.rollout_id, request.temperature) for request in self.requests]


def qa(*answers: Any, **parameters: Any) -> weft.Predict[Any]:
    return weft.Predict("question -> answer: int", lm=Numbered(*answers, **parameters))


def lm_of(module: weft.Module) -> Any:
    return module.predictors()[0].lm


def worth(inputs: Any, prediction: Any) -> float:
    return {1: 0.2, 2: 0.8, 3: 0.5}.get(prediction.answer, 0.0)


@pytest.mark.parametrize("way", ["sync", "async", "batch"])
def test_the_best_is_returned_with_its_reward_and_all_rollouts(way: str) -> None:
    best = weft.BestOfN(qa(), N=3, reward_fn=worth)
    if way == "sync":
        result = best(question="?")
    else:
        result = asyncio.run(best.acall(question="?")) if way == "async" else best.batch([{"question": "?"}])[0]
    assert (result.answer, result.reward) == (2, 0.8)
    assert [(one.number, one.score, one.chosen) for one in result.rollouts] == [
        (1, 0.2, False),
        (2, 0.8, True),
        (3, 0.5, False),
    ]
    assert [one.prediction.answer for one in result.rollouts] == [1, 2, 3]
    assert result.usage.calls == 3
    assert result.copy(answer=4).answer == 4


def test_the_first_run_is_the_module_itself_and_the_others_are_samples_of_their_own() -> None:
    module = qa()
    best = weft.BestOfN(module, N=3, reward_fn=worth, temperature=0.7)
    assert module(question="?").answer == 1
    assert best(question="?").answer == 2
    assert lm_of(module).samples == [(None, None), (1, 0.7), (2, 0.7)]
    assert best(question="?").usage.calls == 0  # once more is the same, from the cache


def test_it_stops_at_the_threshold_and_takes_the_first_of_equals() -> None:
    module = qa()
    result = weft.BestOfN(module, 5, lambda inputs, prediction: prediction.answer >= 2, 1.0)(question="?")
    assert (result.answer, len(result.rollouts)) == (2, 2)
    assert weft.BestOfN(qa(), 3, lambda inputs, prediction: 0.5)(question="?").answer == 1


def test_a_reward_sees_inputs_prediction_and_steps_and_may_be_async_or_a_score() -> None:
    seen: list[Any] = []

    async def reward(inputs: Any, prediction: Any, trace: Any) -> weft.Score:
        await asyncio.sleep(0)
        seen.append((inputs.pop("question"), prediction.answer, [step.path for step in trace]))
        return weft.Score(1.0, "Fine.")

    result = weft.BestOfN(qa(), 2, reward)(question="?")
    assert seen == [("?", 1, ["module"]), ("?", 2, ["module"])]
    assert [(one.feedback, one.inputs, one.steps) for one in result.rollouts] == [("Fine.", {"question": "?"}, ())] * 2


def test_failed_runs_are_values_until_they_are_too_many() -> None:
    best = weft.BestOfN(qa(LMServerError("down"), 1, retries=0), 3, worth)
    result = best(question="?")
    assert (result.answer, [type(one.error) for one in result.rollouts]) == (3, [LMServerError, type(None), type(None)])
    with pytest.raises(LMServerError, match="third"):
        weft.BestOfN(qa(LMServerError("first"), LMServerError("second"), LMServerError("third"), retries=0), 3, worth)(
            question="?"
        )
    module = qa(LMServerError("first"), 1, retries=0)
    strict = weft.BestOfN(module, 3, worth, fail_count=0)
    with pytest.raises(LMServerError, match="first"):
        strict(question="?")
    assert len(lm_of(module).requests) == 1
    assert strict.fail_count == 0


def test_a_reward_function_that_fails_on_one_result_judges_the_others() -> None:
    result = weft.BestOfN(qa(), 3, lambda inputs, prediction: 1 / (prediction.answer - 1))(question="?")
    failed = result.rollouts[0]
    assert (result.answer, type(failed.error), failed.prediction.answer) == (2, ZeroDivisionError, 1)
    assert failed.score is None


def test_a_verdict_that_is_no_score_is_an_error_at_once() -> None:
    module = qa()
    with pytest.raises(DataError, match="The reward function 'words' returned 'good'"):
        weft.BestOfN(module, 2, words)(question="?")
    assert len(lm_of(module).requests) == 1


def words(inputs: Any, prediction: Any) -> Any:
    return "good"


def test_wrong_inputs_are_refused_once_and_before_any_call() -> None:
    module = qa()
    best = weft.BestOfN(module, 3, worth)
    events: list[weft.Event] = []
    with weft.listening(events.append), pytest.raises(InputError, match="Did you mean 'question'"):
        best(qestion="?")
    with pytest.raises(InputError, match="by name"):
        best("?")
    assert lm_of(module).requests == []
    assert not [event for event in events if event.kind == "rollout.end"]


def test_runs_side_by_side_give_what_runs_in_turn_give() -> None:
    async def answer(request: weft.Request) -> Any:
        await asyncio.sleep(0)
        return {"answer": (request.rollout_id or 0) + 1}

    module = weft.Predict("question -> answer: int", lm=weft.LM("scripted/x", answers=answer))
    for concurrency in (1, 2, 3, 7):
        result = weft.BestOfN(module, 4, worth, 0.8, concurrency=concurrency)(question="?")
        assert (result.answer, result.reward) == (2, 0.8)
    assert len(weft.BestOfN(module, 4, worth, 0.8, concurrency=3)(question="?").rollouts) == 3
    assert len(weft.BestOfN(module, 4, worth, concurrency=3)(question="?").rollouts) == 4


def test_calls_side_by_side_on_one_instance_do_not_disturb_each_other() -> None:
    def answer(request: weft.Request) -> Any:
        return LMServerError("down") if request.rollout_id is None else {"answer": request.rollout_id}

    lm = weft.LM("scripted/x", answers=answer, retries=0)
    best = weft.BestOfN(weft.Predict("question -> answer: int", lm=lm), 3, worth, fail_count=1)
    results = best.batch([{"question": str(number)} for number in range(20)], concurrency=8)
    assert {result.answer for result in results} == {2}


def test_samples_inside_samples_are_all_different() -> None:
    module = qa()
    inner = weft.BestOfN(module, 2, lambda inputs, prediction: 0.0)
    weft.BestOfN(inner, 3, lambda inputs, prediction: 0.0)(question="?")
    rollouts = [rollout for rollout, _ in lm_of(module).samples]
    assert len(set(rollouts)) == 6
    assert None in rollouts


def test_a_rollout_of_the_users_own_gives_other_samples() -> None:
    module = qa()
    best = weft.BestOfN(module, 2, worth)
    best(question="?")
    with best.using(parameters={"rollout_id": 7}):
        best(question="?")
    lm_of(module).requests.clear()
    weft.BestOfN(weft.Predict("question -> answer: int", lm=lm_of(module).copy(rollout_id=9)), 2, worth)(question="?")
    assert len(lm_of(module).requests) == 2


def test_a_spent_budget_ends_it_with_the_best_so_far() -> None:
    with weft.budget(calls=2):
        result = weft.BestOfN(qa(), 4, worth, fail_count=0)(question="?")
    assert result.answer == 2
    assert [type(one.error) for one in result.rollouts] == [type(None), type(None), BudgetExceeded]
    module = qa()
    with weft.budget(calls=1):
        module(question="other")
        with pytest.raises(BudgetExceeded):
            weft.BestOfN(module, 4, worth)(question="?")
    assert len(lm_of(module).requests) == 1


def test_a_budget_of_the_module_itself_is_a_failure_like_others() -> None:
    class Thrifty(weft.Module):
        def __init__(self) -> None:
            self.qa = qa()
            self.runs = 0

        def forward(self, question: str) -> Any:
            self.runs += 1
            with weft.budget(calls=1):
                result = self.qa(question=question)
                return result if self.runs > 1 else self.qa(question="more")

    with weft.budget(calls=9):
        result = weft.BestOfN(Thrifty(), 2, worth)(question="?")
    assert [type(one.error) for one in result.rollouts] == [BudgetExceeded, type(None)]


class Asks(weft.Module):
    def __init__(self, *answers: Any) -> None:
        self.qa = qa(*answers)

    def forward(self, question: str) -> Any:
        result = self.qa(question=question)
        weft.check(result.answer > 1, "More.")
        return result


def test_the_trace_has_the_steps_of_the_chosen_run_and_the_ledger_all() -> None:
    program = weft.BestOfN(qa(), 3, worth)
    with weft.trace() as steps, weft.track_usage() as ledger:
        program(question="?")
    assert [(step.path, step.prediction.answer) for step in steps] == [("module", 2)]
    assert ledger.total.calls == 3
    assert set(ledger.by_path()) == {"module"}


def test_a_reward_that_asks_a_model_is_paid_for_but_no_step() -> None:
    judge = weft.Predict("text -> answer: int", lm=Numbered(4, 9))

    def reward(inputs: Any, prediction: Any) -> float:
        return judge(text=str(prediction.answer)).answer

    with weft.trace() as steps:
        result = weft.BestOfN(qa(), 2, reward)(question="?")
    assert [step.path for step in steps] == ["module"]
    assert (result.reward, result.usage.calls) == (9.0, 4)
    assert lm_of(judge).samples == [(None, None), (None, None)]  # a judge is no rollout


def test_checks_inside_ask_again_within_a_run() -> None:
    best = weft.BestOfN(Asks(), 2, worth)
    with weft.trace() as steps:
        result = best(question="?")
    assert (result.answer, [one.prediction.answer for one in result.rollouts]) == (2, [2, 3])
    assert [(step.path, step.attempt) for step in steps] == [("module.qa", 2)]


def test_a_check_around_it_tells_every_run_what_was_wrong() -> None:
    class Wary(weft.Module):
        def __init__(self) -> None:
            self.best = weft.BestOfN(qa(), 2, worth)

        def forward(self, question: str) -> Any:
            result = self.best(question=question)
            weft.check(result.answer > 4, "More, please.")
            return result

    def last_is_best(inputs: Any, prediction: Any) -> float:
        return prediction.answer

    program = Wary()
    program.best = weft.BestOfN(qa(), 2, last_is_best)
    assert program(question="?").answer == 6
    turns = [request.messages[-1].text for request in lm_of(program).requests]
    assert ["More, please." in turn for turn in turns] == [False, False, True, True, True, True]
    assert [("answer: 2" in turn, "answer: 4" in turn) for turn in turns[2:]] == [(True, False)] * 2 + [
        (False, True)
    ] * 2


def test_a_check_inside_may_ask_a_step_before_it_again() -> None:
    class Inner(weft.Module):
        runs = 0

        def forward(self, question: int) -> int:
            type(self).runs += 1
            weft.check(question > 1, "More.")
            return question

    class Around(weft.Module):
        def __init__(self) -> None:
            self.qa = qa()
            self.best = weft.BestOfN(Inner(), 2, lambda inputs, result: result)

        def forward(self, question: str) -> Any:
            return self.best(question=self.qa(question=question).answer)

    program = Around()
    assert program(question="?") == 2
    assert Inner.runs == 3  # the refused run ends at once
    assert "More." in lm_of(program).requests[-1].messages[-1].text


def test_state_files_and_bound_states_reach_what_is_inside(tmp_path: Any) -> None:
    def fresh() -> Any:
        return weft.BestOfN(weft.ChainOfThought("question -> answer: int"), 2, worth)

    best, answers = fresh(), [{"reasoning": "r", "answer": 2}]
    assert [path for path, _ in best.named_predictors()] == ["module.predict"]
    changed = best.with_state(best.state.set("module.predict.instructions", "Be right."))
    changed.save(tmp_path / "best.json")
    assert best.state.get_slot("module.predict.instructions") is None
    for program, state in ((fresh().load(tmp_path / "best.json"), None), (best, changed.state)):
        with weft.context(lm=weft.LM("scripted/x", answers=answers, cycle=True)), program.using(state):
            assert program(question="?").answer == 2
        assert weft.inspect_history(2).count("Be right.") == 2
    with pytest.raises(StateError):
        weft.BestOfN(weft.Predict("question -> answer"), 2, worth).load(tmp_path / "best.json")


def test_events_tell_of_every_run() -> None:
    events: list[weft.Event] = []
    with weft.listening(events.append):
        weft.BestOfN(qa(LMServerError("down"), 2, retries=0), 2, worth)(question="?")
    ends = [event.fields for event in events if event.kind == "rollout.end"]
    assert [(end["number"], end["score"], type(end["error"])) for end in ends] == [
        (1, None, LMServerError),
        (2, 0.8, type(None)),
    ]


def test_a_stream_ends_with_the_chosen_prediction() -> None:
    events: list[Any] = list(weft.BestOfN(qa(), 3, worth).stream(question="?"))
    assert (events[-1].answer, events[-1].reward) == (2, 0.8)
    told = [(event.kind, event.path, event.call) for event in events if isinstance(event, weft.StatusEvent)]
    assert [place for place in told if place[0] == "rollout.end"] == [("rollout.end", "self", 1)] * 3
    assert [place for place in told if place[0] == "restart"] == [("restart", "module", 1), ("restart", "module", 3)]
    texts = [(event.call, event.text) for event in events if isinstance(event, weft.FieldChunk)]
    assert texts == [(1, "1"), (2, "2"), (3, "3")]


def test_an_estimate_counts_all_runs_and_judges_none() -> None:
    def reward(inputs: Any, prediction: Any) -> Any:
        raise AssertionError("a stand-in was judged")

    estimate = weft.BestOfN(qa(), 3, reward, 0.0).estimate(question="?")
    assert (estimate.most.calls, estimate.problem) == (3, None)


def test_what_is_no_prediction_can_be_judged_too() -> None:
    class Plain(weft.Module):
        def forward(self, number: int) -> int:
            return number * 2

    assert weft.BestOfN(Plain(), 2, lambda inputs, result: result)(number=4) == 8


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"module": len}, "BestOfN runs a module, such as weft.Predict(…), not <built-in function len>."),
        ({"N": 0}, "N of BestOfN must be a whole number of at least 1, not 0."),
        ({"N": True}, "N of BestOfN must be a whole number"),
        ({"threshold": "high"}, "threshold of BestOfN must be a number or None, not 'high'."),
        ({"threshold": float("nan")}, "threshold of BestOfN must be a number"),
        ({"fail_count": -1}, "fail_count of BestOfN must be a whole number of at least 0, not -1."),
        ({"concurrency": 0}, "concurrency of BestOfN must be a whole number of at least 1"),
        ({"temperature": -1}, "temperature for BestOfN must be a number of at least 0, not -1."),
        ({"treshold": 1}, "Did you mean 'threshold'?"),
    ],
)
def test_wrong_options_are_refused(options: dict[str, Any], message: str) -> None:
    given: dict[str, Any] = {"module": qa(), "N": 2, "reward_fn": worth, **options}
    with pytest.raises(OptionError) as caught:
        weft.BestOfN(**given)
    assert message in str(caught.value)


def test_a_reward_must_be_a_function() -> None:
    with pytest.raises(DataError, match=r"A reward function is a function of \(inputs, prediction\), not 0.5"):
        weft.BestOfN(qa(), 2, 0.5)  # type: ignore[arg-type]
