"""Checks: a step whose answer does not pass is asked again and told why, and the steps before it are not."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from pupil import Hopeless, Pupil, TwoSteps, TwoStepsAsync, called

import weft
from weft.errors import BudgetExceeded, CheckFailed, OptionError

if TYPE_CHECKING:
    from collections.abc import Callable


@pytest.mark.parametrize("way", ["sync", "async", "batch"])
@pytest.mark.parametrize("form", [TwoSteps, TwoStepsAsync])
def test_a_step_that_fails_a_check_is_asked_again_and_the_one_before_is_not(form: type[TwoSteps], way: str) -> None:
    lm, program = Pupil(), form()
    with weft.context(lm=lm):
        result = called(program, way, question="2+2?")
    assert result.answer == "2+2? bad best"
    assert (lm.asked("question"), lm.asked("query"), program.began) == (1, 3, 3)
    assert result.usage.calls == 4


def test_the_model_reads_its_last_answer_and_all_that_was_wrong() -> None:
    lm = Pupil()
    with weft.context(lm=lm):
        TwoSteps()(question="2+2?")
    assert lm.turns[2] == (
        "[[ ## query ## ]]\n2+2? bad\n\n"
        "[[ ## previous answer ## ]]\nanswer: 2+2? bad bad\n\n"
        "[[ ## what was wrong with it ## ]]\nIt must be the best."
    )
    assert "[[ ## previous answer ## ]]\nanswer: 2+2? bad better\n\n" in lm.turns[3]
    assert lm.turns[3].count("It must be the best.") == 1


def test_what_was_wrong_before_is_not_forgotten() -> None:
    class Strict(TwoSteps):
        def verify(self, result: Any) -> None:
            weft.check("bad bad" not in result.answer, "Not that bad.")
            weft.check("best" in result.answer, "It must be the best.")

    lm = Pupil()
    with weft.context(lm=lm):
        Strict()(question="2+2?")
    assert lm.turns[3].endswith("\nIt must be the best.\nAnswers before were refused, too:\nNot that bad.")


def test_after_the_last_attempt_the_failure_tells_all() -> None:
    with weft.context(lm=Pupil()), pytest.raises(CheckFailed) as caught:
        Hopeless()(question="2+2?")
    error = caught.value
    assert str(error) == ("Never good. The step 'answer' was asked 3 times; it answered last: answer='2+2? bad best'")
    assert (error.message, error.step, error.attempts) == ("Never good.", "answer", 3)
    assert error.answer == {"answer": "2+2? bad best"}
    assert [(record.attempt, record.answer["answer"], record.hard) for record in error.records] == [
        (1, "2+2? bad bad", True),
        (2, "2+2? bad better", True),
        (3, "2+2? bad best", True),
    ]
    assert str(error.records[0]) == "answer, answer 1: Never good."
    assert isinstance(error, AssertionError)


@pytest.mark.parametrize(("setting", "of_module", "of_step", "attempts"), [
    (0, None, None, 1),
    (3, None, None, 4),
    (3, 1, None, 2),
    (3, 1, 0, 1),
])  # fmt: skip
def test_the_nearest_limit_holds(setting: int, of_module: int | None, of_step: int | None, attempts: int) -> None:
    program = Hopeless()
    program.max_backtracks = of_module
    program.answer = weft.Predict("query -> answer", max_backtracks=of_step)
    with weft.context(lm=Pupil(), max_backtracks=setting), pytest.raises(CheckFailed) as caught:
        program(question="2+2?")
    assert caught.value.attempts == attempts


@pytest.mark.parametrize("wrong", [-1, 1.5, True, "2"])
def test_a_limit_is_a_whole_number(wrong: Any) -> None:
    with pytest.raises(OptionError, match="max_backtracks of Predict must be a whole number of at least 0"):
        weft.Predict("q -> a", max_backtracks=wrong)
    program = Hopeless()
    program.max_backtracks = wrong
    with weft.context(lm=Pupil()), pytest.raises(OptionError, match="max_backtracks of Hopeless must be"):
        program(question="2+2?")


def test_a_condition_that_always_holds_and_a_message_that_is_none_are_mistakes() -> None:
    async def judge() -> bool:
        return False

    coroutine = judge()
    with pytest.raises(OptionError, match=r"of the check 'Too short\.' always holds; await it first"):
        weft.check(coroutine, "Too short.")
    coroutine.close()
    with pytest.raises(OptionError, match="always holds; call it first"):
        weft.suggest(judge, "Too short.")
    for wrong in (True, " "):
        with pytest.raises(OptionError, match="a text that says what is wrong, not"):
            weft.check("three lines", wrong)  # type: ignore[arg-type]


def test_a_suggestion_is_given_up_and_the_program_goes_on() -> None:
    class Polite(TwoSteps):
        def verify(self, result: Any) -> None:
            self.held = weft.suggest("perfect" in result.answer, "It should be perfect.")

    lm, program, events = Pupil(), Polite(), list[weft.Event]()
    with weft.context(lm=lm), weft.listening(events.append):
        result = program(question="2+2?")
    assert (result.answer, program.held, lm.asked("query")) == ("2+2? bad best", False, 3)
    assert [(record.attempt, record.hard) for record in result.checks] == [(1, False), (2, False), (3, False)]
    failed = [event.fields for event in events if event.kind == "check.failed"]
    assert [(event["path"], event["attempt"], event["again"]) for event in failed] == [
        ("answer", 1, True),
        ("answer", 2, True),
        ("answer", 3, False),
    ]
    assert {(event["message"], event["hard"]) for event in failed} == {("It should be perfect.", False)}


def test_a_suggestion_that_is_given_up_leaves_a_check_its_attempts() -> None:
    class Both(TwoSteps):
        def verify(self, result: Any) -> None:
            weft.suggest("perfect" in result.answer, "It should be perfect.")
            weft.check("fifth" in result.answer, "It must be the fifth.")

    lm = Pupil(("first", "second", "third", "fourth", "fifth"))
    with weft.context(lm=lm):
        result = Both()(question="2+2?")
    assert result.answer == "2+2? first fifth"
    assert lm.asked("query") == 5


def test_a_suggestion_that_holds_costs_nothing() -> None:
    lm = Pupil(("best",))
    with weft.context(lm=lm):
        assert weft.suggest(True, "unneeded")
        assert TwoSteps()(question="2+2?").checks == ()
    assert len(lm.turns) == 2


class Named(TwoSteps):
    """Blames the query for the answer."""

    def __init__(self, name: Callable[[Named], Any]) -> None:
        super().__init__()
        self.name = name

    def verify(self, result: Any) -> None:
        weft.check(result.answer.startswith("2+2? best"), "The query must be the best.", step=self.name(self))


@pytest.mark.parametrize("name", [lambda program: "think", lambda program: program.think])
def test_an_earlier_step_is_asked_again_and_what_depends_on_it_too(name: Callable[[Named], Any]) -> None:
    lm = Pupil()
    with weft.context(lm=lm):
        assert Named(name)(question="2+2?").answer == "2+2? best bad"
    assert (lm.asked("question"), lm.asked("query")) == (3, 3)


def test_a_module_that_holds_the_predictor_names_it_too() -> None:
    class Reasoned(weft.Module):
        def __init__(self) -> None:
            self.solve = weft.ChainOfThought("question -> answer")
            self.other = weft.Predict("query -> note")

        def forward(self, question: str, step: Any) -> Any:
            result = self.solve(question=question)
            self.other(query=question)
            weft.check("best" in result.answer, "Better!", step=self.solve if step is None else step)
            return result

    lm = Pupil()
    with weft.context(lm=lm):
        assert Reasoned()(question="2+2?", step=None).answer == "2+2? best"
        assert Reasoned()(question="2+2?", step="solve").answer == "2+2? best"
        assert Reasoned()(question="2+2?", step="solve.predict").answer == "2+2? best"
    assert lm.asked("query") == 3


def test_a_step_that_there_is_not_is_said_before_anything_is_checked() -> None:
    class Misnamed(TwoSteps):
        def forward(self, question: str) -> Any:
            weft.check(True, "fine", step="thnk")

    with pytest.raises(OptionError, match=r"Misnamed has no step 'thnk'\. Did you mean 'think'"):
        Misnamed()(question="?")
    with pytest.raises(OptionError, match="There is no step 'think': no module runs here"):
        weft.suggest(True, "fine", step="think")


def test_a_step_that_has_not_run_cannot_be_asked_again() -> None:
    class Early(TwoSteps):
        def forward(self, question: str) -> Any:
            self.think(question=question)
            weft.check(False, "No answer yet.", step="answer")

    with weft.context(lm=Pupil()), pytest.raises(CheckFailed, match=r"^No answer yet\.$") as caught:
        Early()(question="?")
    assert (caught.value.step, caught.value.attempts, caught.value.records) == ("", 0, ())


def test_outside_of_every_module_a_check_fails_at_once() -> None:
    with pytest.raises(CheckFailed, match=r"^Too short\.$"):
        weft.check(False, "Too short.")
    events: list[weft.Event] = []
    with weft.listening(events.append):
        assert weft.suggest(False, "Too short.") is False
    told = {"path": "", "call": 0, "message": "Too short.", "attempt": 0, "hard": False, "again": False}
    assert events == [weft.Event("check.failed", told)]
    with weft.context(lm=Pupil()), weft.trace() as steps:
        weft.Predict("query -> answer")(query="2+2?")
        with pytest.raises(CheckFailed, match="was asked once"):
            weft.check(False, "Too short.")
        weft.suggest(False, "Too long.")
    assert [record.message for record in steps[0].checks] == ["Too short.", "Too long."]
    assert (steps[0].path, steps[0].call) == ("self", 1)


def test_code_that_catches_the_failure_decides_itself() -> None:
    class Catching(TwoSteps):
        def forward(self, question: str) -> Any:
            result = self.think(question=question)
            try:
                weft.check(False, "No.")
            except CheckFailed as failure:
                return failure.message
            return result

    lm = Pupil()
    with weft.context(lm=lm):
        assert Catching()(question="?") == "No."
    assert len(lm.turns) == 1


def test_the_same_bad_answer_from_the_cache_is_no_attempt(request: pytest.FixtureRequest) -> None:
    lm = Pupil(("bad",), cache="on")
    question = request.node.name
    with weft.context(lm=lm):
        for _ in range(2):
            with pytest.raises(CheckFailed):
                Hopeless()(question=question)
            assert (lm.asked("question"), lm.asked("query")) == (1, 3)  # of the second run, all is in the cache


def test_retries_are_paid_out_of_the_budget() -> None:
    lm = Pupil()
    with weft.context(lm=lm), weft.budget(calls=3) as budget, pytest.raises(BudgetExceeded):
        TwoSteps()(question="2+2?")
    assert budget.spent.calls == len(lm.turns) == 3


def test_a_trace_has_the_answers_that_count_with_what_they_failed_before() -> None:
    with weft.context(lm=Pupil()), weft.trace() as steps:
        result = TwoSteps()(question="2+2?")
        with pytest.raises(CheckFailed):
            Hopeless()(question="1+1?")
    assert [(step.path, step.attempt, len(step.checks)) for step in steps] == [
        ("think", 1, 0),
        ("answer", 3, 2),
        ("think", 1, 0),
        ("answer", 3, 3),
    ]
    assert steps[1].prediction.answer == result.answer
    assert result.checks == steps[1].checks
    assert "previous answer" not in steps[1].request.messages[-1].text
    assert [step.call for step in steps] == [1, 3, 1, 3]


def test_evaluations_keep_what_failed() -> None:
    class Mixed(TwoSteps):
        def verify(self, result: Any) -> None:
            weft.check("never" not in result.answer, "Never.")
            weft.check("better" in result.answer, "Not that bad.")

    seen: list[int] = []

    def metric(example: weft.Example, prediction: weft.Prediction) -> weft.Score:
        seen.append(len(prediction.checks))
        return weft.Score(1 / (1 + len(prediction.checks)), "; ".join(record.message for record in prediction.checks))

    data = [weft.Example(question=question).with_inputs("question") for question in ("one", "never", "two")]
    with weft.context(lm=Pupil()):
        result = weft.Evaluate(data, metric)(Mixed())
    assert [[record.message for record in row.checks] for row in result.rows] == [
        ["Not that bad."],
        ["Never.", "Never.", "Never."],
        ["Not that bad."],
    ]
    assert seen == [1, 1]
    assert [row.score for row in result.rows] == [0.5, None, 0.5]
    assert result.rows[0].feedback == "Not that bad."


def test_forward_runs_again_with_all_that_it_does() -> None:
    class Noting(TwoSteps):
        def forward(self, question: str) -> Any:
            notes.append(question)
            return super().forward(question)

    notes: list[str] = []
    with weft.context(lm=Pupil()):
        Noting()(question="2+2?")
    assert notes == ["2+2?"] * 3


@pytest.mark.parametrize("limit", [0, 1, 2])
def test_a_program_that_goes_another_way_each_time_ends_all_the_same(limit: int) -> None:
    class Wandering(weft.Module):
        def __init__(self) -> None:
            self.began = 0

        def forward(self) -> Any:
            self.began += 1
            weft.Predict("query -> answer")(query=f"first {self.began}")
            weft.Predict("query -> answer")(query=f"second {self.began}")
            weft.check(False, "Never good.")

    program = Wandering()
    with weft.context(lm=Pupil(), max_backtracks=limit), pytest.raises(CheckFailed):
        program()
    assert program.began <= 1 + 2 * limit


def test_a_predictor_made_in_forward_is_asked_again_too() -> None:
    class Fresh(weft.Module):
        def forward(self, query: str) -> Any:
            before = weft.Predict("query -> answer")(query=query)
            result = weft.Predict("query -> answer")(query=before.answer)
            weft.check("best" in result.answer, "Better!")
            return result

    lm = Pupil()
    with weft.context(lm=lm):
        assert Fresh()(query="q").answer == "q bad best"
    assert len(lm.turns) == 4


def test_an_estimate_ignores_checks_since_nothing_is_answered() -> None:
    program = weft.Predict("query -> answer", checks=[(lambda prediction: False, "Never.")])
    with weft.context(lm=Pupil()):
        assert Hopeless().estimate(question="2+2?").expected.calls == 2
        assert program.estimate(query="2+2?").expected.calls == 1
