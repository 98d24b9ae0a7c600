"""Streamed answers: the same as whole ones, in pieces, also when they break."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from conftest import FLASH, KEY

import weft
from pytest_weft.canned import CannedServer
from pytest_weft.server import Answer, Fault, ModelServer, ToolCall
from pytest_weft.server import Usage as Tokens
from weft.errors import LMContentFilterError, LMError, LMRateLimitError, LMServerError, LMTransportError

if TYPE_CHECKING:
    from collections.abc import Sequence

RICH = Answer(
    "Ωmega 東京 😀.",
    reasoning="Let me think about it.",
    tool_calls=[ToolCall("search", {"query": "naïve"}), ToolCall("stop", {})],
    usage=Tokens(100, 20, cached=30, reasoning=5),
)


def streamed(lm: weft.LM, n: int = 1) -> tuple[Sequence[weft.Delta], weft.Response]:
    *deltas, whole = lm.streaming("Hi", n=n)
    assert isinstance(whole, weft.Response)
    return [delta for delta in deltas if isinstance(delta, weft.Delta)], whole


@pytest.mark.parametrize("n", [1, 3])
@pytest.mark.parametrize("fault", [None, Fault(split=7), Fault(comments=True)])
def test_a_streamed_answer_is_the_whole_one(server: ModelServer, fault: Fault | None, n: int) -> None:
    server.change(answer=RICH)
    whole = weft.LM(FLASH)("Hi", n=n)
    server.change(faults=fault)
    deltas, response = streamed(weft.LM(FLASH), n)
    assert response == whole
    request = server.requests[-1]
    assert (request.path, request.http.query) == ("/v1beta/models/gemini-2.5-flash:streamGenerateContent", "alt=sse")
    assert "".join(delta.text for delta in deltas if delta.index == 0) == RICH.text
    assert len([delta for delta in deltas if delta.text]) > 1
    assert len([delta for delta in deltas if delta.usage is not None]) == n


@pytest.mark.parametrize(
    ("fault", "expected"),
    [
        (Fault("cut", after=2), LMTransportError),
        (Fault("cut", after=2, clean=True), LMTransportError),
        (Fault("reset"), LMTransportError),
        (Fault("stream_error", after=2), LMServerError),
        (Fault("malformed_sse", after=2), LMServerError),
        (Fault("status", status=503), LMServerError),
        (Fault("status", status=429), LMRateLimitError),
    ],
)
def test_a_broken_stream_is_tried_again(server: ModelServer, fault: Fault, expected: type[LMError]) -> None:
    server.change(answer="one two three four five", faults=[fault])
    with pytest.raises(expected):
        streamed(weft.LM(FLASH))
    server.change(faults=[fault, None])
    with weft.track_usage() as ledger:
        _, response = streamed(weft.LM(FLASH, retries=1))
    assert response.text == "one two three four five"
    assert ledger.total.calls == response.usage.calls == 2


def test_an_error_in_a_stream_says_what_the_provider_says(server: ModelServer) -> None:
    server.change(answer="one two three four five", faults=Fault("stream_error", after=2))
    with pytest.raises(LMServerError, match="overloaded") as caught:
        streamed(weft.LM(FLASH))
    assert caught.value.status == 503


def test_a_blocked_answer_in_a_stream_is_an_error(server: ModelServer) -> None:
    server.change(answer=Answer("I", finish="content_filter"))
    with pytest.raises(LMContentFilterError, match="blocked the answer: SAFETY"):
        streamed(weft.LM(FLASH))


def test_a_blocked_prompt_in_a_stream_is_an_error(server: ModelServer) -> None:
    event = {"promptFeedback": {"blockReason": "OTHER"}, "usageMetadata": {"promptTokenCount": 9}}
    with CannedServer(events=[event]) as canned, weft.track_usage() as ledger:
        with pytest.raises(LMContentFilterError, match="blocked the prompt: OTHER"):
            streamed(weft.LM(FLASH, base_url=canned.url))
        assert ledger.total.input_tokens == 9


def test_usage_may_come_after_the_last_words(server: ModelServer) -> None:
    said = {"candidates": [{"content": {"parts": [{"text": "Hi"}]}, "finishReason": "STOP"}]}
    counted = {"usageMetadata": {"promptTokenCount": 9, "candidatesTokenCount": 1}}
    with CannedServer(events=[said, counted]) as canned:
        _, response = streamed(weft.LM(FLASH, base_url=canned.url))
    assert (response.text, response.usage.input_tokens, response.usage.output_tokens) == ("Hi", 9, 1)


def test_the_key_is_in_no_url(server: ModelServer) -> None:
    streamed(weft.LM(FLASH))
    weft.LM(FLASH)("Hi")
    assert not [exchange for exchange in server.exchanges if KEY in f"{exchange.http.path}?{exchange.http.query}"]
