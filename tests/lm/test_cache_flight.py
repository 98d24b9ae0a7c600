"""Identical calls that overlap cost one call, whoever makes them and however the first one ends."""

from __future__ import annotations

import asyncio
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

import weft
from weft.errors import LMInvalidRequestError


class Gated(weft.LM):
    """Answers when it is let through; counts how many calls have begun."""

    def __init__(self, model: str = "m", /, **options: Any) -> None:
        super().__init__(model, provider="gated", **options)
        self.calls = 0
        self.begun = threading.Event()
        self.gate = threading.Event()
        self.failures: list[Exception] = []

    @property
    def cache_identity(self) -> Any:
        return (type(self), self.ref, self.gate)

    async def generate(self, request: weft.Request) -> weft.Response:
        self.calls += 1
        number = self.calls
        self.begun.set()
        while not self.gate.is_set():  # noqa: ASYNC110 - set from other threads
            await asyncio.sleep(0.001)
        if self.failures:
            raise self.failures.pop()
        return weft.Response.of(f"answer {number}", usage=weft.Usage(10, 1))


async def all_waiting(lm: Gated) -> None:
    while not lm.begun.is_set():  # noqa: ASYNC110 - set from other threads
        await asyncio.sleep(0.001)
    for _ in range(5):
        await asyncio.sleep(0)


def test_64_tasks_cost_one_call() -> None:
    lm = Gated()

    async def main() -> list[weft.Response]:
        tasks = [asyncio.ensure_future(lm.acall("Hi")) for _ in range(64)]
        await all_waiting(lm)
        lm.gate.set()
        return await asyncio.gather(*tasks)

    with weft.track_usage() as ledger:
        responses = asyncio.run(main())
    assert lm.calls == ledger.total.calls == 1
    assert {response.text for response in responses} == {"answer 1"}
    paid = [response for response in responses if not response.cached]
    assert len(paid) == 1
    assert paid[0].usage.calls == 1
    assert all(response.usage == weft.Usage() for response in responses if response.cached)


def test_64_threads_and_several_loops_cost_one_call() -> None:
    lm = Gated()
    start = threading.Barrier(65)

    def sync() -> str:
        start.wait()
        return lm("Hi").text

    def own_loop() -> str:
        start.wait()
        return asyncio.run(lm.acall("Hi")).text

    with ThreadPoolExecutor(64) as pool:
        futures = [pool.submit(sync if number % 4 else own_loop) for number in range(64)]
        start.wait()
        lm.begun.wait()
        lm.gate.set()
        assert {future.result() for future in futures} == {"answer 1"}
    assert lm.calls == 1


def test_a_failure_is_told_to_all_who_waited_and_the_next_call_tries_again() -> None:
    lm = Gated()
    failure = LMInvalidRequestError("no", provider="gated", model="m", status=400)
    lm.failures.append(failure)

    async def main() -> list[Any]:
        tasks = [asyncio.ensure_future(lm.acall("Hi")) for _ in range(8)]
        await all_waiting(lm)
        lm.gate.set()
        return await asyncio.gather(*tasks, return_exceptions=True)

    errors = asyncio.run(main())
    assert lm.calls == 1
    assert {type(error) for error in errors} == {LMInvalidRequestError}
    assert len(set(map(id, errors))) == 8
    assert {error.status for error in errors} == {400}
    assert [error.__cause__ is failure for error in errors if error is not failure] == [True] * 7
    assert lm("Hi").text == "answer 2"


def test_a_failure_whose_class_cannot_be_copied_is_told_as_well() -> None:
    class Odd(Exception):
        def __init__(self, one: int, two: int) -> None:
            super().__init__(f"{one} {two}")

    lm = Gated()
    lm.failures.append(Odd(1, 2))

    async def main() -> list[Any]:
        tasks = [asyncio.ensure_future(lm.acall("Hi")) for _ in range(2)]
        await all_waiting(lm)
        lm.gate.set()
        return await asyncio.gather(*tasks, return_exceptions=True)

    leader, follower = asyncio.run(main())
    assert isinstance(leader, Odd)
    assert isinstance(follower, weft.errors.LMError)
    assert follower.__cause__ is leader
    assert "Odd: 1 2" in str(follower)


def test_a_follower_that_is_cancelled_leaves_the_others_alone() -> None:
    lm = Gated()

    async def main() -> list[str]:
        tasks = [asyncio.ensure_future(lm.acall("Hi")) for _ in range(3)]
        await all_waiting(lm)
        tasks[1].cancel()
        with pytest.raises(asyncio.CancelledError):
            await tasks[1]
        lm.gate.set()
        return [(await tasks[0]).text, (await tasks[2]).text]

    assert asyncio.run(main()) == ["answer 1", "answer 1"]
    assert lm.calls == 1


def test_a_follower_takes_over_from_a_leader_that_is_cancelled() -> None:
    lm = Gated()

    async def main() -> list[weft.Response]:
        leader, *followers = [asyncio.ensure_future(lm.acall("Hi")) for _ in range(4)]
        await all_waiting(lm)
        leader.cancel()
        with pytest.raises(asyncio.CancelledError):
            await leader
        lm.gate.set()
        return await asyncio.gather(*followers)

    responses = asyncio.run(main())
    assert lm.calls == 2
    assert {response.text for response in responses} == {"answer 2"}
    assert [response.cached for response in responses].count(False) == 1


def test_a_call_that_makes_the_same_call_does_not_wait_for_itself() -> None:
    depth = []

    def answer(request: weft.Request) -> str:
        depth.append(1)
        return lm("Hi").text if len(depth) < 3 else "end"

    lm = weft.LM("scripted/x", answers=answer, cache="on")
    assert lm("Hi").text == "end"


def test_without_the_cache_every_call_is_made() -> None:
    lm = Gated(cache="off")
    lm.gate.set()

    async def main() -> None:
        await asyncio.gather(*[lm.acall("Hi") for _ in range(5)])

    asyncio.run(main())
    assert lm.calls == 5


def test_other_samples_are_other_calls() -> None:
    lm = Gated()
    lm.gate.set()

    async def main() -> list[weft.Response]:
        return await asyncio.gather(*[lm.acall("Hi", rollout_id=number % 3) for number in range(9)])

    assert len({response.text for response in asyncio.run(main())}) == lm.calls == 3
