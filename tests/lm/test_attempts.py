"""What is tried again, how long, and what is counted."""

from __future__ import annotations

import asyncio

import pytest
from flaky_provider import Flaky

import weft
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

pytestmark = pytest.mark.usefixtures("short_waits")

PASSING = [LMTransportError, LMTimeoutError, LMRateLimitError, LMServerError]
LASTING = [
    LMError,
    LMAuthError,
    LMBillingError,
    LMContentFilterError,
    LMInvalidRequestError,
    ContextWindowExceeded,
    UnsupportedModelError,
]


@pytest.mark.parametrize("kind", PASSING)
def test_what_may_pass_is_tried_again_and_every_attempt_is_counted(kind: type[LMError]) -> None:
    lm = Flaky([kind("no"), kind("no"), "yes"])
    with weft.track_usage() as ledger:
        response = lm("Hi")
    assert response.text == "yes"
    assert response.usage.calls == ledger.total.calls == len(lm.requests) == 3
    assert response.usage.cost == ledger.total.cost == pytest.approx(20e-6)


@pytest.mark.parametrize("kind", LASTING)
def test_what_does_not_pass_is_raised_at_once(kind: type[LMError]) -> None:
    lm = Flaky([kind("no"), "yes"])
    with pytest.raises(kind):
        lm("Hi")
    assert len(lm.requests) == 1


def test_a_strangers_error_is_not_tried_again_but_counted() -> None:
    lm = Flaky([KeyError("oops"), "yes"])
    with weft.track_usage() as ledger, pytest.raises(KeyError):
        lm("Hi")
    assert ledger.total.calls == 1


@pytest.mark.parametrize(
    ("own", "given", "attempts"),
    [({}, {"retries": 0}, 1), ({"retries": 1}, {}, 2), ({"retries": 9}, {"retries": 2}, 3)],
)
def test_how_often_is_said_by_the_call_or_the_model(own: dict[str, int], given: dict[str, int], attempts: int) -> None:
    lm = Flaky([LMServerError("no")], **own)
    with pytest.raises(LMServerError):
        lm("Hi", **given)
    assert len(lm.requests) == attempts


def test_or_by_the_settings() -> None:
    lm = Flaky([LMServerError("no")])
    with weft.context(retries=3), pytest.raises(LMServerError):
        lm("Hi")
    assert len(lm.requests) == 4


def test_an_attempt_that_takes_too_long_is_cancelled_and_made_again() -> None:
    lm = Flaky([None, "late but here"])
    assert lm("Hi", attempt_timeout=0.02).text == "late but here"
    assert lm.cancelled == 1


def test_a_call_ends_at_its_deadline_whatever_its_attempts_do() -> None:
    lm = Flaky([None])
    with pytest.raises(LMTimeoutError, match=r"test/flaky did not answer within") as caught:
        lm("Hi", timeout=0.05)
    assert isinstance(caught.value, TimeoutError)
    assert lm.cancelled == len(lm.requests) == 1


def test_no_wait_is_begun_that_ends_after_the_deadline() -> None:
    lm = Flaky([LMRateLimitError("slow down", retry_after=60.0), "yes"])
    with pytest.raises(LMRateLimitError):
        lm("Hi", timeout=5)
    assert len(lm.requests) == 1


def test_the_provider_is_left_alone_for_as_long_as_it_asks() -> None:
    lm = Flaky([LMRateLimitError("slow down", retry_after=0.05), "yes"])
    waits: list[float] = []
    with weft.listening(lambda event: waits.append(event.fields["seconds"]) if event.kind == "lm.retry" else None):
        assert lm("Hi").text == "yes"
    assert len(waits) == 1
    assert waits[0] >= 0.05


def test_a_cancelled_call_stops_its_attempt_and_is_counted() -> None:
    lm = Flaky([None])

    async def cancel() -> int:
        with weft.track_usage() as ledger, pytest.raises(TimeoutError):
            await asyncio.wait_for(lm.acall("Hi"), 0.02)
        return ledger.total.calls

    assert asyncio.run(cancel()) == 1
    assert lm.cancelled == 1


def test_events_tell_of_every_attempt() -> None:
    lm = Flaky([LMServerError("no"), "yes"])
    events: list[weft.Event] = []
    with weft.listening(events.append):
        lm("Hi")
    assert [event.kind for event in events] == ["lm.error", "lm.retry", "lm.end"]
    assert events[1].fields["attempt"] == 1


def test_answers_of_a_model_that_gives_one_at_a_time_are_asked_for_together() -> None:
    lm = Flaky(["a"], max_in_flight=2)
    response = lm("Hi", n=5, seed=7)
    assert [completion.text for completion in response.completions] == ["a"] * 5
    assert sorted(request.seed or 0 for request in lm.requests) == [7, 8, 9, 10, 11]
    assert response.usage == weft.Usage(50, 25, calls=5, cost=pytest.approx(100e-6))
    assert Flaky(["a"], n=True)("Hi", n=5).completions == response.completions


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"timeout": 0}, "timeout must be a number of seconds above 0, not 0"),
        ({"attempt_timeout": "fast"}, "attempt_timeout must be a number of seconds above 0, not 'fast'"),
        ({"retries": -1}, "retries must be a whole number of at least 0, not -1"),
        ({"requests_per_minute": 0}, "requests_per_minute must be a number above 0 or None, not 0"),
    ],
)
def test_senseless_options_are_refused(options: dict[str, object], says: str) -> None:
    with pytest.raises(weft.errors.OptionError, match=says):
        Flaky(["x"], **options)


def test_a_call_that_waits_for_an_equal_one_has_its_own_deadline(request: pytest.FixtureRequest) -> None:
    lm = Flaky([None], name=request.node.name, cache="on")

    async def run() -> None:
        first = asyncio.create_task(lm.acall("Hi", timeout=60))
        with pytest.raises(LMTimeoutError, match="waited for an equal one"):
            await asyncio.gather(lm.acall("Hi", timeout=0.03), asyncio.sleep(0))
        assert not first.done()
        first.cancel()
        await asyncio.wait([first])

    asyncio.run(run())
    assert len(lm.requests) == 1
