"""What goes wrong comes as weft's errors, once, and without keys."""

from __future__ import annotations

import traceback
from typing import TYPE_CHECKING, Any

import pytest
from conftest import KEY

import weft
from pytest_weft.server import Fault, ModelServer
from weft import errors

if TYPE_CHECKING:
    from collections.abc import Callable

    Make = Callable[..., weft.LM]

FAULTS: list[tuple[Fault, type[errors.LMError], int | None]] = [
    (Fault("status", status=400), errors.LMInvalidRequestError, 400),
    (Fault("status", status=401), errors.LMAuthError, 401),
    (Fault("status", status=402), errors.LMBillingError, 402),
    (Fault("status", status=403), errors.LMAuthError, 403),
    (Fault("status", status=404), errors.UnsupportedModelError, 404),
    (Fault("status", status=429), errors.LMRateLimitError, 429),
    (Fault("status", status=429, message="insufficient_quota: you are out of money"), errors.LMBillingError, 429),
    (Fault("status", status=500), errors.LMServerError, 500),
    (Fault("status", status=503), errors.LMServerError, 503),
    (Fault("context_overflow"), errors.ContextWindowExceeded, 400),
    (Fault("html"), errors.LMServerError, 502),
    (Fault("reset"), errors.LMTransportError, None),
    (Fault("close"), errors.LMTransportError, None),
    (Fault("malformed_json"), errors.LMTransportError, None),
    (Fault("empty"), errors.LMServerError, None),
]


@pytest.mark.parametrize(("fault", "kind", "status"), FAULTS, ids=[f"{f.kind}-{s}-{k.__name__}" for f, k, s in FAULTS])
def test_failure_has_its_class_and_facts(
    make: Make, server: ModelServer, fault: Fault, kind: type[errors.LMError], status: int | None
) -> None:
    server.change(faults=fault)
    with pytest.raises(errors.LMError) as caught:
        make()("hi")
    error = caught.value
    assert type(error) is kind
    assert (error.provider, error.model, error.status) == ("litellm", "openai/tiny", status)
    assert str(error).startswith("litellm/openai/tiny")
    assert "litellm." not in str(error), "names of classes tell users nothing"
    assert (error.request_id is not None) == (status is not None)
    assert len(server.exchanges) == 1, "litellm must not try again by itself"


def test_provider_says_how_long_to_wait(make: Make, server: ModelServer) -> None:
    server.change(faults=Fault("status", status=429, retry_after=7))
    for call in (lambda: make()("hi"), lambda: list(make("openai/other").streaming("hi"))):
        with pytest.raises(errors.LMRateLimitError) as caught:
            call()
        assert caught.value.retry_after == 7


@pytest.mark.parametrize("kind", ["malformed_sse", "stream_error", "reset"])
def test_stream_that_fails_can_be_tried_again(make: Make, server: ModelServer, kind: Any) -> None:
    server.change(answer="one two three", faults=[Fault(kind, after=2), None])
    *pieces, whole = make(retries=1).streaming("hi")
    assert isinstance(whole, weft.Response)
    assert (whole.text, whole.usage.calls) == ("one two three", 2)
    assert any(piece.restart for piece in pieces if isinstance(piece, weft.Delta)) == (kind != "reset")


def test_answer_that_is_refused_says_so(make: Make, server: ModelServer) -> None:
    server.change(faults=Fault("content_filter"))
    assert make()("hi").completions[0].finish_reason == "content_filter"


def test_wrong_address_is_no_missing_model(make: Make, server: ModelServer) -> None:
    with pytest.raises(errors.LMInvalidRequestError) as caught:
        make(api_base=f"{server.url}/nowhere")("hi")
    assert type(caught.value) is errors.LMInvalidRequestError


def test_missing_key_is_no_broken_connection(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    with pytest.raises(errors.LMAuthError):
        weft.LM("litellm/openai/tiny", api_base="http://127.0.0.1:1")("hi")


def test_key_that_a_provider_repeats_is_struck_out(
    make: Make, server: ModelServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ACME_API_KEY", "canary-of-the-environment")
    message = f"The key {KEY} is wrong, and so is canary-of-the-environment."
    server.change(faults=Fault("status", status=401, message=message))
    for call in (lambda: make()("hi"), lambda: list(make().streaming("hi"))):
        with pytest.raises(errors.LMAuthError) as caught:
            call()
        text = "".join(traceback.format_exception(caught.value))
        assert "is wrong, and so is ***." in text
        assert "canary" not in text


def test_cause_is_kept_where_it_holds_no_key(make: Make, server: ModelServer) -> None:
    server.change(faults=Fault("status", status=500))
    with pytest.raises(errors.LMServerError) as caught:
        make()("hi")
    assert type(caught.value.__cause__).__module__ == "litellm.exceptions"


def test_nothing_is_printed(make: Make, server: ModelServer, capfd: pytest.CaptureFixture[str]) -> None:
    server.change(faults=Fault("status", status=500))
    for call in (lambda: make()("hi"), lambda: list(make().streaming("hi"))):
        with pytest.raises(errors.LMServerError):
            call()
    assert capfd.readouterr() == ("", "")
