"""Rate limits: what is permitted, what is refused, and what the headers say about it."""

from __future__ import annotations

import json

import pytest
from http_client import CHAT, chat, chat_body, connect
from hypothesis import given
from hypothesis import strategies as st

from pytest_weft.server import Fault, Limits, ModelServer
from pytest_weft.server.limits import Meter
from pytest_weft.server.openai.vendor import duration

LONG = 3600.0
"""Seconds of a minute in which nothing comes back while a test runs."""


def test_requests_beyond_the_limit_are_429_and_say_when_to_come_back() -> None:
    with ModelServer(limits=Limits(requests=2, minute=LONG)) as server:
        answers = [chat(server) for _ in range(3)]
    assert [each.status for each in answers] == [200, 200, 429]
    assert [each.headers["x-ratelimit-remaining-requests"] for each in answers] == ["1", "0", "0"]
    assert answers[0].headers["x-ratelimit-limit-requests"] == "2"
    assert answers[0].headers["x-ratelimit-reset-requests"].startswith(("29m", "30m"))
    assert 1790 <= int(answers[2].headers["retry-after"]) <= 1800
    assert answers[2].json["error"]["type"] == "requests"
    assert answers[2].json["error"]["code"] == "rate_limit_exceeded"
    assert server.tally.limited == server.counts[CHAT, 429] == 1


def test_tokens_of_prompt_and_answer_count() -> None:
    with ModelServer(answer="one two", limits=Limits(tokens=8, minute=LONG)) as server:
        answers = [chat(server, "one two three") for _ in range(2)]
    assert [each.status for each in answers] == [200, 200]
    assert [each.headers["x-ratelimit-remaining-tokens"] for each in answers] == ["3", "0"]


def test_reserved_tokens_are_those_the_client_may_get() -> None:
    limits = Limits(tokens=20, minute=LONG, charge="reserved")
    with ModelServer(answer="one", limits=limits) as server:
        answers = [chat(server, "one two three", max_tokens=7) for _ in range(3)]
    assert [each.status for each in answers] == [200, 200, 429]
    assert answers[2].json["error"]["type"] == "tokens"


def test_a_request_larger_than_the_limit_has_no_time_to_come_back() -> None:
    with ModelServer(limits=Limits(tokens=2)) as server:
        answered = chat(server, "one two three")
    assert answered.status == 429
    assert "Request too large" in answered.json["error"]["message"]
    assert "retry-after" not in answered.headers


def test_a_burst_is_a_share_of_the_minute() -> None:
    with ModelServer(limits=Limits(requests=100, burst=0.03, minute=LONG)) as server:
        assert [chat(server).status for _ in range(4)] == [200, 200, 200, 429]


def test_too_many_at_once_are_429() -> None:
    with ModelServer(limits=Limits(in_flight=1), faults=[Fault("stall"), None]) as server:
        first = connect(server)
        first.request("POST", CHAT, json.dumps(chat_body()))
        server.wait_for(lambda tally: tally.in_flight == 1)
        second = chat(server)
        first.close()
        server.wait_for(lambda tally: tally.aborted == 1)
        third = chat(server)
    assert (second.status, third.status) == (429, 200)
    assert "Too many concurrent requests" in second.json["error"]["message"]


def test_headers_may_be_withheld_and_limits_lifted() -> None:
    with ModelServer(limits=Limits(requests=1, minute=LONG, headers="none")) as server:
        assert not [name for name in chat(server).headers if "ratelimit" in name]
        assert chat(server).status == 429
        server.change(limits=None)
        assert chat(server).status == 200


def test_a_reset_fills_the_limits() -> None:
    with ModelServer(limits=Limits(requests=1, minute=LONG)) as server:
        assert [chat(server).status for _ in range(2)] == [200, 429]
        server.reset()
        assert [chat(server).status for _ in range(2)] == [200, 429]


@given(st.floats(1, 1000), st.floats(0.01, 1), st.lists(st.floats(0, 30), max_size=60))
def test_no_pattern_of_requests_gets_more_than_refill_and_burst(rate: float, burst: float, pauses: list[float]) -> None:
    meter = Meter(Limits(requests=rate, burst=burst), 0.0)
    now, admitted = 0.0, 0
    for pause in pauses:
        now += pause
        admitted += meter.admit(0, 1, now) is None
    assert admitted <= max(1.0, rate * burst) + now * rate / 60 + 1e-6


@given(st.integers(1, 50), st.integers(1, 40), st.floats(0, 59))
def test_who_waits_as_told_is_admitted(rate: int, asked: int, start: float) -> None:
    meter = Meter(Limits(requests=rate), 0.0)
    now = start
    for _ in range(asked):
        refusal = meter.admit(0, 1, now)
        if refusal is not None:
            assert refusal.wait is not None
            now += refusal.wait + 1e-6
            assert meter.admit(0, 1, now) is None


@pytest.mark.parametrize("now", [0.0, 59.9])
def test_a_fixed_window_gives_everything_back_at_its_end(now: float) -> None:
    meter = Meter(Limits(requests=2, window="fixed"), 0.0)
    assert [meter.admit(0, 1, now) is None for _ in range(3)] == [True, True, False]
    assert [meter.admit(0, 1, 60.0) is None for _ in range(3)] == [True, True, False]


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0.012, "12ms"),
        (0.9999, "1s"),
        (1.5, "1.5s"),
        (20.0, "20s"),
        (59.9999, "1m0s"),
        (360.0, "6m0s"),
        (3600.0, "1h0m0s"),
    ],
)
def test_times_are_written_as_openai_writes_them(seconds: float, text: str) -> None:
    assert duration(seconds) == text
