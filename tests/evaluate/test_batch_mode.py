"""Evaluate in batches gives what it gives live, with all examples under way at once."""

from __future__ import annotations

from typing import Any

import pytest

import weft
from weft.errors import EvaluationError, OptionError

DATA = [weft.Example(question=f"{n}+1?", answer=str(n + 1)).with_inputs("question") for n in range(30)]


def model(**options: Any) -> weft.LM:
    def answer(request: weft.Request) -> dict[str, str]:
        number = int(request.messages[-1].text.split("+")[0].split()[-1])
        return {"answer": str(number + 1 if number % 3 else number)}

    return weft.LM("scripted/x", answers=answer, **options)


class Checked(weft.Module):
    def __init__(self) -> None:
        self.ask = weft.Predict("question -> answer")
        self.check = weft.Predict("question, draft -> answer")

    async def aforward(self, question: str) -> weft.Prediction:
        draft = await self.ask.acall(question=question)
        return await self.check.acall(question=question, draft=draft.answer)


def test_scores_rows_and_usage_are_those_of_a_live_evaluation() -> None:
    live = weft.Evaluate(devset=DATA, metric=weft.exact_match)
    batched = weft.Evaluate(devset=DATA, metric=weft.exact_match, mode="batch")
    events: list[weft.Event] = []
    with weft.context(lm=model()):
        expected = live(Checked())
    with weft.context(lm=model(batch=True)), weft.batch(poll=0.001), weft.listening(events.append):
        result = batched(Checked())
    assert result == expected
    assert 60 < result.score < 70
    sent = [event.fields["requests"] for event in events if event.kind == "batch.submitted"]
    assert sent == [30, 30]  # not limited by the setting `concurrency`


def test_it_opens_a_block_of_its_own_where_there_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    events: list[weft.Event] = []
    lm = model(batch=True)
    monkeypatch.setattr("weft.evaluate.evaluate.batch", lambda: weft.batch(poll=0.001))  # whose default is 5 seconds
    evaluate = weft.Evaluate(devset=DATA, metric=weft.exact_match, mode="batch", concurrency=10)
    with weft.context(lm=lm), weft.listening(events.append):
        result = evaluate(weft.Predict("question -> answer"))
    assert 60 < result.score < 70
    assert [event.fields["requests"] for event in events if event.kind == "batch.submitted"] == [10, 10, 10]


def test_a_metric_that_asks_a_model_is_batched_too() -> None:
    judge = weft.Predict("answer -> verdict")
    lm = weft.LM("scripted/x", answers=lambda request: {"answer": "1", "verdict": "good"}, batch=True)

    async def judged(example: weft.Example, prediction: Any) -> bool:
        return (await judge.acall(answer=prediction.answer)).verdict == "good"

    events: list[weft.Event] = []
    with weft.context(lm=lm), weft.batch(lm, poll=0.001), weft.listening(events.append):
        result = weft.Evaluate(devset=DATA, metric=judged)(weft.Predict("question -> answer"))
    assert result.score == 100.0
    assert [event.fields["requests"] for event in events if event.kind == "batch.submitted"] == [30, 30]


def test_a_model_that_takes_no_batches_is_said_before_anything_is_paid() -> None:
    lm = weft.LM("scripted/x", answers=["Hi"], latency=0.001)
    with weft.context(lm=lm), pytest.raises(EvaluationError, match="takes no batches") as raised:
        weft.Evaluate(devset=DATA[:1], metric=weft.exact_match, mode="batch")(weft.Predict("question -> answer"))
    assert isinstance(raised.value.__cause__, OptionError)


def test_the_mode_is_checked() -> None:
    with pytest.raises(OptionError, match="mode is 'live' or 'batch', not 'bach'"):
        weft.Evaluate(devset=DATA, metric=weft.exact_match, mode="bach")  # type: ignore[arg-type]
