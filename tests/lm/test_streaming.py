"""Streamed answers go the way of all answers: same retries, usage and cache."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from contextlib import aclosing

import pytest
from flaky_provider import Flaky, Streaming

import weft
from weft.errors import LMServerError, LMTransportError

pytestmark = pytest.mark.usefixtures("short_waits")


def pieces(lm: weft.LM, prompt: str = "Hi", **parameters: object) -> tuple[list[str], weft.Response]:
    """Return the texts of the pieces that hold, and the whole."""
    texts: list[str] = []
    *deltas, whole = lm.streaming(prompt, **parameters)
    for delta in deltas:
        assert isinstance(delta, weft.Delta)
        if delta.restart:
            texts.clear()
        elif delta.text:
            texts.append(delta.text)
    assert isinstance(whole, weft.Response)
    return texts, whole


def test_pieces_come_and_then_the_whole() -> None:
    lm = Streaming([["Hel", "lo", "."]])
    with weft.track_usage() as ledger:
        texts, whole = pieces(lm)
    assert (texts, whole.text, whole.model) == (["Hel", "lo", "."], "Hello.", "flaky-1")
    assert ledger.total == whole.usage == weft.Usage(10, 5, calls=1, cost=pytest.approx(20e-6))


def test_a_provider_that_cannot_stream_gives_one_piece() -> None:
    assert pieces(Flaky(["Hello."]))[0] == ["Hello."]
    assert pieces(weft.LM("scripted/x", answers=["Hello."]))[0] == ["Hello."]


def test_a_cached_answer_is_one_piece_and_free(request: pytest.FixtureRequest) -> None:
    lm = Streaming([["Hel", "lo."]], name=request.node.name, cache="on")
    assert pieces(lm)[0] == ["Hel", "lo."]
    with weft.track_usage() as ledger:
        texts, whole = pieces(lm)
    assert (texts, whole.cached, ledger.total) == (["Hello."], True, weft.Usage())
    assert lm("Hi").text == "Hello."


@pytest.mark.parametrize("broken", [["Hel", LMTransportError("gone")], ["Hel", "cut"], ["cut"]])
def test_a_stream_that_breaks_off_begins_again(broken: list[object]) -> None:
    lm = Streaming([broken, ["Hel", "lo."]])
    texts, whole = pieces(lm)
    assert (texts, whole.text, whole.usage.calls) == (["Hel", "lo."], "Hello.", 2)


def test_a_stream_that_always_breaks_off_is_an_error() -> None:
    lm = Streaming([["Hel", "cut"]], retries=1)
    with pytest.raises(LMTransportError, match="The stream of test/flaky ended in the middle of the answer"):
        pieces(lm)
    assert len(lm.requests) == 2


def test_a_stream_that_stalls_ends_with_its_attempt() -> None:
    lm = Streaming([["Hel", None], ["Hello."]])
    assert pieces(lm, attempt_timeout=0.02)[0] == ["Hello."]
    assert lm.cancelled == 1


def test_errors_are_raised_where_the_pieces_are_read() -> None:
    with pytest.raises(LMServerError):
        pieces(Streaming([LMServerError("no")], retries=0))


def test_leaving_early_cancels_the_call() -> None:
    lm = Streaming([["Hel", None]])

    async def first() -> object:
        async with aclosing(lm.astream("Hi")) as stream:
            async for piece in stream:
                return piece
        return None

    assert asyncio.run(first()) == weft.Delta("Hel")
    assert lm.cancelled == 1
    for piece in lm.streaming("Hi"):
        assert piece == weft.Delta("Hel")
        break
    assert lm.cancelled == 2


def test_followers_of_an_equal_call_get_one_piece(request: pytest.FixtureRequest) -> None:
    lm = Streaming([["Hel", "lo."]], name=request.node.name, cache="on")

    async def both() -> list[list[str]]:
        async def texts() -> list[str]:
            return [piece.text async for piece in lm.astream("Hi") if isinstance(piece, weft.Delta) and piece.text]

        return await asyncio.gather(texts(), texts())

    assert sorted(asyncio.run(both())) == [["Hel", "lo."], ["Hello."]]
    assert len(lm.requests) == 1


class Rich(weft.LM):
    """Streams everything that a piece can hold, out of order between two answers."""

    async def generate(self, request: weft.Request) -> weft.Response:
        raise AssertionError("it is asked to stream")

    async def stream(self, request: weft.Request):  # type: ignore[no-untyped-def, override]
        yield weft.Delta(reasoning="Let me ")
        yield weft.Delta("B", index=1)
        yield weft.Delta(reasoning="think.")
        yield weft.Delta(tool_call=weft.ToolCallDelta(1, "id-2", "second"))
        yield weft.Delta(tool_call=weft.ToolCallDelta(0, "id-1", "first", '{"a":'))
        yield weft.Delta(tool_call=weft.ToolCallDelta(0, arguments=" 1}"))
        yield weft.Delta("A", logprobs=(weft.TokenLogprob("A", -0.5, (("A", -0.5),)),))
        yield weft.Delta(index=1, finish_reason="length")
        yield weft.Delta(finish_reason="tool_calls")


def test_all_that_comes_in_pieces_is_put_together() -> None:
    lm = Rich("x", capabilities=weft.Capabilities(n=True), cache="off")
    *_, whole = lm.streaming("Hi", n=2)
    assert isinstance(whole, weft.Response)
    calls = (weft.ToolCall("id-1", "first", '{"a": 1}'), weft.ToolCall("id-2", "second", ""))
    logprobs = (weft.TokenLogprob("A", -0.5, (("A", -0.5),)),)
    assert whole.completions == (
        weft.Completion("A", "tool_calls", calls, "Let me think.", logprobs),
        weft.Completion("B", "length"),
    )


def test_a_program_ends_though_a_stream_is_half_read() -> None:
    script = "import weft; lm = weft.LM('scripted/x', answers=['a']); [piece.nonsense for piece in lm.streaming('Hi')]"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=60, check=False)
    assert "nonsense" in done.stderr.splitlines()[-1]
    assert done.returncode == 1
