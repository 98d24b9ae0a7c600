"""``bm25``: keyword search over passages that this process holds."""

from __future__ import annotations

import threading
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from weft import RM, Passage, RMCapabilities
from weft.errors import OptionError
from weft.rm import ALL_FILTERS, matches
from weft.runtime.loop import run_sync
from weft.runtime.offload import call

from .files import read_about, read_index, write_files
from .index import WordIndex
from .scoring import Words, scoring_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from weft.rm import Filter

_MANY = 100_000  # characters: up to here an index is built in some hundredths of a second


class BM25RM(RM):
    """Finds passages by their words, with the scores of BM25; passages with none of the query's words are not found.

    What it looks at is built by bm25s at the first search after a change. One object serves all threads.

    Args:
        folder: that of an index that was saved; empty: begin without passages.
        path: the same.
        method: ``lucene``, ``robertson``, ``atire``, ``bm25l`` or ``bm25+``.
        k1: how long a word that comes again goes on to count.
        b: how much long passages are held back, from 0 to 1.
        delta: what a word counts at least, in ``bm25l`` and ``bm25+``.
        stopwords: words that are left out: a language that bm25s has a list for, or words; none: an empty list.
        stemmer: a language of PyStemmer's, or a function from a list of words to their stems; default: no stemming.

    Options that are not given are those that the index was saved with, else bm25s's defaults.

    Raises:
        OptionError: an option is no such thing.
        DataError: what is in the folder cannot be read.

    Source: Lù 2024, "BM25S: Orders of magnitude faster lexical search via eager sparse scoring".
    """

    waits = False

    def __init__(
        self,
        folder: str = "",
        /,
        *,
        path: str | Path | None = None,
        method: str | None = None,
        k1: float | None = None,
        b: float | None = None,
        delta: float | None = None,
        stopwords: str | Iterable[str] | None = None,
        stemmer: Any = None,
    ) -> None:
        if folder and path is not None:
            raise OptionError("Name the folder either after 'bm25/' or with path=, not both.")
        place = Path(folder or path) if folder or path is not None else None  # type: ignore[arg-type]
        about = None if place is None else read_about(place)
        given = {"method": method, "k1": k1, "b": b, "delta": delta, "stopwords": stopwords, "stemmer": stemmer}
        self._scoring = scoring_of(given, {} if about is None else about["options"], place)
        self._words = Words(self._scoring)
        self.capabilities = RMCapabilities(keyword=True, filters=ALL_FILTERS, persistent=place is not None)
        self._lock, self._building = threading.Lock(), threading.Lock()
        self._passages: dict[str, Passage] = {}
        self._changes = 0
        self._built: tuple[int, WordIndex] | None = None  # with the changes that it has seen
        if place is not None and about is not None:
            index = read_index(place, about)
            self._passages = {passage.id: passage for passage in index.passages}
            if about["options"] == self._scoring.as_data():
                self._built = (0, index)

    async def search(self, query: str, k: int, filters: Filter | None = None) -> list[Passage]:
        return (await self.search_many([query], k, filters))[0]

    async def search_many(self, queries: Sequence[str], k: int, filters: Filter | None = None) -> list[list[Passage]]:
        index = await self._index()
        return [self._found(index, query, k, filters) for query in queries]

    async def add(self, passages: Sequence[Passage]) -> None:
        with self._lock:
            self._passages.update({passage.id: passage for passage in passages})
            self._changes += 1

    async def delete(self, ids: Sequence[str]) -> None:
        with self._lock:
            for key in ids:
                self._passages.pop(key, None)
            self._changes += 1

    async def count(self) -> int:
        return len(self._passages)

    async def asave(self, path: str | Path) -> None:
        """Write passages and index as plain files into a folder, from which ``RM("bm25/FOLDER")`` reads them.

        Raises:
            DataError: the folder cannot be written.
        """
        await call(write_files, Path(path), await self._index(), self._scoring.as_data())

    def save(self, path: str | Path) -> None:
        """Write passages and index as plain files; see `asave`; blocking."""
        run_sync(self.asave(path))

    async def _index(self) -> WordIndex:
        """Return the index of what is held now; a large one is built in a worker, so that no event loop waits."""
        built = self._built
        if built is not None and built[0] == self._changes:
            return built[1]
        with self._lock:
            characters = sum([len(passage.text) for passage in self._passages.values()])
        return self._build() if characters <= _MANY else await call(self._build)

    def _build(self) -> WordIndex:
        with self._building:
            with self._lock:
                changes, passages = self._changes, list(self._passages.values())
            if self._built is None or self._built[0] != changes:
                self._built = (changes, WordIndex.built(passages, self._scoring, self._words))
            return self._built[1]

    def _found(self, index: WordIndex, query: str, k: int, filters: Filter | None) -> list[Passage]:
        ranked = index.ranked(self._words.of_query(query), k if filters is None else None)
        return list(islice(_fitting(ranked, filters), k))


def _fitting(ranked: Iterable[tuple[Passage, float]], filters: Filter | None) -> Iterator[Passage]:
    """Yield the ranked passages that fit a filter, with their scores."""
    return (replace(passage, score=score) for passage, score in ranked if matches(filters, passage.metadata))
