"""Iterations over what a running call hands out: from any thread, in order, and nothing goes on once they are left."""

from __future__ import annotations

import asyncio
import contextvars
import gc
import threading
from concurrent.futures import CancelledError
from contextlib import aclosing
from typing import TYPE_CHECKING, Any

import pytest

from weft.errors import SyncInAsyncError
from weft.runtime import offload
from weft.runtime.handing import blocking, pieces_of
from weft.runtime.loop import enter_loop, run_sync

if TYPE_CHECKING:
    from collections.abc import Callable

marker: contextvars.ContextVar[str] = contextvars.ContextVar("marker", default="none")


async def counting(put: Callable[[Any], None]) -> str:
    for number in range(3):
        put(number)
        await asyncio.sleep(0)
    return "done"


def read(call: Any, way: str) -> list[Any]:
    if way == "blocking":
        return list(blocking(call))

    async def main() -> list[Any]:
        return [piece async for piece in pieces_of(call)]

    return asyncio.run(main())


WAYS = pytest.mark.parametrize("way", ["blocking", "async"])


@WAYS
def test_pieces_come_and_then_the_result(way: str) -> None:
    assert read(counting, way) == [0, 1, 2, "done"]


@WAYS
def test_threads_may_hand_out_too_and_keep_their_order(way: str) -> None:
    def work(put: Callable[[Any], None], name: str) -> None:
        for number in range(200):
            put((name, number))

    async def call(put: Callable[[Any], None]) -> str:
        await asyncio.gather(*(asyncio.to_thread(work, put, name) for name in "abc"))
        return "done"

    *pieces, last = read(call, way)
    assert last == "done"
    for name in "abc":
        assert [number for of, number in pieces if of == name] == list(range(200))


@WAYS
def test_an_error_comes_after_the_pieces_before_it(way: str) -> None:
    async def call(put: Callable[[Any], None]) -> None:
        put(1)
        raise ValueError("mine")

    seen: list[Any] = []
    if way == "blocking":
        with pytest.raises(ValueError, match="mine"):
            seen.extend(blocking(call))
    else:

        async def main() -> None:
            pieces = pieces_of(call)
            seen.append(await anext(pieces))
            await anext(pieces)

        with pytest.raises(ValueError, match="mine"):
            asyncio.run(main())
    assert seen == [1]


@WAYS
def test_the_context_is_that_of_the_place_where_the_iteration_was_made(way: str) -> None:
    async def call(put: Callable[[Any], None]) -> str:
        await enter_loop()
        put(marker.get())
        return marker.get()

    token = marker.set("here")
    made = blocking(call) if way == "blocking" else pieces_of(call)
    marker.reset(token)

    async def main() -> list[Any]:
        return [piece async for piece in made]

    assert (list(made) if way == "blocking" else asyncio.run(main())) == ["here", "here"]


class Hanging:
    """A call that hands out one piece and then waits until it is cancelled."""

    def __init__(self) -> None:
        self.cancelled = threading.Event()

    async def __call__(self, put: Callable[[Any], None]) -> None:
        put("first")
        try:
            await asyncio.get_running_loop().create_future()
        except asyncio.CancelledError:
            self.cancelled.set()
            raise


def test_leaving_cancels_the_call_and_waits_for_its_end() -> None:
    call = Hanging()

    async def main() -> None:
        async with aclosing(pieces_of(call)) as pieces:
            assert await anext(pieces) == "first"
        assert call.cancelled.is_set()

    asyncio.run(main())
    call = Hanging()
    pieces = blocking(call)
    assert next(pieces) == "first"
    pieces.close()
    assert call.cancelled.is_set()


def test_an_iteration_that_is_forgotten_cancels_the_call_as_well() -> None:
    call = Hanging()
    pieces = blocking(call)
    assert next(pieces) == "first"
    del pieces
    gc.collect()
    assert call.cancelled.is_set()


def test_one_that_was_never_read_has_not_begun() -> None:
    call = Hanging()
    blocking(call).close()
    assert not call.cancelled.is_set()


def test_on_wefts_own_loop_nobody_can_block() -> None:
    async def main() -> None:
        await enter_loop()
        next(blocking(counting))

    with pytest.raises(SyncInAsyncError):
        run_sync(main())


def test_pieces_for_a_reader_whose_loop_is_closed_are_dropped() -> None:
    kept: list[Callable[[Any], None]] = []

    async def call(put: Callable[[Any], None]) -> None:
        kept.append(put)
        await asyncio.get_running_loop().create_future()

    async def main() -> None:
        async with aclosing(pieces_of(call)) as pieces:
            with pytest.raises(TimeoutError):
                await asyncio.wait_for(anext(pieces), 0.01)

    asyncio.run(main())
    kept[0]("late")
    assert len(kept) == 1


class Blocked:
    """A sync function that makes blocking calls one after another."""

    def __init__(self) -> None:
        self.waits, self.ended = threading.Event(), threading.Event()
        self.raised: list[type[BaseException]] = []

    def __call__(self) -> None:
        for _ in range(2):
            try:
                run_sync(self.wait())
            except CancelledError as error:
                self.raised.append(type(error))
        self.ended.set()

    async def wait(self) -> None:
        await enter_loop()
        self.waits.set()
        await asyncio.get_running_loop().create_future()


def test_blocking_calls_of_a_function_that_nobody_waits_for_are_cancelled_and_refused() -> None:
    function = Blocked()

    async def main() -> None:
        task = asyncio.ensure_future(offload.call(function))
        await asyncio.to_thread(function.waits.wait, 60)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(main())
    assert function.ended.wait(60)
    assert function.raised == [CancelledError, CancelledError]
