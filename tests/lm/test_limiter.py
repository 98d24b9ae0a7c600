"""Limits of an endpoint are kept by all who call it: tasks, threads and loops."""

from __future__ import annotations

import asyncio
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest
from flaky_provider import Flaky
from hypothesis import given
from hypothesis import strategies as st

import weft
from weft.errors import LMRateLimitError, LMTimeoutError
from weft.lm.bucket import Bucket

if TYPE_CHECKING:
    from virtual_time import VirtualTime

pytestmark = pytest.mark.usefixtures("short_waits")


class Watched(Flaky):
    """Answers when it is let, and knows how many calls it has at once."""

    def __init__(self, **options: object) -> None:
        super().__init__(["ok"], **options)  # type: ignore[arg-type]
        self.most = self.under_way = 0
        self.lock = threading.Lock()
        self.order: list[str] = []

    async def generate(self, request: weft.Request) -> weft.Response:
        with self.lock:
            self.under_way += 1
            self.most = max(self.most, self.under_way)
            self.order.append(request.messages[0].text)
        for _ in range(3):
            await asyncio.sleep(0)
        with self.lock:
            self.under_way -= 1
        return weft.Response.of("ok")


class Metered(Flaky):
    """Enforces requests a minute as providers do, refilled all the time, and reports them or not."""

    def __init__(self, per_minute: float, burst: float, *, reports: bool = True, **options: object) -> None:
        super().__init__(["ok"], **options)  # type: ignore[arg-type]
        self.rate, self.burst, self.level, self.at = per_minute / 60, burst, burst, 0.0
        self.reports, self.per_minute, self.refused, self.accepted = reports, per_minute, 0, 0

    def takes(self, cost: float) -> bool:
        now = asyncio.get_running_loop().time()
        self.level, self.at = min(self.burst, self.level + (now - self.at) * self.rate), now
        fits = self.level >= cost
        self.level -= cost * fits
        self.accepted += fits
        self.refused += not fits
        return fits

    async def generate(self, request: weft.Request) -> weft.Response:
        await asyncio.sleep(0.001)
        fits = self.takes(1)
        limits = weft.RateLimits(requests=self.per_minute, requests_left=self.level) if self.reports else None
        if not fits:
            raise LMRateLimitError("slow down", retry_after=(1 - self.level) / self.rate, limits=limits)
        return weft.Response((weft.Completion("ok"),), weft.Usage(1, 1), "m", limits=limits)


class MeteredTokens(Metered):
    """Enforces tokens a minute; every call takes 10 of them."""

    async def generate(self, request: weft.Request) -> weft.Response:
        await asyncio.sleep(0.001)
        fits = self.takes(10)
        limits = weft.RateLimits(tokens=self.per_minute, tokens_left=self.level)
        if not fits:
            raise LMRateLimitError("slow down", retry_after=10 / self.rate, limits=limits)
        return weft.Response((weft.Completion("ok"),), weft.Usage(8, 2), "m", limits=limits)


async def many(lm: weft.LM, calls: int) -> None:
    await asyncio.gather(*[lm.acall(str(number)) for number in range(calls)])


def test_no_more_calls_are_under_way_than_may_be() -> None:
    lm = Watched(max_in_flight=3)
    asyncio.run(many(lm, 50))
    assert (lm.most, len(lm.order)) == (3, 50)


def test_threads_and_loops_share_the_limits_of_an_endpoint() -> None:
    lm = Watched(max_in_flight=2)
    with ThreadPoolExecutor(8) as pool:
        blocking = [pool.submit(lm, "Hi") for _ in range(20)]
        loops = [pool.submit(asyncio.run, many(lm, 10)) for _ in range(3)]
        for future in [*blocking, *loops]:
            future.result()
    assert lm.most <= 2
    assert len(lm.order) == 50


def test_who_came_first_goes_first() -> None:
    lm = Watched(max_in_flight=1)
    asyncio.run(many(lm, 20))
    assert lm.order == [str(number) for number in range(20)]


def test_limits_are_of_the_endpoint_and_not_of_the_object() -> None:
    one, other, elsewhere = Watched(max_in_flight=1), Watched(), Watched()
    other.endpoint = one.endpoint
    assert one.limiter is other.limiter is one.copy(temperature=0).limiter
    assert elsewhere.limiter is not one.limiter


