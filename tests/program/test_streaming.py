"""Streamed programs: what happens comes while it happens, and in the end the same prediction as without a stream."""

from __future__ import annotations

import asyncio
import threading
from contextlib import aclosing, closing
from typing import TYPE_CHECKING, Any

import pytest
from pydantic import BaseModel
from streams import OUTPUTS, Breaking, Steps, StepsAsync, kinds, read, scripted, texts

import weft
from weft.errors import InputError, LMServerError, ParseError
from weft.runtime.events import observed

if TYPE_CHECKING:
    from collections.abc import AsyncIterator


@pytest.mark.parametrize("way", ["sync", "async"])
@pytest.mark.parametrize("form", [Steps, StepsAsync])
@pytest.mark.parametrize("adapter", ["chat", "json", "xml", "compact", "auto"])
def test_every_field_of_every_call_comes_in_pieces_and_then_the_prediction(
    adapter: str, form: type[Steps], way: str
) -> None:
    tagged = "\n".join(f"<{name}>\n{value}\n</{name}>" for name, value in OUTPUTS.items())
    lm = weft.LM("scripted/x", answers=lambda request: tagged if adapter == "xml" else OUTPUTS, pieces=3)
    with weft.context(lm=lm, adapter=adapter):
        *events, result = read(form(), way, question="?")
        plain = form()(question="?")
    assert texts(events) == {
        ("search", 1, "query"): "the query",
        ("answer.predict", 1, "reasoning"): "because",
        ("answer.predict", 1, "answer"): "Paris",
        ("answer.predict", 1, "n"): "42",
    }
    assert (result, result.usage) == (plain, plain.usage)
    chunks = [event for event in events if isinstance(event, weft.FieldChunk)]
    assert sum(chunk.path == "search" for chunk in chunks) >= 3
    assert sum(chunk.last for chunk in chunks) == 4


def test_modules_calls_and_calls_of_models_are_told() -> None:
    with weft.context(lm=scripted()):
        *events, _ = read(Steps(), "sync", question="?")
    assert kinds(events, "module.start", "module.end", "lm.end") == [
        ("module.start", "self", 1, "Steps"),
        ("module.start", "search", 1, "Predict"),
        ("lm.end", "search", 1, ""),
        ("module.end", "search", 1, "Predict"),
        ("module.start", "answer", 1, "ChainOfThought"),
        ("module.start", "answer.predict", 1, "Predict"),
        ("lm.end", "answer.predict", 1, ""),
        ("module.end", "answer.predict", 1, "Predict"),
        ("module.end", "answer", 1, "ChainOfThought"),
        ("module.end", "self", 1, "Steps"),
    ]
    usages = [event.fields["usage"] for event in events if getattr(event, "kind", "") == "lm.end"]
    assert [usage.calls for usage in usages] == [1, 1]
    places = [getattr(event, "kind", "chunk") for event in events if event.path == "search"]
    assert places[0] == "module.start"
    assert places[-2:] == ["lm.end", "module.end"]


def test_a_single_predictor_streams_as_self() -> None:
    predict = weft.Predict("question -> answer", lm=scripted())
    *events, result = read(predict, "sync", question="?")
    assert texts(events) == {("self", 1, "answer"): "Paris"}
    assert result.answer == "Paris"


def test_whatever_emits_an_event_is_heard_with_the_module_it_is_in() -> None:
    from weft.runtime.events import emit

    class Tooled(weft.Module):
        def forward(self) -> int:
            emit("tool.start", name="clock", arguments={})
            emit("tool.end", name="clock", error=None)
            return 3

    *events, result = read(Tooled(), "sync")
    assert kinds(events, "tool.start", "tool.end") == [
        ("tool.start", "self", 1, "clock"),
        ("tool.end", "self", 1, "clock"),
    ]
    assert result == 3


class City(BaseModel):
    name: str
    inhabitants: int
    country: str = "?"


def test_values_have_their_types_before_they_are_complete() -> None:
    cities = [City(name="Paris", inhabitants=2_100_000), City(name="Rome", inhabitants=2_750_000)]
    signature = weft.Signature({"q": weft.InputField(), "cities": (list[City], weft.OutputField())})
    lm = weft.LM("scripted/x", answers=lambda request: {"cities": cities}, pieces=3)
    *events, result = read(weft.Predict(signature, lm=lm), "sync", q="?")
    values = [event.value for event in events if isinstance(event, weft.FieldChunk)]
    assert values[-1] == result.cities == cities
    assert all(isinstance(city, City) for value in values for city in value or [])
    names = [[city.name for city in value] for value in values if value]
    assert any(name and name != "Paris" and "Paris".startswith(name) for first, *_ in names for name in [first])
    assert {city.inhabitants for value in values for city in value or []} == {None, 2_100_000, 2_750_000}


