"""Crews know the moment at which all who work wait."""

from __future__ import annotations

import asyncio

from weft.runtime.concurrent import map_ordered
from weft.runtime.crew import Crew, crew_in_force, paused, this_worker
from weft.runtime.quiet import Quiet


def in_crew(crew: Crew) -> None:
    crew_in_force.set(crew)


def test_tasks_of_a_map_are_workers_from_the_start() -> None:
    rests: list[bool] = []

    async def main() -> None:
        crew = Crew(lambda: rests.append(crew.all_wait))
        in_crew(crew)
        together = asyncio.Barrier(3)

        async def work(number: int) -> None:
            assert this_worker.get() is not None
            with paused():
                await together.wait()

        await map_ordered(work, range(3), concurrency=3)
        assert not crew.all_wait  # nobody is left

    asyncio.run(main())
    assert rests[0]  # only when the third waited as well


def test_a_worker_that_waits_for_workers_of_its_own_is_not_busy() -> None:
    async def main() -> None:
        crew = Crew(lambda: None)
        in_crew(crew)
        seen: list[bool] = []

        async def inner(number: int) -> None:
            seen.append(crew.all_wait)
            with paused(), paused():
                seen.append(crew.all_wait)
            seen.append(crew.all_wait)

        async def outer(number: int) -> None:
            await map_ordered(inner, range(1), concurrency=1)
            seen.append(crew.all_wait)

        await map_ordered(outer, range(1), concurrency=1)
        assert seen == [False, True, False, False]

    asyncio.run(main())


def test_workers_that_are_cancelled_before_they_begin_are_gone() -> None:
    async def main() -> None:
        crew = Crew(lambda: None)
        in_crew(crew)
        task = asyncio.ensure_future(map_ordered(lambda number: asyncio.sleep(number), [60] * 3, concurrency=3))
        await asyncio.sleep(0)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        await asyncio.sleep(0)
        worker = crew.join()
        worker.pause()
        assert crew.all_wait  # the only one there is

    asyncio.run(main())


def test_quiet_is_told_once_nothing_has_stirred_for_some_turns() -> None:
    async def main() -> None:
        told = asyncio.Event()
        order: list[str] = []

        def then() -> None:
            order.append("quiet")
            told.set()

        quiet = Quiet(then)
        quiet.stir()
        for _ in range(20):
            await asyncio.sleep(0)
            order.append("stir")
            quiet.stir()
        await told.wait()
        assert order == [*["stir"] * 20, "quiet"]
        told.clear()
        quiet.stir()
        await told.wait()
        assert order[-2:] == ["quiet", "quiet"]

    asyncio.run(main())


def test_quiet_goes_on_after_its_loop_was_closed() -> None:
    told: list[str] = []
    quiet = Quiet(lambda: told.append("quiet"))

    async def stir(turns: int) -> None:
        quiet.stir()
        for _ in range(turns):
            await asyncio.sleep(0)

    asyncio.run(stir(1))
    asyncio.run(stir(20))
    assert told == ["quiet"]
