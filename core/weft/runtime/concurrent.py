"""Many things at once, but no more than a number: results in order, memory by the number and not by the data."""

from __future__ import annotations

import asyncio
from contextvars import copy_context
from typing import TYPE_CHECKING, Any, TypeVar

from .crew import crew_in_force, paused, this_worker

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Coroutine, Iterable, Iterator

T = TypeVar("T")
R = TypeVar("R")


async def map_ordered(function: Callable[[T], Awaitable[R]], items: Iterable[T], *, concurrency: int) -> list[R]:
    """Return ``[await function(item) for item in items]``, with `concurrency` of them running at once.

    The first exception cancels the rest and is raised.
    """
    results: list[R] = []
    numbered = enumerate(items)
    workers = [_begun(_work(function, numbered, results)) for _ in range(concurrency)]
    try:
        with paused():
            await asyncio.gather(*workers)
    finally:
        for worker in workers:
            worker.cancel()
        await asyncio.gather(*workers, return_exceptions=True)
    return results


def _begun(work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
    """Start a task, which is a worker of the crew in force, if there is one."""
    crew = crew_in_force.get()
    if crew is None:
        return asyncio.ensure_future(work)
    worker = crew.join()
    context = copy_context()
    context.run(this_worker.set, worker)
    task = asyncio.get_running_loop().create_task(work, context=context)
    task.add_done_callback(lambda _: worker.leave())
    return task


async def _work(function: Callable[[T], Awaitable[R]], items: Iterator[tuple[int, T]], results: list[R]) -> None:
    for position, item in items:
        while len(results) <= position:
            results.append(None)  # type: ignore[arg-type] # a place that its own worker fills
        results[position] = await function(item)
