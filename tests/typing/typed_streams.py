"""What a type checker knows of streams and checks; checked by pyright, and run, so that what is claimed is also so."""
# pyright: strict, reportUnnecessaryTypeIgnoreComment=true

from __future__ import annotations

from collections.abc import AsyncGenerator, Generator, Sequence
from typing import Any, assert_type

import weft


class Triage(weft.Signature):
    """Say how urgent the ticket is."""

    ticket: str = weft.InputField()
    urgency: int = weft.OutputField(ge=1, le=5)


@weft.predict
def urgency(ticket: str) -> int:
    """Say how urgent the ticket is."""
    raise NotImplementedError


class Program(weft.Module):
    def __init__(self) -> None:
        self.triage = weft.Predict(Triage)

    def forward(self, ticket: str) -> int:
        result = self.triage(ticket=ticket)
        weft.check(result.urgency < 5, "That urgent?", step=self.triage)
        assert_type(weft.suggest(result.urgency < 4, "Calm down.", step="triage"), bool)
        return result.urgency


async def events_have_the_type_of_the_answer(ticket: str) -> int:
    predict = weft.Predict(Triage)
    assert_type(predict.astream(ticket=ticket), AsyncGenerator[weft.FieldChunk | weft.StatusEvent | Triage, None])
    assert_type(predict.stream(ticket=ticket), Generator[weft.FieldChunk | weft.StatusEvent | Triage, None, None])
    urgent = 0
    async for event in predict.astream(ticket=ticket):
        if isinstance(event, weft.FieldChunk):
            assert_type(event.text, str)
            assert_type(event.value, Any)
        elif isinstance(event, weft.StatusEvent):
            assert_type(event.kind, str)
        else:
            assert_type(event, Triage)
            urgent = event.urgency
    return urgent


def other_modules_stream_what_they_return(ticket: str) -> None:
    think = weft.ChainOfThought(Triage)
    assert_type(think.stream(ticket=ticket), Generator[weft.FieldChunk | weft.StatusEvent | Triage, None, None])
    untyped = weft.Predict("question -> answer")
    chunk_or_prediction = next(untyped.stream(question="?"))
    assert_type(chunk_or_prediction, weft.FieldChunk | weft.StatusEvent | weft.Prediction)
    assert_type(urgency.stream(ticket=ticket), Generator[weft.FieldChunk | weft.StatusEvent | int, None, None])
    assert_type(Program().stream(ticket=ticket), Generator[weft.FieldChunk | weft.StatusEvent | Any, None, None])


def streamify_gives_async_events_unless_told_otherwise() -> None:
    listeners = [weft.StreamListener("urgency", predict_name="triage")]
    ask = weft.streamify(Program(), stream_listeners=listeners)
    assert_type(ask(ticket="Help!"), AsyncGenerator[weft.FieldChunk | weft.StatusEvent | Any, None])
    ask_blocking = weft.streamify(Program(), status_message_provider=lambda event: event.name, async_streaming=False)
    assert_type(ask_blocking(ticket="Help!"), Generator[weft.FieldChunk | weft.StatusEvent | Any, None, None])
    weft.streamify(Program(), is_async_program=True)  # pyright: ignore[reportCallIssue]


def a_check_takes_the_prediction(prediction: Any) -> str | None:
    return None if prediction.urgency < 5 else "That urgent?"


async def a_check_may_be_async(prediction: Any) -> bool:
    return prediction.urgency > 0


def predictors_take_checks() -> None:
    predict = weft.Predict(
        Triage, checks=[a_check_takes_the_prediction, (a_check_may_be_async, "More.")], max_backtracks=1
    )
    assert_type(predict(ticket="Help!").checks, Sequence[weft.CheckRecord])
    weft.Predict(Triage, checks=["positive"])  # pyright: ignore[reportArgumentType, reportCallIssue]
    weft.Predict(Triage, checks=[(a_check_may_be_async, 3)])  # pyright: ignore[reportArgumentType, reportCallIssue]
    weft.check(True, "fine", stp="triage")  # pyright: ignore[reportCallIssue]