def test_calls_at_the_same_time_are_told_apart() -> None:
    class Many(weft.Module):
        def __init__(self) -> None:
            self.answer = weft.Predict("query -> answer")

        async def aforward(self) -> list[str]:
            calls = [self.answer.acall(query=f"<{number}>") for number in range(5)]
            return [result.answer for result in await asyncio.gather(*calls)]

    def echo(request: weft.Request) -> dict[str, str]:
        return {"answer": request.messages[-1].text.split("\n")[1] * 4}

    with weft.context(lm=weft.LM("scripted/x", answers=echo, pieces=2, latency=0.001)):
        *events, result = read(Many(), "async")
    chunks = [event for event in events if isinstance(event, weft.FieldChunk)]
    assert sorted(texts(events).values()) == sorted(result) == [f"<{number}>" * 4 for number in range(5)]
    assert {key[1] for key in texts(events)} == {1, 2, 3, 4, 5}
    order = [chunk.call for chunk in chunks]
    assert order != sorted(order)  # they really came at the same time
    assert {(call, kind) for kind, _, call, _ in kinds(events, "lm.end")} == {(call, "lm.end") for call in range(1, 6)}


def test_an_answer_from_the_cache_is_one_chunk_a_field(request: pytest.FixtureRequest) -> None:
    with weft.context(lm=scripted(cache="on")):
        for cached in (False, True):
            *events, result = read(Steps(), "sync", question=request.node.name)
            chunks = [event for event in events if isinstance(event, weft.FieldChunk)]
            assert (len(chunks) == 4) is cached
            assert result.usage.calls == (0 if cached else 2)
    assert [(chunk.field, chunk.text, chunk.last, chunk.value) for chunk in chunks] == [
        ("query", "the query", True, "the query"),
        ("reasoning", "because", True, "because"),
        ("answer", "Paris", True, "Paris"),
        ("n", "42", True, 42),
    ]


@pytest.mark.parametrize("way", ["sync", "async"])
def test_errors_are_raised_where_the_events_are_read(way: str) -> None:
    with weft.context(lm=weft.LM("scripted/x", answers=[LMServerError("down")])), pytest.raises(LMServerError):
        read(Steps(), way, question="?")
    with weft.context(lm=weft.LM("scripted/x", answers=["[[ ## n ## ]]\nx"])), pytest.raises(ParseError):
        read(weft.Predict("question -> n: int, answer"), way, question="?")
    stream = Steps().stream(qestion="?")
    with pytest.raises(InputError, match="Did you mean 'question'"):
        next(stream)


def test_an_error_comes_after_what_came_before_it() -> None:
    seen: list[Any] = []
    with weft.context(lm=weft.LM("scripted/x", answers=[OUTPUTS, LMServerError("down")], pieces=3)):
        stream = Steps().stream(question="?")
    with pytest.raises(LMServerError):
        seen.extend(stream)
    assert texts(seen) == {("search", 1, "query"): "the query"}


@pytest.mark.parametrize("form", [Steps, StepsAsync])
def test_leaving_early_cancels_the_call_and_all_that_would_follow(form: type[Steps]) -> None:
    lm = Breaking(["[[ ## query ## ]]\nParis", "\n\n", None])

    async def until_first_chunk() -> None:
        async with aclosing(form().astream(question="?")) as stream:
            async for event in stream:
                if isinstance(event, weft.FieldChunk):
                    return

    with weft.context(lm=lm):
        asyncio.run(until_first_chunk())
        assert lm.stopped.wait(60)
        lm.stopped.clear()
        with closing(form().stream(question="?")) as stream:
            next(event for event in stream if isinstance(event, weft.FieldChunk))
    assert lm.stopped.wait(60)
    assert (lm.calls, lm.cancelled) == (2, 2)
    assert not observed()


