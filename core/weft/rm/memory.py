"""``memory``: exact search over passages held in this process, by words and pieces of words, or by vectors."""

from __future__ import annotations

import threading
from dataclasses import replace
from itertools import islice
from typing import TYPE_CHECKING, Any, NamedTuple

from ..data.passages import Passage, as_passage
from ..data.similarity import NgramIndex
from ..data.vectors import VectorIndex, unit
from ..runtime.loop import run_sync
from .base import RM
from .capabilities import RMCapabilities
from .filters import ALL_FILTERS, matches
from .memory_files import read_files, write_files
from .vectors import wrong_length

if TYPE_CHECKING:
    from array import array
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

    from ..lm.embedder import Embedder, Vector
    from .filters import Filter


class _Searched(NamedTuple):
    """What a search looks at: it never changes."""

    passages: list[Passage]
    words: NgramIndex | None
    vectors: VectorIndex | None


class MemoryRM(RM):
    """An in-memory retriever; what it looks at is built at the first search after a change.

    Args:
        texts: passages to begin with, or texts; the ids of those that have none are their positions.
        embedder: a `weft.Embedder`, or what makes one; None: search by words and pieces of words.
        path: the folder of a retriever that was saved; it must have been made with such an embedder.

    Raises:
        DataError: what is in the folder cannot be read.
    """

    def __init__(self, *, texts: Iterable[Any] = (), embedder: Any = None, path: str | Path | None = None) -> None:
        self._lock = threading.Lock()
        self.embedder: Embedder | None = _embedder(embedder)
        self.waits = self.embedder is not None and self.embedder.waits
        by_vectors = self.embedder is not None
        self.capabilities = RMCapabilities(
            vector=by_vectors, keyword=not by_vectors, filters=ALL_FILTERS, persistent=path is not None
        )
        self._passages: dict[str, Passage] = {}
        self._vectors: dict[str, array[float]] = {}
        self._searched: _Searched | None = None
        if path is not None:
            self._passages, self._vectors = read_files(path, self._embedder_name())
        first = [as_passage(text) for text in texts]
        self._waiting = [one if one.id else replace(one, id=str(number)) for number, one in enumerate(first)]

    async def search(self, query: str, k: int, filters: Filter | None = None) -> list[Passage]:
        return (await self.search_many([query], k, filters))[0]

    async def search_many(self, queries: Sequence[str], k: int, filters: Filter | None = None) -> list[list[Passage]]:
        await self._filled()
        searched = self._looked_at()
        if searched.vectors is None or self.embedder is None:
            return [list(_fitting(self._by_words(searched, query, k, filters), k, filters)) for query in queries]
        asked = await self.embedder.acall(queries)
        self._check_length(asked)
        index, passages = searched.vectors, searched.passages
        found: list[list[Passage]] = []
        for vector in asked:
            best = index.nearest(vector, k if filters is None else len(passages))
            ranked = ((passages[position], score) for position, score in best)
            found.append(list(_fitting(ranked, k, filters)))
        return found

    async def add(self, passages: Sequence[Passage]) -> None:
        await self._filled()
        await self._hold(passages)

    async def delete(self, ids: Sequence[str]) -> None:
        await self._filled()
        with self._lock:
            for key in ids:
                self._passages.pop(key, None)
                self._vectors.pop(key, None)
            self._searched = None

    async def count(self) -> int:
        await self._filled()
        return len(self._passages)

    async def asave(self, path: str | Path) -> None:
        """Write passages and vectors as plain files into a folder, from which ``RM("memory", path=…)`` reads them."""
        await self._filled()
        with self._lock:
            passages, vectors = list(self._passages.values()), list(self._vectors.values())
        write_files(path, passages, vectors, self._embedder_name())

    def save(self, path: str | Path) -> None:
        """Write passages and vectors as plain files; see `asave`; blocking."""
        run_sync(self.asave(path))

    async def _filled(self) -> None:
        """Hold the passages that it was made with."""
        waiting, self._waiting = self._waiting, []
        if waiting:
            try:
                await self._hold(waiting)
            except BaseException:  # whatever it is, the passages are not lost
                self._waiting = waiting
                raise

    async def _hold(self, passages: Sequence[Passage]) -> None:
        made = () if self.embedder is None else await self.embedder.acall([passage.text for passage in passages])
        self._check_length(made)
        vectors = [unit(vector) for vector in made]
        with self._lock:
            self._passages.update({passage.id: passage for passage in passages})
            self._vectors.update(
                {passage.id: vector for passage, vector in zip(passages, vectors, strict=bool(vectors))}
            )
            self._searched = None

    def _check_length(self, vectors: Sequence[Vector]) -> None:
        held = next(iter(self._vectors.values()), None)
        if vectors and held is not None and self.embedder is not None and len(vectors[0]) != len(held):
            raise wrong_length(self.ref, len(held), self.embedder, len(vectors[0]))

    def _looked_at(self) -> _Searched:
        with self._lock:
            if self._searched is None:
                passages = list(self._passages.values())
                words = NgramIndex([passage.text for passage in passages]) if self.embedder is None else None
                held = [self._vectors[passage.id] for passage in passages] if self.embedder is not None else []
                self._searched = _Searched(passages, words, VectorIndex(held) if held else None)
            return self._searched

    def _by_words(
        self, searched: _Searched, query: str, k: int, filters: Filter | None
    ) -> Iterator[tuple[Passage, float]]:
        passages = searched.passages
        if searched.words is not None:
            for position, score in searched.words.nearest(query, k if filters is None else len(passages)):
                yield passages[position], score

    def _embedder_name(self) -> str:
        return "" if self.embedder is None else repr(self.embedder)


def _embedder(value: Any) -> Embedder | None:
    if value is None:
        return None
    from ..lm.embedder import Embedder

    return Embedder(value)


def _fitting(ranked: Iterable[tuple[Passage, float]], k: int, filters: Filter | None) -> Iterator[Passage]:
    """Yield the first `k` of ranked passages that fit a filter, with their scores."""
    fitting = (pair for pair in ranked if matches(filters, pair[0].metadata))
    return (replace(passage, score=score) for passage, score in islice(fitting, k))
