"""Many things at once, but no more than a number: results in order, memory by the number and not by the data."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable, Iterator

T = TypeVar("T")
R = TypeVar("R")


async def map_ordered(function: Callable[[T], Awaitable[R]], items: Iterable[T], *, concurrency: int) -> list[R]:
    """Return ``[await function(item) for item in items]``, with `concurrency` of them running at once.

    The first exception cancels the rest and is raised.
    """
    results: list[R] = []
    numbered = enumerate(items)
    workers = [asyncio.ensure_future(_work(function, numbered, results)) for _ in range(concurrency)]
    try:
        await asyncio.gather(*workers)
    finally:
        for worker in workers:
            worker.cancel()
        await asyncio.gather(*workers, return_exceptions=True)
    return results


async def _work(function: Callable[[T], Awaitable[R]], items: Iterator[tuple[int, T]], results: list[R]) -> None:
    for position, item in items:
        while len(results) <= position:
            results.append(None)  # type: ignore[arg-type] # a place that its own worker fills
        results[position] = await function(item)
