"""A retriever that keeps the contract, retrievers that break it in one way each, and the check that must say so."""

from __future__ import annotations

import asyncio
import itertools
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Self

import weft
from weft import Passage

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


class Correct(weft.RM):
    """Scores by shared words; like a database on the network, it waits before it answers."""

    kept: dict[str, Passage]
    new_ids: itertools.count[int]

    def __new__(cls, **_: Any) -> Self:  # and no __init__, so that a mutant's alone decides which options there are
        self = super().__new__(cls)
        self.kept, self.new_ids = {}, itertools.count()
        return self

    async def search(self, query: str, k: int, filters: Mapping[str, Any] | None = None) -> list[Passage]:
        await asyncio.sleep(0)
        wanted = set((filters or {}).items())
        chosen = [passage for passage in self.kept.values() if wanted <= set(passage.metadata.items())]
        return self.best(query, chosen)[:k]

    def best(self, query: str, passages: Sequence[Passage]) -> list[Passage]:
        scored = [replace(passage, score=self.score(query, passage.text)) for passage in passages]
        return sorted(scored, key=lambda passage: -passage.score)

    def score(self, query: str, text: str) -> float:
        asked, said = set(query.split()), set(text.split())
        return len(asked & said) / len(asked | said)

    async def add(self, passages: Sequence[Passage]) -> None:
        await asyncio.sleep(0)
        for passage in passages:
            key = passage.id or f"new-{next(self.new_ids)}"
            self.kept[key] = replace(passage, id=key)

    async def delete(self, ids: Sequence[str]) -> None:
        for key in ids:
            self.kept.pop(key, None)

    async def count(self) -> int:
        return len(self.kept)


class InfiniteScores(Correct):
    """Scores an exact hit with infinity."""

    def score(self, query: str, text: str) -> float:
        return float("inf") if query == text else super().score(query, text)


class IgnoresK(Correct):
    """Gives five where two are wanted."""

    async def search(self, query: str, k: int, filters: Mapping[str, Any] | None = None) -> list[Passage]:
        return await super().search(query, 5 if k == 2 else k, filters)


class TakesAnyK(Correct):
    async def acall(self, query: str, k: int = 3, filters: Mapping[str, Any] | None = None) -> list[Passage]:
        return await super().acall(query, max(1, k), filters)


class GivesDistances(Correct):
    """Gives the nearest first, with how far it is."""

    def best(self, query: str, passages: Sequence[Passage]) -> list[Passage]:
        return [replace(passage, score=1 - passage.score) for passage in super().best(query, passages)]


class WorstFirst(Correct):
    """Finds whatever has least to do with the query."""

    def score(self, query: str, text: str) -> float:
        return -super().score(query, text)


class BoundToOneLoop(Correct):
    """Has a connection that belongs to the event loop of the first search."""

    async def search(self, query: str, k: int, filters: Mapping[str, Any] | None = None) -> list[Passage]:
        loop = asyncio.get_running_loop()
        self.loop = getattr(self, "loop", loop)
        if self.loop is not loop:
            raise RuntimeError("Event loop is closed")
        return await super().search(query, k, filters)


class RunsItsOwnLoop(Correct):
    """Blocks with asyncio.run."""

    def __call__(self, query: str, k: int = 3, filters: Mapping[str, Any] | None = None) -> list[Passage]:
        coroutine = self.acall(query, k, filters)
        try:
            return asyncio.run(coroutine)
        finally:
            coroutine.close()


class MixesSearchesUp(Correct):
    """Keeps the query on itself while it waits."""

    async def search(self, query: str, k: int, filters: Mapping[str, Any] | None = None) -> list[Passage]:
        self.query = query
        await asyncio.sleep(0.001)
        return await super().search(self.query, k, filters)


class FailsWhenEmpty(Correct):
    async def search(self, query: str, k: int, filters: Mapping[str, Any] | None = None) -> list[Passage]:
        if not self.kept:
            raise LookupError("no such collection")
        return await super().search(query, k, filters)


