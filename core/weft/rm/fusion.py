"""``ensemble``: several retrievers as one, by reciprocal rank fusion."""

from __future__ import annotations

from dataclasses import replace
from functools import reduce
from typing import TYPE_CHECKING, Any

from ..errors import OptionError
from ..runtime.loop import enter_loop
from .base import RM
from .capabilities import RMCapabilities
from .current import as_rm

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from ..data.passages import Passage
    from .filters import Filter

_CONSTANT = 60.0


def fused(
    rankings: Iterable[Sequence[Passage]], *, constant: float = _CONSTANT, weights: Sequence[float] | None = None
) -> list[Passage]:
    """Return the passages of several rankings as one: each counts the sum of ``weight / (constant + rank)``.

    Passages are the same if they have one id, or, where they have none, one text. Of equals, the first found comes
    first. Scores are the sums.

    Args:
        rankings: passages, best first, of several retrievers, or of several queries.
        constant: how little the first ranks stand out.
        weights: how much each ranking counts; default: 1.

    Source: Cormack, Clarke and Büttcher 2009, "Reciprocal Rank Fusion outperforms Condorcet and individual Rank
    Learning Methods".

    Example:
        >>> from weft import Passage
        >>> one, other = [Passage("a"), Passage("b")], [Passage("b"), Passage("c")]
        >>> [passage.text for passage in fused([one, other])]
        ['b', 'a', 'c']
    """
    lists = list(rankings)
    counts = [1.0] * len(lists) if weights is None else list(weights)
    if len(counts) != len(lists):
        raise OptionError(f"There are {len(counts)} weights for {len(lists)} rankings.")
    first: dict[tuple[str, str], Passage] = {}
    sums: dict[tuple[str, str], float] = {}
    for ranking, weight in zip(lists, counts, strict=True):
        for rank, passage in enumerate(ranking, 1):
            key = ("id", passage.id) if passage.id else ("text", passage.text)
            first.setdefault(key, passage)
            sums[key] = sums.get(key, 0.0) + weight / (constant + rank)
    best = sorted(sums, key=lambda key: -sums[key])
    return [replace(first[key], score=sums[key]) for key in best]


class EnsembleRM(RM):
    """Asks several retrievers at once and fuses what they find.

    Args:
        rms: the retrievers, functions or names; they should hold the same passages under the same ids.
        weights: how much each counts; default: 1.
        depth: how many passages each is asked for, at least.
        constant: how little the first ranks stand out.
    """

    def __init__(
        self,
        *,
        rms: Sequence[Any] = (),
        weights: Sequence[float] | None = None,
        depth: int = 100,
        constant: float = _CONSTANT,
    ) -> None:
        self.rms = tuple([as_rm(rm) for rm in rms])
        if not self.rms:
            raise OptionError("An ensemble needs retrievers: weft.RM('ensemble', rms=[…]).")
        if weights is not None and len(weights) != len(self.rms):
            raise OptionError(f"There are {len(weights)} weights for {len(self.rms)} retrievers.")
        self.weights, self.depth, self.constant = weights, depth, constant
        self.waits = any(rm.waits for rm in self.rms)
        self.capabilities = reduce(_common, [rm.capabilities for rm in self.rms])

    async def search(self, query: str, k: int, filters: Filter | None = None) -> list[Passage]:
        return (await self.search_many([query], k, filters))[0]

    async def search_many(self, queries: Sequence[str], k: int, filters: Filter | None = None) -> list[list[Passage]]:
        from ..runtime.concurrent import map_ordered  # brings asyncio

        await enter_loop()
        deep = max(k, self.depth)
        found = await map_ordered(lambda rm: rm.abatch(queries, deep, filters), self.rms, concurrency=len(self.rms))
        return [
            fused(rankings, constant=self.constant, weights=self.weights)[:k] for rankings in zip(*found, strict=True)
        ]

    async def close(self) -> None:
        for rm in self.rms:
            await rm.close()


def _common(one: RMCapabilities, other: RMCapabilities) -> RMCapabilities:
    return RMCapabilities(
        vector=one.vector or other.vector,
        keyword=one.keyword or other.keyword,
        hybrid=(one.hybrid or other.hybrid) or (one.vector and other.keyword) or (one.keyword and other.vector),
        filters=one.filters & other.filters,
        persistent=one.persistent and other.persistent,
    )
