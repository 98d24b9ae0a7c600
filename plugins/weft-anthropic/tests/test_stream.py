"""Streamed answers: the same as whole ones, in pieces, also when they break."""

from __future__ import annotations

import asyncio
import json
from contextlib import aclosing
from typing import TYPE_CHECKING, Any

import pytest
from conftest import HAIKU, sent

import weft
from pytest_weft.canned import CannedServer
from pytest_weft.server import Answer, Fault, Limits, ModelServer, ToolCall
from pytest_weft.server import Usage as Tokens
from weft.errors import LMContentFilterError, LMError, LMServerError, LMTransportError

if TYPE_CHECKING:
    from collections.abc import Sequence

RICH = Answer(
    "Ωmega 東京 😀.",
    reasoning="Let me think about it.",
    tool_calls=[ToolCall("search", {"query": "naïve"}, "t-1"), ToolCall("stop", {}, "t-2")],
    usage=Tokens(100, 20, cached=30, cache_written=10),
)


def streamed(lm: weft.LM, prompt: str = "Hi") -> tuple[Sequence[weft.Delta], weft.Response]:
    *deltas, whole = lm.streaming(prompt)
    assert isinstance(whole, weft.Response)
    return [delta for delta in deltas if isinstance(delta, weft.Delta)], whole


@pytest.mark.parametrize("fault", [None, Fault(split=7), Fault(comments=True), Fault("shuffled_tools")])
def test_a_streamed_answer_is_the_whole_one(server: ModelServer, fault: Fault | None) -> None:
    server.change(answer=RICH)
    whole = weft.LM(HAIKU)("Hi")
    server.change(faults=fault)
    deltas, response = streamed(weft.LM(HAIKU))
    assert response == whole
    assert sent(server)["stream"] is True
    assert "".join(delta.text for delta in deltas) == RICH.text
    assert "".join(delta.reasoning for delta in deltas) == RICH.reasoning
    assert len([delta for delta in deltas if delta.text]) > 1


def test_arguments_come_in_pieces(server: ModelServer) -> None:
    query = "one two three " * 20
    server.change(answer=Answer(tool_calls=[ToolCall("search", {"query": query})]))
    deltas, response = streamed(weft.LM(HAIKU))
    pieces = [
        delta.tool_call.arguments for delta in deltas if delta.tool_call is not None and delta.tool_call.arguments
    ]
    assert len(pieces) > 1
    assert json.loads("".join(pieces)) == {"query": query}
    assert response.completions[0].tool_calls[0].arguments == "".join(pieces)


@pytest.mark.parametrize(
    ("fault", "expected"),
    [
        (Fault("cut", after=4), LMTransportError),
        (Fault("cut", after=4, clean=True), LMTransportError),
        (Fault("reset"), LMTransportError),
        (Fault("stream_error", after=4), LMServerError),
        (Fault("malformed_sse", after=4), LMServerError),
        (Fault("status", status=529), LMServerError),
    ],
)
def test_a_broken_stream_is_tried_again(server: ModelServer, fault: Fault, expected: type[LMError]) -> None:
    server.change(answer="one two three four five", faults=[fault])
    with pytest.raises(expected):
        streamed(weft.LM(HAIKU))
    server.change(faults=[fault, None])
    with weft.track_usage() as ledger:
        deltas, response = streamed(weft.LM(HAIKU, retries=1))
    assert response.text == "one two three four five"
    assert ledger.total.calls == response.usage.calls == 2
    shown = ""
    for delta in deltas:
        shown = "" if delta.restart else shown + delta.text
    assert shown == response.text


def test_an_error_in_a_stream_says_what_the_provider_says(server: ModelServer) -> None:
    server.change(answer="one two three four five", faults=Fault("stream_error", after=2))
    with pytest.raises(LMServerError, match="Overloaded") as caught:
        streamed(weft.LM(HAIKU))
    assert caught.value.status == 529


def test_a_refusal_in_a_stream_is_an_error(server: ModelServer) -> None:
    server.change(answer=Answer("I", finish="content_filter", usage=Tokens(10, 1)))
    with weft.track_usage() as ledger, pytest.raises(LMContentFilterError):
        streamed(weft.LM(HAIKU))
    assert ledger.total.input_tokens == 10


def test_leaving_a_stream_closes_its_connection(server: ModelServer) -> None:
    server.change(answer="word " * 1000, faults=Fault(chunk_delay=0.01))
    lm = weft.LM(HAIKU)

    async def first_words() -> Any:
        async with aclosing(lm.astream("Hi")) as pieces:
            async for piece in pieces:
                if isinstance(piece, weft.Delta) and piece.text:
                    return piece.text
        return None

    assert asyncio.run(first_words()) == "word "
    assert server.wait_for(lambda tally: tally.aborted == 1).open == 0


def test_a_stream_reports_limits(server: ModelServer) -> None:
    server.change(limits=Limits(requests=50, tokens=1000))
    _, response = streamed(weft.LM(HAIKU))
    assert response.limits is not None
    assert (response.limits.requests, response.limits.requests_left) == (50, 49)


def test_kinds_of_events_and_blocks_yet_to_come_are_passed_over(server: ModelServer) -> None:
    message = {"model": "claude-haiku-4-5", "usage": {"input_tokens": 3, "output_tokens": 1}}
    events = [
        {"type": "message_start", "message": message},
        {"type": "new_event"},
        {"type": "content_block_start", "index": 0, "content_block": {"type": "new_block"}},
        {"type": "content_block_delta", "index": 0, "delta": {"type": "new_delta"}},
        {"type": "content_block_stop", "index": 0},
        {"type": "content_block_start", "index": 1, "content_block": {"type": "text", "text": "Hi"}},
        {"type": "message_delta", "delta": {"stop_reason": None}, "usage": {"output_tokens": 2}},
        {"type": "message_delta", "delta": {"stop_reason": "end_turn"}, "usage": {"output_tokens": 4}},
        {"type": "message_stop"},
    ]
    with CannedServer(events=events) as canned:
        _, response = streamed(weft.LM(HAIKU, base_url=canned.url))
    assert (response.text, response.usage.input_tokens, response.usage.output_tokens) == ("Hi", 3, 4)
