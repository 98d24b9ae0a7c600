"""Checks that a predictor has of its own, and the feedback that it gets."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest
from pupil import Pupil, TwoSteps, called

import weft
from weft.errors import CheckFailed, OptionError, StateError


def best(prediction: Any) -> bool:
    return "best" in prediction.answer


async def best_async(prediction: Any) -> bool:
    await asyncio.sleep(0)
    return best(prediction)


def best_said(prediction: Any) -> str:
    return "" if best(prediction) else "Better!"


def best_asserted(prediction: Any) -> None:
    if not best(prediction):
        raise AssertionError("Better!")


def best_checked(prediction: Any) -> None:
    weft.check(best(prediction), "Better!")


class Best:
    def __call__(self, prediction: Any) -> bool:
        return best(prediction)


@pytest.mark.parametrize(
    ("check", "message"),
    [
        ((best, "Better!"), "Better!"),
        ((best_async, "Better!"), "Better!"),
        (best, "The answer does not pass the check 'best'."),
        (Best(), "The answer does not pass the check 'Best'."),
        (best_said, "Better!"),
        (best_asserted, "Better!"),
        (best_checked, "Better!"),
    ],
)
@pytest.mark.parametrize("way", ["sync", "async", "batch"])
def test_a_predictors_own_checks(check: Any, message: str, way: str) -> None:
    lm = Pupil()
    predict = weft.Predict("query -> answer", lm=lm, checks=[check])
    result = called(predict, way, query="2+2?")
    assert (result.answer, result.usage.calls, len(lm.turns)) == ("2+2? best", 3, 3)
    assert [(record.path, record.message) for record in result.checks] == [("self", message)] * 2
    assert message in lm.turns[1]


def test_all_that_is_wrong_with_an_answer_is_told_at_once() -> None:
    lm = Pupil()
    checks = [(lambda prediction: "bad" not in prediction.answer, "Not bad."), (best, "The best.")]
    result = weft.Predict("query -> answer", lm=lm, checks=checks)(query="2+2?")
    assert [record.message for record in result.checks] == ["Not bad.\nThe best.", "The best."]


def test_a_predictor_that_never_passes_fails_alone_and_in_a_module() -> None:
    class Around(weft.Module):
        def __init__(self) -> None:
            self.answer = predict

        def forward(self, query: str) -> Any:
            return self.answer(query=query)

    lm = Pupil()
    predict = weft.ChainOfThought(
        "query -> answer", lm=lm, checks=[(lambda prediction: False, "Never.")], max_backtracks=1
    )
    for program, path in ((predict, "predict"), (Around(), "answer.predict")):
        lm.turns.clear()
        with pytest.raises(CheckFailed, match=f"The step '{path}' was asked 2 times"):
            program(query="2+2?")
        assert len(lm.turns) == 2


def test_an_error_in_a_check_is_the_users() -> None:
    def broken(prediction: Any) -> bool:
        raise KeyError("oops")

    def grade(prediction: Any) -> Any:
        return 0.3

    lm = Pupil()
    with pytest.raises(KeyError, match="oops"):
        weft.Predict("query -> answer", lm=lm, checks=[broken])(query="2+2?")
    with pytest.raises(OptionError, match=r"'grade' returned 0\.3; it must return a bool, a text or None"):
        weft.Predict("query -> answer", lm=lm, checks=[grade])(query="2+2?")
    assert len(lm.turns) == 2


@pytest.mark.parametrize("wrong", ["best", [3], [("Better!", best)], [(best, 3)], [(best, "a", "b")]])
def test_a_check_that_is_none_is_said_at_once(wrong: Any) -> None:
    with pytest.raises(OptionError, match=r"A check is a function|checks is a list of functions"):
        weft.Predict("query -> answer", checks=wrong)


def test_checks_are_of_the_code_and_not_of_the_state(tmp_path: Any) -> None:
    lm = Pupil()
    predict = weft.Predict("query -> answer", lm=lm, checks=[(best, "Better!")])
    copied = predict.with_state(predict.state.set("self.instructions", "Answer."))
    assert copied(query="2+2?").answer == "2+2? best"
    predict.save(tmp_path / "state.json")
    assert "Better" not in (tmp_path / "state.json").read_text()


def test_feedback_can_be_given_from_outside() -> None:
    lm, program = Pupil(), TwoSteps()
    advice = {"think": weft.Feedback("Think harder."), "answer": weft.Feedback("Too bad.", {"answer": "2+2? better"})}
    with weft.context(lm=lm), program.using(feedback=advice):
        assert program(question="2+2?").answer == "2+2? bad best"
    assert lm.turns == [
        "[[ ## question ## ]]\n2+2?\n\n[[ ## advice ## ]]\nThink harder.",
        "[[ ## query ## ]]\n2+2? bad\n\n[[ ## previous answer ## ]]\nanswer: 2+2? better"
        "\n\n[[ ## what was wrong with it ## ]]\nToo bad.",
    ]
    with pytest.raises(StateError, match=r"TwoSteps has no predictor 'thnk'\. Did you mean 'think'"):
        program.using(feedback={"thnk": weft.Feedback("?")})


def test_tags_stay_tags() -> None:
    predict = weft.Predict("query -> answer", adapter="xml", lm=Pupil())
    with predict.using(feedback={"self": weft.Feedback("Too bad.", {"answer": "2+2? better"})}):
        assert predict.render(query="2+2?").messages[-1].text.split("\n\n", 1)[1] == (
            "<previous_answer>\nanswer: 2+2? better\n</previous_answer>\n\n"
            "<what_was_wrong_with_it>\nToo bad.\n</what_was_wrong_with_it>"
        )


def test_an_adapter_may_write_feedback_in_its_own_form() -> None:
    class Shouting(weft.ChatAdapter):
        def with_feedback(self, request: weft.Request, feedback: weft.Feedback) -> weft.Request:
            answer = json.dumps(dict(feedback.answer or {}))
            turns = (weft.Message.of("assistant", answer), weft.Message.of("user", feedback.message.upper()))
            return request.replace(messages=(*request.messages, *turns))

    requests: list[weft.Request] = []
    lm = weft.LM("scripted/x", answers=lambda request: requests.append(request) or {"answer": f"take {len(requests)}"})
    predict = weft.Predict(
        "query -> answer", lm=lm, adapter=Shouting(), checks=[(lambda prediction: prediction.answer == "take 2", "no")]
    )
    assert predict(query="?").answer == "take 2"
    assert [message.text for message in requests[1].messages[-2:]] == ['{"answer": "take 1"}', "NO"]


def test_a_long_answer_gives_way_to_what_was_wrong_with_it() -> None:
    lm = weft.LM("scripted/x", answers=[{"answer": "word " * 2000}, {"answer": "short"}], context_window=1200)
    sent: list[Any] = []
    predict = weft.Predict(
        "query -> answer", lm=lm, checks=[(lambda p: len(p.answer) < 9, "Too long.")], max_tokens=100
    )
    with weft.listening(lambda event: sent.append(event) if event.kind == "prompt.fitted" else None):
        assert predict(query="Say it.").answer == "short"
    assert [str(part).split(" from")[0] for part in sent[0].fields["parts"]] == ["previous answer trimmed"]
