"""Users' sync functions beside the loop: context, exceptions, progress while others block, nothing left behind."""

from __future__ import annotations

import asyncio
import contextvars
import gc
import threading
import weakref
from functools import partial
from typing import Any

import pytest

from weft.runtime import offload
from weft.runtime.concurrent import map_ordered

marker: contextvars.ContextVar[str] = contextvars.ContextVar("marker", default="none")


def test_a_sync_function_runs_off_the_loop_with_the_callers_context() -> None:
    async def main() -> tuple[str, int]:
        marker.set("here")
        return await offload.call(lambda: (marker.get(), threading.get_ident()))

    seen, thread = asyncio.run(main())
    assert seen == "here"
    assert thread != threading.get_ident()


def test_async_functions_of_every_shape_are_awaited() -> None:
    class Callable:
        async def __call__(self, value: int) -> int:
            return value + 1

    async def add(value: int, more: int) -> int:
        return value + more

    async def main() -> list[Any]:
        shapes: list[Any] = [Callable(), partial(add, more=1), lambda value: add(value, 1), lambda value: value + 1]
        return [await offload.call(function, 1) for function in shapes]

    assert asyncio.run(main()) == [2, 2, 2, 2]


@pytest.mark.parametrize("error", [ValueError("mine"), KeyError("mine")])
def test_exceptions_are_raised_where_the_call_is_awaited(error: Exception) -> None:
    def fail() -> None:
        raise error

    with pytest.raises(type(error), match="mine"):
        asyncio.run(offload.call(fail))


def test_stop_iteration_does_not_end_a_coroutine_in_silence() -> None:
    with pytest.raises(RuntimeError, match="raised StopIteration"):
        asyncio.run(offload.call(partial(next, iter(()))))


def test_many_blocking_calls_progress_in_parallel() -> None:
    together = threading.Barrier(40)

    async def main() -> list[int]:
        return list(await asyncio.gather(*[offload.call(together.wait, 10) for _ in range(40)]))

    assert sorted(asyncio.run(main())) == list(range(40))


def test_blocked_calls_do_not_hold_up_the_loop_or_later_calls() -> None:
    release = threading.Event()

    async def main() -> str:
        stuck = [asyncio.ensure_future(offload.call(release.wait, 10)) for _ in range(5)]
        done = await offload.call(lambda: "done")
        release.set()
        assert all(await asyncio.gather(*stuck))
        return done

    assert asyncio.run(main()) == "done"


def test_a_call_that_was_cancelled_before_it_began_never_runs() -> None:
    release, ran = threading.Event(), []

    async def main() -> None:
        first = asyncio.ensure_future(offload.call(release.wait, 10))
        await asyncio.sleep(0)
        second = asyncio.ensure_future(offload.call(ran.append, "second"))
        await asyncio.sleep(0)
        second.cancel()
        with pytest.raises(asyncio.CancelledError):
            await second
        release.set()
        await first
        await offload.call(ran.append, "third")

    asyncio.run(main())
    assert ran == ["third"]


def test_a_finished_loop_is_not_kept_alive() -> None:
    loops: list[weakref.ref[Any]] = []

    async def main() -> None:
        loops.append(weakref.ref(asyncio.get_running_loop()))
        await offload.call(lambda: None)

    asyncio.run(main())
    for _ in range(1_000):  # the worker may be a few steps from letting go of it
        gc.collect()
        if loops[0]() is None:
            break
    assert loops[0]() is None


def test_a_quick_function_that_starts_to_block_leaves_the_loop_again() -> None:
    release = threading.Event()
    learned = offload.Learned(lambda wait: release.wait(10) if wait else True)

    async def main() -> list[bool]:
        quick = [await learned(False) for _ in range(50)]
        release.set()
        return [*quick, await learned(True)]

    assert asyncio.run(main()) == [True] * 51


def test_map_ordered_keeps_order_and_bounds_what_runs_at_once() -> None:
    running: set[int] = set()
    most = 0

    async def slow(number: int) -> int:
        nonlocal most
        running.add(number)
        most = max(most, len(running))
        for _ in range(number % 5):
            await asyncio.sleep(0)
        running.remove(number)
        return number * 2

    assert asyncio.run(map_ordered(slow, range(100), concurrency=7)) == [number * 2 for number in range(100)]
    assert most == 7


def test_map_ordered_reads_no_further_ahead_than_it_works() -> None:
    taken = 0

    def items() -> Any:
        nonlocal taken
        for number in range(1000):
            taken += 1
            yield number

    async def stop_at_ten(number: int) -> int:
        await asyncio.sleep(0)
        if number == 10:
            raise ValueError("ten")
        return number

    with pytest.raises(ValueError, match="ten"):
        asyncio.run(map_ordered(stop_at_ten, items(), concurrency=3))
    assert taken < 30


def test_map_ordered_cancels_the_rest_when_one_fails() -> None:
    cancelled: list[int] = []

    async def work(number: int) -> None:
        if number == 0:
            await asyncio.sleep(0)
            raise ValueError("first")
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            cancelled.append(number)
            raise

    with pytest.raises(ValueError, match="first"):
        asyncio.run(map_ordered(work, range(4), concurrency=4))
    assert sorted(cancelled) == [1, 2, 3]


def test_map_ordered_of_nothing_is_nothing() -> None:
    async def never(item: int) -> int:
        raise AssertionError(item)

    assert asyncio.run(map_ordered(never, [], concurrency=3)) == []
