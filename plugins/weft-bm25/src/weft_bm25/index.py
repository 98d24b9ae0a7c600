"""An index of bm25s's over passages; it never changes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

import bm25s
import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from weft import Passage

    from .scoring import Scoring, Words


class WordIndex:
    """Ranks passages for words.

    Args:
        passages: what it ranks.
        bm25: bm25s's index of their words; None where they have none.

    Attributes:
        passages: what it ranks.
    """

    def __init__(self, passages: Sequence[Passage], bm25: Any) -> None:
        self.passages = passages
        self._bm25 = bm25

    @classmethod
    def built(cls, passages: Sequence[Passage], scoring: Scoring, words: Words) -> WordIndex:
        """Return the index of passages."""
        tokens = words.of([passage.text for passage in passages])
        if not tokens.vocab:
            return cls(passages, None)
        bm25 = scoring.empty_index()
        bm25.index(tokens, show_progress=False)
        return cls(passages, bm25)

    @classmethod
    def read(cls, passages: Sequence[Passage], folder: Path) -> WordIndex:
        """Return the index that `write` wrote."""
        bm25: Any = bm25s.BM25  # whose types are half unknown
        return cls(passages, bm25.load(folder, show_progress=False) if folder.exists() else None)

    def write(self, folder: Path) -> None:
        """Write the index as bm25s does; one without words leaves no folder."""
        if self._bm25 is not None:
            self._bm25.save(folder, show_progress=False)

    def ranked(self, words: Sequence[str], k: int | None) -> Iterator[tuple[Passage, float]]:
        """Yield passages with at least one of the words, best first, with their scores; of equals, the first first.

        Args:
            words: those of a query, as `Words` has them.
            k: how many are wanted; None: all.
        """
        if self._bm25 is None or not (known := self._bm25.get_tokens_ids(words)):
            return
        scores = self._bm25.get_scores_from_ids(known)
        for position in _best(scores, self._having(known), k):
            yield self.passages[position], float(scores[position])

    def _having(self, known: Sequence[int]) -> Any:
        """Return the positions of the passages that have one of the words.

        A score does not tell: it can be 0 for a word that all passages have, and above it for one that none has.
        """
        held: Any = self._bm25.scores
        starts, passages = held["indptr"], held["indices"]
        found = np.zeros(len(self.passages), dtype=bool)
        for number in set(known):
            found[passages[starts[number] : starts[number + 1]]] = True
        return np.flatnonzero(found)


def _best(scores: Any, candidates: Any, k: int | None) -> list[int]:
    own = scores[candidates]
    if k is not None and k < len(candidates):
        least = np.partition(own, len(own) - k)[len(own) - k]
        candidates = candidates[own >= least]
        own = scores[candidates]
    order = candidates[np.argsort(-own, kind="stable")]
    return cast("list[int]", order[:k].tolist())
