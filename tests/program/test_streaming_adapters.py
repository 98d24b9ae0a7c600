"""Whatever adapter reads the answers: the chunks of a field, put together, are what the prediction holds."""

from __future__ import annotations

import json
import logging
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import weft
from weft.adapter.base import typed_fields
from weft.adapter.streaming import FieldDelta
from weft.signature.describe import text_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


class Lines(weft.Adapter):
    """A third party's: lines of ``name = JSON``; it knows nothing of streams."""

    def render(self, prompt: weft.Prompt, inputs: Mapping[str, Any], capabilities: weft.Capabilities) -> weft.Request:
        return weft.Request(messages=(weft.Message.of("user", json.dumps(dict(inputs))),))

    def parse(self, signature: type[weft.Signature], completion: weft.Completion) -> dict[str, Any]:
        lines = [line.partition(" = ") for line in completion.text.split("\n")]
        return typed_fields(signature, {name: json.loads(value) for name, equals, value in lines if equals}, completion)


class LinesParser:
    """Gives each line when it is complete, and of a line that grows nothing."""

    def __init__(self) -> None:
        self.held = ""

    def feed(self, text: str) -> Sequence[FieldDelta]:
        *lines, self.held = f"{self.held}{text}".split("\n")
        return [self.read(line) for line in lines if " = " in line]

    def finish(self) -> Sequence[FieldDelta]:
        return [self.read(self.held)] if " = " in self.held else []

    def read(self, line: str) -> FieldDelta:
        name, _, value = line.partition(" = ")
        return FieldDelta(name, text_of(json.loads(value)), last=True)


class StreamedLines(Lines):
    def stream_parser(self, signature: type[weft.Signature]) -> LinesParser:
        return LinesParser()


class FailingLines(Lines):
    """Its parser fails in the middle of an answer."""

    def stream_parser(self, signature: type[weft.Signature]) -> Any:
        class Failing(LinesParser):
            def read(self, line: str) -> FieldDelta:
                if not line.startswith("note"):
                    raise RuntimeError("broken")
                return super().read(line)

        return Failing()


class StrangeLines(Lines):
    """Its parser gives fields that there are not, what the answer does not say, and nothing of the last field."""

    def stream_parser(self, signature: type[weft.Signature]) -> Any:
        class Strange(LinesParser):
            def read(self, line: str) -> FieldDelta:
                if line.startswith("note"):
                    return FieldDelta("note", "something else", last=True)
                return super().read(line)

            def finish(self) -> Sequence[FieldDelta]:
                return [FieldDelta("nonsense", "x")]

        return Strange()


class AsyncLines(Lines):
    """Reads the values of an answer with another call, as an adapter of two steps does."""

    async def aparse(self, signature: type[weft.Signature], completion: weft.Completion, ask: Any) -> dict[str, Any]:
        response = await ask(weft.Request(messages=(weft.Message.of("user", f"Extract: {completion.text}"),)))
        return super().parse(signature, response.completions[0])

    def parse(self, signature: type[weft.Signature], completion: weft.Completion) -> dict[str, Any]:
        raise weft.errors.ParseError("It takes two steps.", raw=completion.text)


THIRD_PARTIES = [Lines, StreamedLines, FailingLines, StrangeLines, AsyncLines]
VALUES = st.fixed_dictionaries({
    "note": st.text(st.characters(exclude_categories=["Cs"])),
    "n": st.integers(),
    "tags": st.lists(st.text(max_size=8), max_size=4),
})  # fmt: skip


def events_of(adapter: Any, answer: Any, pieces: int) -> tuple[list[Any], Any]:
    lm = weft.LM("scripted/x", answers=lambda request: answer, pieces=pieces)
    predict = weft.Predict("q -> note, n: int, tags: list[str]", lm=lm, adapter=adapter)
    *events, result = predict.stream(q="?")
    return events, result


def hold(events: list[Any], result: Any) -> None:
    """What came since the last restart is what the prediction holds, each field completed once, its values growing."""
    voids = [index for index, event in enumerate(events) if getattr(event, "kind", "") == "restart"]
    chunks = [event for event in events[max(voids, default=-1) + 1 :] if isinstance(event, weft.FieldChunk)]
    for name, value in result.items():
        own = [chunk for chunk in chunks if chunk.field == name]
        assert "".join(chunk.text for chunk in own) == text_of(value) or own[-1].value == value
        assert [chunk.last for chunk in own] == [False] * (len(own) - 1) + [True]
        assert own[-1].value == value
    notes = [chunk.value for chunk in chunks if chunk.field == "note"]
    assert all(later.startswith(earlier) for earlier, later in pairwise(notes))


@pytest.mark.parametrize("adapter", ["chat", "json", "xml", "compact", "auto"])
@given(values=VALUES, pieces=st.integers(1, 40))
def test_the_kernels_adapters(adapter: str, values: dict[str, Any], pieces: int) -> None:
    events, result = events_of(adapter, values, pieces)
    hold(events, result)
    assert [event for event in events if getattr(event, "kind", "") == "restart"] == []


@pytest.mark.parametrize("adapter", THIRD_PARTIES)
@given(values=VALUES, pieces=st.integers(1, 40))
def test_a_third_partys_adapters(adapter: type[weft.Adapter], values: dict[str, Any], pieces: int) -> None:
    logging.getLogger("weft").setLevel(logging.CRITICAL)
    try:
        events, result = events_of(
            adapter(), "\n".join(f"{name} = {json.dumps(values[name])}" for name in values), pieces
        )
    finally:
        logging.getLogger("weft").setLevel(logging.NOTSET)
    assert dict(result) == values
    hold(events, result)


def test_a_parser_of_its_own_streams_field_by_field() -> None:
    answer = 'note = "hm"\nn = 3\ntags = ["a"]'
    events, _ = events_of(StreamedLines(), answer, 5)
    kinds = [getattr(event, "kind", event.field if isinstance(event, weft.FieldChunk) else "") for event in events]
    assert kinds.index("note") < kinds.index("n") < kinds.index("tags") < kinds.index("lm.end")
    whole, _ = events_of(Lines(), answer, 5)
    assert [event.text for event in whole if isinstance(event, weft.FieldChunk)] == ["hm", "3", '["a"]']


def test_a_parser_that_fails_costs_nothing_but_the_pieces(caplog: pytest.LogCaptureFixture) -> None:
    events, result = events_of(FailingLines(), 'note = "hm"\nn = 3\ntags = ["a"]', 1)
    assert dict(result) == {"note": "hm", "n": 3, "tags": ["a"]}
    assert [event.field for event in events if isinstance(event, weft.FieldChunk)] == ["note", "n", "tags"]
    assert "The stream parser of" in caplog.text
    assert "RuntimeError: broken" in caplog.text


def test_a_call_of_the_adapters_own_is_no_chunk_but_an_event() -> None:
    events, result = events_of(AsyncLines(), 'note = "hm"\nn = 3\ntags = []', 4)
    assert result.usage.calls == 2
    assert [event.kind for event in events if isinstance(event, weft.StatusEvent)].count("lm.end") == 2
    assert [event.text for event in events if isinstance(event, weft.FieldChunk)] == ["hm", "3", "[]"]
