"""Each failure is the error of its class, with what Google says of it; keys are nowhere in it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from conftest import FLASH, KEY

import weft
from pytest_weft.server import Fault, Limits, ModelServer
from weft.errors import (
    ContextWindowExceeded,
    LMAuthError,
    LMBillingError,
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
        (Fault("status", status=403), LMAuthError),
        (Fault("status", status=404), UnsupportedModelError),
        (Fault("status", status=429), LMRateLimitError),
        (Fault("status", status=429, message="Your prepayment credits are depleted."), LMBillingError),
        (Fault("status", status=500), LMServerError),
        (Fault("status", status=503), LMServerError),
        (Fault("status", status=504), LMTimeoutError),
        (Fault("context_overflow"), ContextWindowExceeded),
        (Fault("html", status=502), LMServerError),
        (Fault("reset"), LMTransportError),
        (Fault("close"), LMTransportError),
        (Fault("malformed_json"), LMServerError),
    ],
)
def test_failures_have_their_class(server: ModelServer, fault: Fault, expected: type[LMError]) -> None:
    server.change(faults=fault)
    with pytest.raises(expected) as caught:
        weft.LM(FLASH)("Hi")
    assert type(caught.value) is expected
    assert (caught.value.provider, caught.value.model) == ("gemini", "gemini-2.5-flash")
    if fault.kind == "status":
        assert caught.value.status == fault.status


def test_a_prompt_that_is_too_long_says_by_how_much(server: ModelServer) -> None:
    server.change(context_window=3)
    with pytest.raises(ContextWindowExceeded, match=r"input token count \(5\) exceeds .* allowed \(3\)"):
        weft.LM(FLASH)("one two three four five")


def test_the_wait_that_is_asked_for_is_in_the_body(server: ModelServer) -> None:
    server.change(faults=Fault("status", status=429, retry_after=7.5))
    with pytest.raises(LMRateLimitError) as caught:
        weft.LM(FLASH)("Hi")
    assert caught.value.retry_after == 7.5


def test_a_limit_is_waited_for_and_the_call_made_again(server: ModelServer) -> None:
    server.change(limits=Limits(requests=1, minute=0.2))
    lm = weft.LM(FLASH, retries=5)
    assert [lm("Hi").text for _ in range(3)] == ["Hello from the test server."] * 3


@pytest.mark.parametrize("key", ["AIza-canary-wrong-01"])
def test_a_wrong_key_is_an_error_of_its_own_and_not_of_the_request(server: ModelServer, key: str) -> None:
    with pytest.raises(LMAuthError, match="API key not valid") as caught:
        weft.LM(FLASH, api_key=key)("Hi")
    assert caught.value.status == 400


def test_either_variable_holds_the_key(server: ModelServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("GEMINI_API_KEY")
    with pytest.raises(LMAuthError, match="GEMINI_API_KEY"):
        weft.LM(FLASH)("Hi")
    monkeypatch.setenv("GOOGLE_API_KEY", KEY)
    assert weft.LM(FLASH)("Hi").text


def _said(error: BaseException | None) -> Iterator[str]:
    while error is not None:
        yield f"{error!r} {error} {vars(error)}"
        error = error.__cause__ or error.__context__


def test_keys_are_in_no_error_event_or_description(server: ModelServer, caplog: pytest.LogCaptureFixture) -> None:
    wrong = "AIza-canary-wrong-02"
    events: list[Any] = []
    lm = weft.LM(FLASH, api_key=wrong)
    with weft.listening(events.append), pytest.raises(LMAuthError) as caught:
        lm("Hi")
    told = [*_said(caught.value), repr(events), repr(lm), repr(lm.describe()), str(lm.cache_identity), caplog.text]
    assert not [text for text in told if wrong in text]
    assert server.exchanges[-1].http.headers["x-goog-api-key"] == wrong