class LosesMetadata(Correct):
    """Filters by metadata but does not give it back."""

    async def search(self, query: str, k: int, filters: Mapping[str, Any] | None = None) -> list[Passage]:
        return [replace(passage, metadata={}) for passage in await super().search(query, k, filters)]


class AsciiOnly(Correct):
    def best(self, query: str, passages: Sequence[Passage]) -> list[Passage]:
        found = super().best(query, passages)
        return [replace(passage, text=passage.text.encode("ascii", "ignore").decode()) for passage in found]


class KeepsTheOld(Correct):
    """Does not replace what it has."""

    async def add(self, passages: Sequence[Passage]) -> None:
        await super().add([passage for passage in passages if passage.id not in self.kept])


class NumbersAgain(Correct):
    """Names a passage by how many there are."""

    async def add(self, passages: Sequence[Passage]) -> None:
        for passage in passages:
            await super().add([replace(passage, id=passage.id or str(len(self.kept)))])


class NeverDeletes(Correct):
    """Remembers what was deleted, except for what it named itself."""

    async def delete(self, ids: Sequence[str]) -> None:
        await super().delete([key for key in ids if key.startswith("new-")])


class FailsOnUnknownIds(Correct):
    async def delete(self, ids: Sequence[str]) -> None:
        for key in ids:
            del self.kept[key]


class CountsWrites(Correct):
    """Counts what was ever added."""

    async def count(self) -> int:
        return self.writes

    writes = 0

    async def add(self, passages: Sequence[Passage]) -> None:
        self.writes += len(passages)
        await super().add(passages)


class LosesWrites(Correct):
    """Reads, waits and writes."""

    async def add(self, passages: Sequence[Passage]) -> None:
        read = dict(self.kept)
        await asyncio.sleep(0.001)
        self.kept = read
        for passage in passages:
            key = passage.id or f"new-{next(self.new_ids)}"
            self.kept[key] = replace(passage, id=key)


class IgnoresFilters(Correct):
    async def search(self, query: str, k: int, filters: Mapping[str, Any] | None = None) -> list[Passage]:
        return await super().search(query, k)


class FiltersTooLate(Correct):
    """Filters the k best, of which none may be left."""

    async def search(self, query: str, k: int, filters: Mapping[str, Any] | None = None) -> list[Passage]:
        wanted = set((filters or {}).items())
        return [passage for passage in await super().search(query, k) if wanted <= set(passage.metadata.items())]


class TakesAnyOption(Correct):
    def __init__(self, **options: Any) -> None:
        pass


CAUGHT_BY: dict[type[weft.RM], str] = {
    InfiniteScores: "test_finds_passages",
    IgnoresK: "test_k_bounds_the_results",
    TakesAnyK: "test_senseless_k_is_refused",
    GivesDistances: "test_best_comes_first",
    WorstFirst: "test_exact_text_is_found",
    BoundToOneLoop: "test_sync_and_async_agree",
    RunsItsOwnLoop: "test_searches_inside_a_running_loop",
    MixesSearchesUp: "test_searches_at_once",
    FailsWhenEmpty: "test_empty_index_finds_nothing",
    LosesMetadata: "test_passages_come_back_whole",
    AsciiOnly: "test_passages_come_back_whole",
    KeepsTheOld: "test_adding_again_replaces",
    NumbersAgain: "test_passages_without_ids_are_kept_apart",
    NeverDeletes: "test_deleted_is_gone",
    FailsOnUnknownIds: "test_deleted_is_gone",
    CountsWrites: "test_counts",
    LosesWrites: "test_adding_at_once_loses_nothing",
    IgnoresFilters: "test_filters_hold_or_are_refused",
    FiltersTooLate: "test_filters_hold_or_are_refused",
    TakesAnyOption: "test_unknown_option_is_refused",
}
MANNERS: dict[str, Any] = {}
ARGUMENTS = ()
REGISTER = ""
SELECT = ""
