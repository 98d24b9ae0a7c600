"""MultiChainComparison: several attempts are shown, one answer is made of them."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

import weft
from weft.errors import InputError, OptionError, SignatureError

ATTEMPTS = [
    weft.Prediction(reasoning="2 and 2 make 4.", answer=4),
    {"rationale": "Twice 2, and twice again.", "answer": 8},
    {"answer": 22},
]


class Sum(weft.Signature):
    """Do the sum."""

    question: str = weft.InputField()
    answer: int = weft.OutputField(ge=0)


def comparing(answer: Any = 4) -> weft.LM:
    return weft.LM("scripted/x", answers=lambda request: {"rationale": "The first adds.", "answer": answer})


@pytest.mark.parametrize("way", ["sync", "async"])
@pytest.mark.parametrize("signature", [Sum, "question -> answer: int"])
def test_attempts_are_shown_with_their_reasoning_and_the_answer_is_typed(signature: Any, way: str) -> None:
    compare = weft.MultiChainComparison(signature)
    with weft.context(lm=comparing()), weft.trace() as steps:
        given: Any = {"question": "2+2?"}
        result = compare(ATTEMPTS, **given) if way == "sync" else asyncio.run(compare.acall(ATTEMPTS, **given))
    assert (result.answer, result.rationale) == (4, "The first adds.")
    turn = steps[0].request.messages[-1].text
    assert "[[ ## question ## ]]\n2+2?" in turn
    assert "[[ ## reasoning_attempt_1 ## ]]\nreasoning: 2 and 2 make 4.\nanswer: 4" in turn
    assert "[[ ## reasoning_attempt_2 ## ]]\nrationale: Twice 2, and twice again.\nanswer: 8" in turn
    assert "[[ ## reasoning_attempt_3 ## ]]\nanswer: 22" in turn


def test_the_completions_of_one_call_can_be_compared() -> None:
    think = weft.ChainOfThought(Sum, n=3)
    with weft.context(lm=weft.LM("scripted/x", answers=[{"reasoning": "r", "answer": number} for number in (4, 5, 6)])):
        attempts = think(question="2+2?")
    compare = weft.MultiChainComparison(Sum, M=3)
    with weft.context(lm=comparing()), weft.trace() as steps:
        compare(attempts, question="2+2?")
        compare(attempts.completions, question="2+2?")
    for step in steps:
        assert [step.inputs[f"reasoning_attempt_{number}"][-1] for number in (1, 2, 3)] == ["4", "5", "6"]


def test_a_signature_that_reasons_needs_no_reasoning_of_its_attempts() -> None:
    compare = weft.MultiChainComparison("question -> reasoning, answer: int", M=1)
    lm = weft.LM("scripted/x", answers=[{"rationale": "r", "reasoning": "s", "answer": 1}])
    with weft.context(lm=lm):
        assert list(compare([{"answer": 3}], question="?")) == ["rationale", "reasoning", "answer"]


def test_too_few_or_wrong_attempts_are_refused_before_any_call() -> None:
    compare = weft.MultiChainComparison(Sum, M=2)
    with weft.context(lm=weft.LM("scripted/x")), weft.track_usage() as ledger:
        with pytest.raises(InputError) as caught:
            compare(ATTEMPTS, question="?")
        assert str(caught.value) == "MultiChainComparison compares 2 attempts (M), and 3 were given."
        with pytest.raises(InputError, match=r"Attempt 2 has no 'answer'\. Did you mean 'anwser'"):
            compare([ATTEMPTS[0], {"anwser": 3}], question="?")
        with pytest.raises(InputError, match="Attempt 2 must be a prediction or a dict, not '4'"):
            compare([ATTEMPTS[0], "4"], question="?")  # type: ignore[list-item]
        with pytest.raises(InputError, match="What is compared is a list of attempts, not 4"):
            compare(4, question="?")  # type: ignore[arg-type]
        with pytest.raises(InputError, match="Did you mean 'question'"):
            compare(ATTEMPTS[:2], qestion="?")
    assert ledger.total.calls == 0


def test_demos_and_state_files_work(tmp_path: Any) -> None:
    compare = weft.MultiChainComparison(Sum, M=1)
    demo = {"question": "1+1?", "reasoning_attempt_1": "answer: 3", "rationale": "Miscounted.", "answer": 2}
    changed = compare.with_state(compare.state.set("predict.demos", [demo]))
    changed.save(tmp_path / "compare.json")
    loaded = weft.MultiChainComparison(Sum, M=1).load(tmp_path / "compare.json")
    with weft.context(lm=comparing()), weft.trace() as steps:
        loaded(ATTEMPTS[:1], question="2+2?")
    assert any("Miscounted." in message.text for message in steps[0].request.messages[:-1])


def test_names_that_are_taken_are_refused() -> None:
    with pytest.raises(SignatureError, match="has an input 'completions'"):
        weft.MultiChainComparison("completions -> answer")
    with pytest.raises(SignatureError, match="reasoning_attempt_1"):
        weft.MultiChainComparison("reasoning_attempt_1 -> answer")
    with pytest.raises(OptionError, match="M of MultiChainComparison must be a whole number of at least 1, not 0"):
        weft.MultiChainComparison(Sum, M=0)
    with pytest.raises(OptionError, match="Did you mean 'temperature'"):
        weft.MultiChainComparison(Sum, temprature=1)
