"""Streams of all three APIs: the same whole, pieces as they come, errors in the middle."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING, Any

import pytest
from conftest import TOOLS, ask, last, lm_of, sent

import weft
from pytest_weft.server import Answer, Fault, Limits, ToolCall, Usage
from weft.errors import LMContentFilterError, LMError, LMServerError, LMTransportError

if TYPE_CHECKING:
    from pytest_weft.server import ModelServer

APIS = ("chat", "responses", "completions")


def streamed(lm: weft.LM, **fields: Any) -> tuple[list[weft.Delta], weft.Response]:
    """Return the pieces and the whole."""
    pieces: list[weft.Delta] = []
    request = weft.Request((weft.Message.of("user", "Hi"),), **fields)
    return pieces, asyncio.run(lm.complete(request, pieces.append))


@pytest.mark.parametrize("api", APIS)
def test_a_stream_gives_the_same_whole(server: ModelServer, api: str) -> None:
    lm = lm_of(server, api=api)
    pieces, whole = streamed(lm)
    assert sent(server)["stream"] is True
    assert len([piece for piece in pieces if piece.text]) > 1
    assert "".join(piece.text for piece in pieces) == whole.text == "Hello there."
    assert whole == ask(lm)
    assert whole.usage.output_tokens > 0


def test_calls_of_tools_in_pieces(server: ModelServer) -> None:
    server.change(answer=Answer(tool_calls=[ToolCall("search", {"q": "one"}), ToolCall("search", {"q": "two"})]))
    for api in ("chat", "responses"):
        _, whole = streamed(lm_of(server, api=api), tools=TOOLS)
        calls = whole.completions[0].tool_calls
        assert [json.loads(call.arguments) for call in calls] == [{"q": "one"}, {"q": "two"}]
        assert whole.completions[0].finish_reason == "tool_calls"


def test_calls_of_tools_out_of_order(server: ModelServer) -> None:
    server.change(
        answer=Answer(tool_calls=[ToolCall("search", {"q": "one"}), ToolCall("stop", {"why": "two"})]),
        faults=Fault("shuffled_tools"),
    )
    _, whole = streamed(lm_of(server), tools=TOOLS)
    assert [call.name for call in whole.completions[0].tool_calls] == ["search", "stop"]
    assert [json.loads(call.arguments) for call in whole.completions[0].tool_calls] == [{"q": "one"}, {"why": "two"}]


def test_several_answers_in_pieces(server: ModelServer) -> None:
    server.change(answer=["first one", "second one"])
    _, whole = streamed(lm_of(server), n=2)
    assert [answer.text for answer in whole.completions] == ["first one", "second one"]


@pytest.mark.parametrize("api", ["chat", "responses"])
def test_reasoning_in_pieces(server: ModelServer, api: str) -> None:
    server.change(answer=Answer("42", reasoning="Let me think."), flavour="vllm")
    _, whole = streamed(lm_of(server, "vllm/test-model", api=api))
    assert (whole.text, whole.completions[0].reasoning) == ("42", "Let me think.")


@pytest.mark.parametrize("api", ["chat", "responses"])
def test_logprobs_in_pieces(server: ModelServer, api: str) -> None:
    server.change(answer=Answer("a b", logprobs=[-0.5, -1.0]))
    _, whole = streamed(lm_of(server, api=api), logprobs=2)
    assert [token.logprob for token in whole.completions[0].logprobs or ()] == [-0.5, -1.0]


@pytest.mark.parametrize("split", [1, 3, 7])
@pytest.mark.parametrize("api", APIS)
def test_bytes_may_be_cut_anywhere(server: ModelServer, api: str, split: int) -> None:
    server.change(answer="naïve Ωmega 東京 😀", faults=Fault(split=split, comments=True))
    assert streamed(lm_of(server, api=api))[1].text == "naïve Ωmega 東京 😀"


@pytest.mark.parametrize("api", APIS)
@pytest.mark.parametrize(
    ("fault", "expected"),
    [
        (Fault("cut", after=2), LMTransportError),
        (Fault("cut", after=2, clean=True), LMTransportError),
        (Fault("malformed_sse", after=2), LMServerError),
        (Fault("stream_error", after=2), LMServerError),
        (Fault("reset"), LMTransportError),
        (Fault("status", status=503), LMServerError),
    ],
    ids=lambda value: value.kind if isinstance(value, Fault) else value.__name__,
)
def test_what_goes_wrong_in_a_stream(server: ModelServer, api: str, fault: Fault, expected: type[LMError]) -> None:
    server.change(answer="one two three four five six", faults=fault)
    with pytest.raises(expected) as caught:
        streamed(lm_of(server, api=api))
    assert (caught.value.provider, caught.value.model) == ("openai", "test-model")


@pytest.mark.parametrize("api", APIS)
def test_a_broken_stream_is_tried_again(server: ModelServer, api: str) -> None:
    server.change(answer="one two three four five six seven", faults=[Fault("cut", after=6), None])
    pieces, whole = streamed(lm_of(server, api=api, retries=2))
    assert any(piece.restart for piece in pieces)
    assert (whole.text, whole.usage.calls) == ("one two three four five six seven", 2)


def test_a_stream_reports_limits_to_the_limiter(server: ModelServer) -> None:
    server.change(limits=Limits(requests=600, tokens=60_000))
    pieces, _ = streamed(lm_of(server))
    limits = next(piece.limits for piece in pieces if piece.limits)
    assert (limits.requests, limits.tokens) == (600, 60_000)


@pytest.mark.parametrize("api", APIS)
def test_a_refusal_in_a_stream_is_an_error_that_was_paid_for(server: ModelServer, api: str) -> None:
    server.change(answer=Answer("x", finish="content_filter", usage=Usage(prompt=7)), faults=Fault("content_filter"))
    with weft.track_usage() as ledger, pytest.raises(LMContentFilterError):
        streamed(lm_of(server, api=api))
    assert ledger.total.input_tokens > 0


def test_usage_is_asked_for_where_a_server_can_be_asked(server: ModelServer) -> None:
    streamed(lm_of(server))
    assert sent(server)["stream_options"] == {"include_usage": True}
    streamed(lm_of(server, "mistral/x"))
    assert "stream_options" not in last(server).body


def test_a_server_that_cannot_stream_gives_one_piece(server: ModelServer) -> None:
    pieces, whole = streamed(lm_of(server, "gpt4all/x"))
    assert "stream" not in sent(server)
    assert [piece.text for piece in pieces] == [whole.text] == ["Hello there."]


def test_leaving_a_stream_closes_its_connection(server: ModelServer) -> None:
    server.change(answer="word " * 500, faults=Fault(chunk_delay=0.02))

    async def leave() -> None:
        lm = lm_of(server)
        async for piece in lm.astream("Hi"):
            assert isinstance(piece, weft.Delta)
            break
        await asyncio.to_thread(server.wait_for, lambda tally: tally.aborted == 1)

    asyncio.run(leave())
    assert server.tally.aborted == 1