def test_a_sync_program_that_is_left_makes_no_further_call() -> None:
    class Slow(weft.Module):
        def __init__(self) -> None:
            self.answer = weft.Predict("question -> answer")
            self.left, self.refused = threading.Event(), threading.Event()

        def forward(self, question: str) -> Any:
            self.answer(question=question)
            assert self.left.wait(60)
            try:
                self.answer(question="another")
            finally:
                self.refused.set()

    lm, program = weft.LM("scripted/x", answers=[OUTPUTS], pieces=3), Slow()
    with weft.context(lm=lm):
        stream = program.stream(question="?")
        assert any(event.kind == "module.end" for event in stream if isinstance(event, weft.StatusEvent))
        stream.close()
        program.left.set()
        assert program.refused.wait(60)
    assert len(weft.inspect_history(1).split("another")) == 1


def test_the_settings_where_a_stream_was_made_hold_where_it_is_read() -> None:
    with weft.context(lm=scripted()), weft.track_usage() as ledger:
        stream = Steps().stream(question="?")
        asynchronous = Steps().astream(question="?")
    *_, result = stream
    assert result.answer == "Paris"

    async def last() -> Any:
        return [event async for event in asynchronous][-1]

    assert asyncio.run(last()).answer == "Paris"
    assert ledger.total.calls == 4


def test_streams_side_by_side_have_their_own_events() -> None:
    async def both() -> list[list[Any]]:
        async def one(lm: weft.LM) -> list[Any]:
            with weft.context(lm=lm):
                return [event async for event in Steps().astream(question="?")]

        lms = [weft.LM(f"scripted/{name}", answers=lambda request: OUTPUTS, pieces=2, latency=0.001) for name in "ab"]
        return await asyncio.gather(*(one(lm) for lm in [*lms, scripted()]))

    for events in asyncio.run(both()):
        assert sorted(texts(events).values()) == ["42", "Paris", "because", "the query"]
        assert len(kinds(events, "lm.end")) == 2
    assert not observed()


def test_only_the_first_of_several_answers_comes() -> None:
    both = weft.Response.of("[[ ## answer ## ]]\nfirst", "[[ ## answer ## ]]\nsecond")
    lm = weft.LM("scripted/x", answers=[both], pieces=4)
    *events, result = read(weft.Predict("question -> answer", lm=lm), "sync", question="?")
    assert texts(events) == {("self", 1, "answer"): "first"}
    assert result.completions.column("answer") == ["first", "second"]


def test_an_event_of_elsewhere_has_no_number() -> None:
    from weft.runtime.events import emit

    class Emitting(weft.Module):
        def forward(self) -> None:
            emit("mine", path="elsewhere")
            emit("mine", path="elsewhere", call=7)

    assert kinds(read(Emitting(), "sync"), "mine") == [("mine", "elsewhere", 0, ""), ("mine", "elsewhere", 7, "")]

    def emitting(request: weft.Request) -> dict[str, str]:
        emit("mine")
        return {"answer": "Paris"}

    events = read(weft.Predict("q -> answer", lm=weft.LM("scripted/x", answers=emitting)), "sync", q="?")
    assert kinds(events, "mine") == [("mine", "", 0, "")]


def test_an_output_that_the_model_leaves_out_comes_with_its_default() -> None:
    class Out(weft.Signature):
        q: str = weft.InputField()
        answer: str = weft.OutputField()
        note: str | None = weft.OutputField(default="none given")

    lm = weft.LM("scripted/x", answers=[{"answer": "Paris"}], pieces=3)
    *events, _ = read(weft.Predict(Out, lm=lm), "sync", q="?")
    chunks = [event for event in events if isinstance(event, weft.FieldChunk)]
    assert (chunks[-1].field, chunks[-1].text, chunks[-1].value) == ("note", "none given", "none given")


def test_nobody_hears_of_an_estimate() -> None:
    class Careful(Steps):
        def forward(self, question: str) -> Any:
            self.estimated = Steps().estimate(question=question).most.calls
            return super().forward(question)

    program = Careful()
    with weft.context(lm=scripted()):
        *events, _ = read(program, "sync", question="?")
    assert program.estimated == 2
    assert len(texts(events)) == 4
    assert len(kinds(events, "module.start")) == 4


def test_without_a_stream_models_are_not_asked_to_stream() -> None:
    class Whole(weft.LM):
        async def generate(self, request: weft.Request) -> weft.Response:
            return weft.Response.of("[[ ## answer ## ]]\nParis")

        async def stream(self, request: weft.Request) -> AsyncIterator[weft.Delta]:
            raise AssertionError("nobody reads a stream")
            yield

    assert weft.Predict("question -> answer", lm=Whole("x", cache="off"))(question="?").answer == "Paris"
