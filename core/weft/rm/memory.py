"""``memory``: exact search over texts held in this process, by words and character n-grams."""

from __future__ import annotations

import threading
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from ..data.similarity import NgramIndex
from .base import RM, Passage

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


class MemoryRM(RM):
    """An in-memory retriever; the index is built at the first search after a change.

    Args:
        texts: passages to begin with; their ids are their positions.
    """

    waits = False

    def __init__(self, *, texts: Sequence[str] = ()) -> None:
        self._lock = threading.Lock()
        self._passages = {str(number): Passage(text, str(number)) for number, text in enumerate(texts)}
        self._named = len(texts)  # ids given so far, deleted ones included
        self._index: tuple[list[Passage], NgramIndex] | None = None

    async def search(self, query: str, k: int, filters: Mapping[str, Any] | None = None) -> list[Passage]:
        passages, index = self._indexed()
        wanted = filters or {}
        found: list[Passage] = []
        for position, score in index.nearest(query, len(passages) if wanted else k):
            passage = passages[position]
            if all(passage.metadata.get(name) == value for name, value in wanted.items()):
                found.append(replace(passage, score=score))
        return found[:k]

    async def add(self, passages: Sequence[Passage]) -> None:
        with self._lock:
            for passage in passages:
                key = passage.id or self._new_id()
                self._passages[key] = replace(passage, id=key)
            self._index = None

    async def delete(self, ids: Sequence[str]) -> None:
        with self._lock:
            for key in ids:
                self._passages.pop(key, None)
            self._index = None

    async def count(self) -> int:
        return len(self._passages)

    def _new_id(self) -> str:
        while (key := str(self._named)) in self._passages:
            self._named += 1
        self._named += 1
        return key

    def _indexed(self) -> tuple[list[Passage], NgramIndex]:
        with self._lock:
            if self._index is None:
                passages = list(self._passages.values())
                self._index = passages, NgramIndex([passage.text for passage in passages])
            return self._index
