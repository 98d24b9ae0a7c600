"""What headers say of limits and of waiting."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from multidict import CIMultiDict

from weft import RateLimits
from weft_http import LimitHeaders
from weft_http.durations import retry_after, seconds_of


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("1s", 1), ("6m0s", 360), ("120ms", 0.12), ("1h2m3.5s", 3723.5), ("2", 2), ("0.5", 0.5), ("-3", 0), ("1d", 86400)],
)
def test_durations(text: str, seconds: float) -> None:
    assert seconds_of(text) == pytest.approx(seconds)


def test_moments() -> None:
    soon = datetime.now(UTC) + timedelta(seconds=90)
    written = [soon.isoformat().replace("+00:00", "Z"), format_datetime(soon, usegmt=True)]
    written += [str(soon.timestamp()), str(int(soon.timestamp() * 1000))]
    for text in written:
        assert 88 < (seconds_of(text) or 0) <= 90


def test_a_moment_that_is_past_needs_no_wait() -> None:
    assert seconds_of(str(time.time() - 100)) == 0


@pytest.mark.parametrize("text", ["", "soon", "nan", "inf", "5 parsecs"])
def test_what_cannot_be_read_is_unknown(text: str) -> None:
    assert seconds_of(text) is None


def test_the_exact_wait_wins() -> None:
    assert retry_after({"retry-after-ms": "1500", "Retry-After": "2"}) == 1.5
    assert retry_after({"Retry-After": "2"}) == 2
    assert retry_after({}) is None


def test_limits_are_read() -> None:
    headers = CIMultiDict(
        {
            "X-RateLimit-Limit-Requests": "600",
            "x-ratelimit-remaining-requests": "0",
            "x-ratelimit-limit-tokens": "10000",
            "x-ratelimit-remaining-tokens": "9000",
        }
    )
    limits = LimitHeaders().read(headers)
    assert limits == RateLimits(requests=600, requests_left=0, tokens=10000, tokens_left=9000)


def test_without_limits_nothing_is_reported() -> None:
    assert LimitHeaders().read(CIMultiDict({"content-type": "text/plain"})) is None


def test_nonsense_in_a_header_is_no_limit() -> None:
    limits = LimitHeaders().read(CIMultiDict({"x-ratelimit-remaining-tokens": "many"}))
    assert limits == RateLimits()


def test_other_names() -> None:
    names = LimitHeaders(requests="", requests_left="acme-left", tokens="", tokens_left="")
    assert names.read(CIMultiDict({"acme-left": "3"})) == RateLimits(requests_left=3)
