"""`streamify`: which chunks, status messages and results are given."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

import weft
from weft.errors import LMTransportError, OptionError
from weft.lm import attempts


class Steps(weft.Module):
    def __init__(self) -> None:
        self.draft = weft.Predict("question -> answer, note")
        self.final = weft.Predict("draft -> answer")

    def forward(self, question: str) -> Any:
        return self.final(draft=self.draft(question=question).answer)


@pytest.fixture(autouse=True)
def _model() -> Any:
    lm = weft.LM("scripted/x", answers=lambda request: {"answer": "Paris", "note": "none"}, pieces=2)
    with weft.context(lm=lm):
        yield


def heard(**options: Any) -> list[Any]:
    return list(weft.streamify(Steps(), async_streaming=False, **options)(question="?"))


def fields(events: list[Any]) -> list[tuple[str, str]]:
    chunks = [(event.path, event.field) for event in events if isinstance(event, weft.FieldChunk)]
    return list(dict.fromkeys(chunks))


def test_without_listeners_every_field_and_the_prediction_come() -> None:
    events = heard()
    assert fields(events) == [("draft", "answer"), ("draft", "note"), ("final", "answer")]
    assert [type(event) for event in events if not isinstance(event, weft.FieldChunk)] == [weft.Prediction]


def test_listeners_choose_fields_by_name_by_path_and_by_predictor() -> None:
    listener = weft.StreamListener
    assert fields(heard(stream_listeners=[listener("answer")])) == [("draft", "answer"), ("final", "answer")]
    assert fields(heard(stream_listeners=[listener("answer", predict_name="final")])) == [("final", "answer")]
    assert fields(heard(stream_listeners=[listener("note"), listener("answer", None, "final")])) == [
        ("draft", "note"),
        ("final", "answer"),
    ]
    program = Steps()
    ask = weft.streamify(program, stream_listeners=[listener("answer", program.final)], async_streaming=False)
    for _ in range(2):  # it can be used as often as one likes
        assert fields(list(ask(question="?"))) == [("final", "answer")]
    assert fields(heard(stream_listeners=[])) == []


def test_a_listener_for_what_there_is_not_is_refused_at_once() -> None:
    listener = weft.StreamListener
    with pytest.raises(OptionError, match=r"has an output 'anser'\. Did you mean 'answer'"):
        weft.streamify(Steps(), stream_listeners=[listener("anser")])
    with pytest.raises(OptionError, match=r"Steps has no predictor 'fnal'\. Did you mean 'final'"):
        weft.streamify(Steps(), stream_listeners=[listener("answer", predict_name="fnal")])
    with pytest.raises(OptionError, match="has an output 'note'"):
        weft.streamify(Steps(), stream_listeners=[listener("note", predict_name="final")])
    with pytest.raises(OptionError, match="has an output 'answer'"):
        weft.streamify(Steps(), stream_listeners=[listener("answer", weft.Predict("question -> answer"))])
    with pytest.raises(OptionError, match="streamify has no option 'is_async_program'"):
        weft.streamify(Steps(), is_async_program=True)  # type: ignore[call-overload]


def test_status_messages_are_what_the_provider_says_and_the_rest_is_silence() -> None:
    def say(event: weft.StatusEvent) -> str | None:
        return f"{event.name} {event.path} begins" if event.kind == "module.start" else None

    events = heard(status_message_provider=say, stream_listeners=[])
    assert [event.message for event in events if isinstance(event, weft.StatusEvent)] == [
        "Steps self begins",
        "Predict draft begins",
        "Predict final begins",
    ]


def test_the_prediction_may_be_left_out() -> None:
    assert all(isinstance(event, weft.FieldChunk) for event in heard(include_final_prediction_in_output_stream=False))


def test_a_program_may_return_nothing() -> None:
    class Silent(weft.Module):
        def forward(self) -> None:
            return None

    assert list(weft.streamify(Silent(), async_streaming=False)()) == [None]


def test_async_events_are_the_same() -> None:
    async def main() -> list[Any]:
        return [event async for event in weft.streamify(Steps())(question="?")]

    assert asyncio.run(main()) == heard()


class Breaking(weft.LM):
    """Breaks off in the middle of its first answer."""

    def __init__(self) -> None:
        super().__init__("breaking", provider="test", cache="off")
        self.endpoint = object()
        self.calls = 0

    async def generate(self, request: weft.Request) -> weft.Response:
        raise AssertionError("it is asked to stream")

    async def stream(self, request: weft.Request) -> Any:
        self.calls += 1
        yield weft.Delta("[[ ## answer ## ]]\nPa")
        if self.calls == 1:
            raise LMTransportError("gone")
        yield weft.Delta("ris", finish_reason="stop")


def test_that_chunks_are_void_is_always_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(attempts, "_FIRST_WAIT_SECONDS", 0.001)
    predict = weft.Predict("question -> answer", lm=Breaking())
    ask = weft.streamify(predict, stream_listeners=[weft.StreamListener("answer")], async_streaming=False)
    events = list(ask(question="?"))
    kinds = [event.kind if isinstance(event, weft.StatusEvent) else type(event).__name__ for event in events]
    assert kinds == ["FieldChunk", "restart", "FieldChunk", "FieldChunk", "Prediction"]
