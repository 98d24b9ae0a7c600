"""Each failure is the error of its class, with what the provider says of it; keys are nowhere in it."""

from __future__ import annotations

import pickle
from typing import TYPE_CHECKING, Any

import pytest
from conftest import HAIKU, KEY

import weft
from pytest_weft.server import Fault, Limits, ModelServer
from weft.errors import (
    ContextWindowExceeded,
    LMAuthError,
    LMBillingError,
    LMContentFilterError,
    LMError,
    LMInvalidRequestError,
    LMRateLimitError,
    LMServerError,
    LMTimeoutError,
    LMTransportError,
    UnsupportedModelError,
)

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.mark.parametrize(
    ("fault", "expected"),
    [
        (Fault("status", status=400), LMInvalidRequestError),
        (Fault("status", status=400, message="Your credit balance is too low to access the API."), LMBillingError),
        (Fault("status", status=400, message="You have reached your specified API usage limits."), LMBillingError),
        (Fault("status", status=402), LMBillingError),
        (Fault("status", status=403), LMAuthError),
        (Fault("status", status=404), UnsupportedModelError),
        (Fault("status", status=413), ContextWindowExceeded),
        (Fault("status", status=429), LMRateLimitError),
        (Fault("status", status=500), LMServerError),
        (Fault("status", status=504), LMTimeoutError),
        (Fault("status", status=529), LMServerError),
        (Fault("context_overflow"), ContextWindowExceeded),
        (Fault("content_filter", status=400), LMContentFilterError),
        (Fault("html", status=502), LMServerError),
        (Fault("reset"), LMTransportError),
        (Fault("close"), LMTransportError),
        (Fault("malformed_json"), LMServerError),
    ],
)
def test_failures_have_their_class(server: ModelServer, fault: Fault, expected: type[LMError]) -> None:
    server.change(faults=fault)
    with pytest.raises(expected) as caught:
        weft.LM(HAIKU)("Hi")
    assert type(caught.value) is expected
    assert (caught.value.provider, caught.value.model) == ("anthropic", "claude-haiku-4-5")
    if fault.kind == "status":
        assert caught.value.status == fault.status
        assert str(caught.value.request_id).startswith("req_")


def test_a_prompt_that_is_too_long_says_by_how_much(server: ModelServer) -> None:
    server.change(context_window=3)
    with pytest.raises(ContextWindowExceeded, match="prompt is too long: 5 tokens > 3 maximum"):
        weft.LM(HAIKU)("one two three four five")


def test_the_wait_that_is_asked_for_is_known(server: ModelServer) -> None:
    server.change(faults=Fault("status", status=429, retry_after=7))
    with pytest.raises(LMRateLimitError) as caught:
        weft.LM(HAIKU)("Hi")
    assert caught.value.retry_after == 7


def test_limits_are_learned_from_answers(server: ModelServer) -> None:
    server.change(limits=Limits(requests=50, tokens=1000))
    limits = weft.LM(HAIKU)("one two").limits
    assert limits is not None
    assert (limits.requests, limits.requests_left, limits.tokens) == (50, 49, 1000)
    assert limits.tokens_left is not None
    assert 900 < limits.tokens_left < 1000


def test_a_missing_key_names_its_variable(server: ModelServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("ANTHROPIC_API_KEY")
    monkeypatch.delenv("ANTHROPIC_BASE_URL")
    with pytest.raises(LMAuthError, match="ANTHROPIC_API_KEY"):
        weft.LM(HAIKU)("Hi")


def test_another_address_is_asked_without_a_key(server: ModelServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("ANTHROPIC_API_KEY")
    server.change(key=None)
    weft.LM(HAIKU, base_url=server.base_url("anthropic"))("Hi")
    assert "x-api-key" not in server.requests[-1].headers


def test_an_answer_in_another_form_is_the_servers_error(server: ModelServer) -> None:
    lm = weft.LM(HAIKU, base_url=f"{server.url}/v1/messages/count_tokens?")
    with pytest.raises(LMServerError, match="not in the form that its API documents"):
        lm("Hi")


WRONG = "sk-ant-canary-wrong-0123"


def _said(error: BaseException | None) -> Iterator[str]:
    while error is not None:
        yield f"{error!r} {error} {vars(error)}"
        error = error.__cause__ or error.__context__


def test_keys_are_in_no_error_event_or_description(server: ModelServer, caplog: pytest.LogCaptureFixture) -> None:
    events: list[Any] = []
    lm = weft.LM(HAIKU, api_key=WRONG, extra_headers={"x-extra": KEY})
    with weft.listening(events.append), pytest.raises(LMAuthError) as caught:
        lm("Hi")
    told = [*_said(caught.value), repr(events), repr(lm), repr(lm.describe()), str(lm.cache_identity), caplog.text]
    for canary in (WRONG, KEY):
        assert not [text for text in told if canary in text]
    assert server.exchanges[-1].http.headers["x-api-key"] == WRONG
    with pytest.raises(TypeError):
        pickle.dumps(lm)
