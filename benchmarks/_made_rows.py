"""Passages, questions and vectors by chance, for measurements of retrievers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import weft

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

LENGTH, WORDS, VOCABULARY = 384, 30, 500


class Rows(NamedTuple):
    """Passages, or questions, as columns."""

    ids: Sequence[str]
    texts: Sequence[str]
    facts: Sequence[dict[str, Any]]
    vectors: Sequence[list[float]]

    def parts(self, size: int) -> Iterator[Rows]:
        for start in range(0, len(self.ids), size):
            yield Rows(*(column[start : start + size] for column in self))

    def passages(self) -> Iterator[dict[str, Any]]:
        for key, text, facts in zip(self.ids, self.texts, self.facts, strict=True):
            yield {"id": key, "text": text, "metadata": facts}


def made(start: int, count: int, words: int = WORDS) -> Rows:
    """Return rows that are the same in every run; vectors hold what 4 bytes hold."""
    import numpy as np

    numbers, chance = range(start, start + count), np.random.default_rng(start)
    texts = [
        " ".join(f"word{word}" for word in row) for row in chance.integers(VOCABULARY, size=(count, words)).tolist()
    ]
    vectors = chance.standard_normal((count, LENGTH), dtype=np.float32).tolist()
    return Rows([f"passage-{n}" for n in numbers], texts, [{"number": n} for n in numbers], vectors)


class Precomputed(weft.Embedder):
    """Looks vectors up, which costs next to nothing."""

    waits = False
    batch_size = 1_000_000  # never more than one call

    def __init__(self) -> None:
        self._known: dict[str, tuple[float, ...]] = {}

    def learn(self, rows: Rows) -> None:
        self._known = dict(zip(rows.texts, map(tuple, rows.vectors), strict=True))

    async def embed(self, texts: Sequence[str]) -> list[tuple[float, ...]]:
        return [self._known[text] for text in texts]
