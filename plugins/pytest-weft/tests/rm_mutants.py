"""A retriever that keeps the contract, retrievers that break it in one way each, and the check that must say so."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Self

import weft
from weft import Passage
from weft.rm import ALL_FILTERS, Comparison, Every, Some, kind_of, matches

if TYPE_CHECKING:
    from collections.abc import Sequence

    from weft.rm import Filter


class Correct(weft.RM):
    """Scores by shared words; like a database on the network, it waits before it answers."""

    capabilities = weft.RMCapabilities(keyword=True, filters=ALL_FILTERS)
    kept: dict[str, Passage]

    def __new__(cls, **_: Any) -> Self:  # and no __init__, so that a mutant's alone decides which options there are
        self = super().__new__(cls)
        self.kept = {}
        return self

    async def search(self, query: str, k: int, filters: Filter | None = None) -> list[Passage]:
        await asyncio.sleep(0)
        chosen = [passage for passage in self.kept.values() if matches(filters, passage.metadata)]
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
            self.kept[passage.id] = passage

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

    async def search(self, query: str, k: int, filters: Filter | None = None) -> list[Passage]:
        return await super().search(query, 5 if k == 2 else k, filters)


class TakesAnyK(Correct):
    async def acall(self, query: str, k: int = 3, filters: Filter | None = None) -> list[Passage]:
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

    async def search(self, query: str, k: int, filters: Filter | None = None) -> list[Passage]:
        loop = asyncio.get_running_loop()
        self.loop = getattr(self, "loop", loop)
        if self.loop is not loop:
            raise RuntimeError("Event loop is closed")
        return await super().search(query, k, filters)


class RunsItsOwnLoop(Correct):
    """Blocks with asyncio.run."""

    def __call__(self, query: str, k: int = 3, filters: Filter | None = None) -> list[Passage]:
        coroutine = self.acall(query, k, filters)
        try:
            return asyncio.run(coroutine)
        finally:
            coroutine.close()


class MixesSearchesUp(Correct):
    """Keeps the query on itself while it waits."""

    concurrency = 1

    async def search(self, query: str, k: int, filters: Filter | None = None) -> list[Passage]:
        self.query = query
        await asyncio.sleep(0.001)
        return await super().search(self.query, k, filters)


class FailsWhenEmpty(Correct):
    async def search(self, query: str, k: int, filters: Filter | None = None) -> list[Passage]:
        if not self.kept:
            raise LookupError("no such collection")
        return await super().search(query, k, filters)


class LosesMetadata(Correct):
    """Gives texts among the metadata back, and no numbers."""

    async def search(self, query: str, k: int, filters: Filter | None = None) -> list[Passage]:
        return [self.without_numbers(passage) for passage in await super().search(query, k, filters)]

    def without_numbers(self, passage: Passage) -> Passage:
        texts = {name: value for name, value in passage.metadata.items() if kind_of(value) == "text"}
        return replace(passage, metadata=texts)


class AsciiOnly(Correct):
    def best(self, query: str, passages: Sequence[Passage]) -> list[Passage]:
        found = super().best(query, passages)
        return [replace(passage, text=passage.text.encode("ascii", "ignore").decode()) for passage in found]


class KeepsTheOld(Correct):
    """Does not replace what it has."""

    async def add(self, passages: Sequence[Passage]) -> None:
        await super().add([passage for passage in passages if passage.id not in self.kept])


class KeepsOldMetadata(Correct):
    """Replaces the text alone."""

    async def add(self, passages: Sequence[Passage]) -> None:
        old = {key: passage.metadata for key, passage in self.kept.items()}
        await super().add([replace(one, metadata={**old.get(one.id, {}), **one.metadata}) for one in passages])


class NumbersAll(Correct):
    """Names passages itself, anew each time, but for those of the kit."""

    async def add(self, passages: Sequence[Passage]) -> None:
        ids = [one.id if len(one.id) < 10 else f"new-{len(self.kept) + at}" for at, one in enumerate(passages)]
        await super().add([replace(one, id=key) for one, key in zip(passages, ids, strict=True)])


class NeverDeletes(Correct):
    """Remembers what was deleted."""

    async def delete(self, ids: Sequence[str]) -> None:
        pass


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
        self.kept.update({passage.id: passage for passage in passages})


class IgnoresAFilter(Correct):
    async def search(self, query: str, k: int, filters: Filter | None = None) -> list[Passage]:
        is_known = not isinstance(filters, Comparison) or filters.op != "gt"
        return await super().search(query, k, filters if is_known else None)


class FiltersTooLate(Correct):
    """Filters the k best, of which none may be left."""

    async def search(self, query: str, k: int, filters: Filter | None = None) -> list[Passage]:
        return [passage for passage in await super().search(query, k) if matches(filters, passage.metadata)]


class FindsWhatLacksTheFact(Correct):
    """Takes a passage without the fact for one with another value."""

    async def search(self, query: str, k: int, filters: Filter | None = None) -> list[Passage]:
        if isinstance(filters, Comparison) and filters.op == "ne":
            found = await super().search(query, len(self.kept))
            return [one for one in found if one.metadata.get(filters.field) != filters.value][:k]
        return await super().search(query, k, filters)


class AnyOfAll(Correct):
    """Takes one condition of several for enough, where they compare for equality."""

    async def search(self, query: str, k: int, filters: Filter | None = None) -> list[Passage]:
        if isinstance(filters, Every) and all(isinstance(part, Comparison) for part in filters.parts):
            return await super().search(query, k, Some(filters.parts))
        return await super().search(query, k, filters)


class InventsOperators(Correct):
    capabilities = weft.RMCapabilities(keyword=True, filters=ALL_FILTERS | {"like"})


class MixesBatchesUp(Correct):
    """Gives the results of a batch in the order of the queries' texts."""

    async def search_many(
        self, queries: Sequence[str], k: int, filters: Filter | None = None
    ) -> Sequence[Sequence[Passage]]:
        return await super().search_many(sorted(queries), k, filters)


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
    MixesBatchesUp: "test_batch_agrees",
    FailsWhenEmpty: "test_empty_index_finds_nothing",
    LosesMetadata: "test_passages_come_back_whole",
    AsciiOnly: "test_passages_come_back_whole",
    KeepsTheOld: "test_adding_again_replaces",
    KeepsOldMetadata: "test_adding_again_replaces",
    NumbersAll: "test_indexing_the_same_again_changes_nothing",
    NeverDeletes: "test_deleted_is_gone",
    FailsOnUnknownIds: "test_deleted_is_gone",
    CountsWrites: "test_counts",
    LosesWrites: "test_adding_at_once_loses_nothing",
    IgnoresAFilter: "test_declared_filters_hold",
    FiltersTooLate: "test_filters_come_before_k",
    FindsWhatLacksTheFact: "test_declared_filters_hold",
    AnyOfAll: "test_all_must_hold",
    InventsOperators: "test_undeclared_filters_are_refused",
    TakesAnyOption: "test_unknown_option_is_refused",
}
MANNERS: dict[str, Any] = {}
ARGUMENTS = ()
REGISTER = ""
SELECT = ""