@pytest.mark.parametrize("workers", [1, 20, 400])
def test_reported_limits_are_used_and_kept(workers: int, virtual_time: VirtualTime) -> None:
    lm = Metered(24_000, burst=20)

    async def work(numbers: list[int]) -> None:
        while numbers:
            await lm.acall(str(numbers.pop()))

    async def run() -> None:
        numbers = list(range(400))
        await asyncio.gather(*[work(numbers) for _ in range(workers)])

    virtual_time.run(run)
    assert (lm.accepted, lm.refused) == (400, 0)
    assert virtual_time.now == pytest.approx((400 - lm.burst) / lm.rate, rel=0.01)


def test_calls_that_wait_are_weighed_when_a_limit_of_tokens_is_learned(virtual_time: VirtualTime) -> None:
    lm = MeteredTokens(120_000, burst=300)
    virtual_time.run(lambda: many(lm, 200))
    assert (lm.accepted, lm.refused) == (200, 0)
    assert virtual_time.now == pytest.approx((200 * 10 - lm.burst) / lm.rate, rel=0.01)


def test_declared_limits_need_no_report(virtual_time: VirtualTime) -> None:
    lm = Metered(6_000, burst=100, reports=False, requests_per_minute=6_000)
    virtual_time.run(lambda: many(lm, 150))
    assert (lm.accepted, lm.refused) == (150, 0)
    assert virtual_time.now == pytest.approx((150 - lm.burst) / lm.rate, rel=0.01)


def test_a_limit_that_nobody_tells_is_learned_from_refusals(virtual_time: VirtualTime) -> None:
    lm = Metered(6_000, burst=100, reports=False, retries=99)
    virtual_time.run(lambda: many(lm, 3_000))
    assert lm.accepted == 3_000
    assert lm.refused <= 300  # all but a few in the first second
    assert virtual_time.now == pytest.approx((3_000 - lm.burst) / lm.rate, rel=0.05)


def test_everyone_waits_when_the_provider_asks_for_it(virtual_time: VirtualTime) -> None:
    lm = Flaky([LMRateLimitError("slow down", retry_after=30.0), "ok"])
    other = Flaky(["ok"])
    other.endpoint = lm.endpoint

    async def run() -> None:
        with pytest.raises(LMRateLimitError):
            await lm.acall("first", retries=0)
        await other.acall("second")

    virtual_time.run(run)
    assert virtual_time.now == pytest.approx(30.0, rel=0.01)


def test_who_waits_too_long_is_told_why_and_leaves_no_hole(virtual_time: VirtualTime) -> None:
    lm = Watched(requests_per_minute=60)

    async def run() -> None:
        await lm.acall("first")
        with pytest.raises(LMTimeoutError, match="had no turn before its timeout"):
            await lm.acall("second", timeout=0.5)
        await lm.acall("third")

    virtual_time.run(run)
    assert lm.order == ["first", "third"]
    assert virtual_time.now == pytest.approx(1.0, rel=0.01)  # the second took nothing of the third's


def test_a_loop_that_ends_leaves_the_limiter_usable() -> None:
    lm = Watched(max_in_flight=1, requests_per_minute=600)

    async def abandon() -> None:
        task = asyncio.create_task(many(lm, 20))
        await lm.acall("x")
        task.cancel()
        await asyncio.wait([task])

    for _ in range(3):
        asyncio.run(abandon())
    assert lm("after").text == "ok"


@given(
    st.floats(1, 100_000),
    st.lists(st.tuples(st.floats(0, 5), st.floats(0.1, 50)), min_size=1, max_size=40),
)
def test_a_bucket_gives_no_more_than_a_seconds_worth_and_what_was_refilled(
    per_minute: float, spending: list[tuple[float, float]]
) -> None:
    bucket, now, spent = Bucket(per_minute, 0.0), 0.0, 0.0
    for pause, cost in spending:
        now += pause
        cost = min(cost, per_minute)
        now += bucket.wait(cost, now) * (1 + 1e-9) + 1e-9
        bucket.wait(cost, now)
        bucket.spend(cost)
        spent += cost
        assert spent <= max(1.0, per_minute / 60) + now * per_minute / 60 + cost * 1.01 + 1e-3
