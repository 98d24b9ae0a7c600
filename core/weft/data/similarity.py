"""Similarity of texts by the words and pieces of words they share, in plain Python.

Two texts are as similar as the cosine of their sets of features: words, and their character n-grams, so that
``card`` and ``cards`` or ``arived`` and ``arrived`` still meet. Rare features weigh more: the weight is an inverse
document frequency, damped, since in short texts common words carry much of the meaning.
"""

from __future__ import annotations

import re
import sys
from array import array
from collections import Counter
from functools import lru_cache
from itertools import chain
from math import log, sqrt
from operator import mul
from typing import TYPE_CHECKING
from zlib import crc32

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence, Set

_WORD = re.compile(r"\w+(?:['’]\w+)*")
_NGRAM_LENGTHS = (3, 4)
_DAMPING = 0.5
_PIECE = 0.3
_SCALE = 1 << 12
"""Weights become whole numbers of this many parts, so that sums are exact and ties are ties everywhere."""


def words(text: str) -> list[str]:
    """Return the text's words in lower case, in order; ``I've`` is one word.

    Example:
        >>> words("I've lost my card!")
        ["i've", 'lost', 'my', 'card']
    """
    return _WORD.findall(text.lower())


def similarities(query: str, texts: Sequence[str]) -> list[float]:
    """Return how similar each text is to the query, from 0 to 1.

    Features are weighed over these texts and the query alone. What all of them share counts next to nothing as soon
    as there are a few, so the boilerplate of prompts does not blur the comparison. A text with the features of the
    query gets 1. For dozens of texts; use `NgramIndex` for thousands.

    Example:
        >>> near, far = similarities("lost card", ["I lost my card", "exchange rates"])
        >>> near > far
        True
    """
    sets = [_cached_features(text) for text in texts]
    asked = _cached_features(query)
    frequencies = Counter(chain(asked, *sets))
    size = len(sets) + 1
    by_count = [_weight(log(size / max(1, count)) + size**-2) for count in range(size + 1)]
    weights = {feature: by_count[count] for feature, count in frequencies.items()}
    norm = _total(weights, asked)
    return [1.0 if found == asked else _cosine(weights, norm, asked, found) for found in sets]


def hashed_features(text: str, dimensions: int) -> tuple[float, ...]:
    """Return the text as a vector of length 1: its features, in places and with signs that a hash chooses.

    Words count more than pieces of words, and what comes again counts less each time. A text without words is a
    vector of zeros.
    """
    counts = Counter(chain.from_iterable(map(_word_features, words(text))))
    vector = [0.0] * dimensions
    for feature, count in counts.items():
        place, sign = _place(feature)
        vector[place % dimensions] += sign * (1 + log(count)) * (1.0 if feature[-1] == feature[0] == "#" else _PIECE)
    norm = sqrt(sum(map(mul, vector, vector)))
    return tuple([value / norm for value in vector]) if norm else tuple(vector)


class NgramIndex:
    """Finds the most similar of many texts, fast: an inverted index built once.

    Args:
        texts: the texts; results name them by position.

    Example:
        >>> NgramIndex(["where is my card", "exchange rates", "top up"]).nearest("which rate?", 1)[0][0]
        1
    """

    __slots__ = ("_common", "_norms", "_rare", "_unseen", "_weights")

    def __init__(self, texts: Iterable[str]) -> None:
        postings, sets = _inverted(texts)
        size = len(sets)
        self._unseen = _weight(log((size + 1) / 0.5))
        self._weights = {
            feature: _weight(log((size + 1) / (len(positions) + 0.5))) for feature, positions in postings.items()
        }
        self._norms = [1.0 / sqrt(_total(self._weights, found) or 1) for found in sets]
        self._common = {
            feature: _packed(positions, size) for feature, positions in postings.items() if len(positions) * 24 > size
        }
        self._rare = {feature: found for feature, found in postings.items() if feature not in self._common}

    def __len__(self) -> int:
        return len(self._norms)

    def nearest(self, query: str, k: int) -> list[tuple[int, float]]:
        """Return position and similarity of the ``k`` texts most similar to the query, best first.

        Similarities lie between 0 and 1. Equal ones stand in order of position; where fewer than ``k`` texts
        share anything with the query, the first of the others fill up.
        """
        if k < 1 or not self._norms:
            return []
        features = _cached_features(query)
        asked = features & self._weights.keys()
        norm = sqrt(_total(self._weights, asked) + self._unseen * (len(features) - len(asked))) or 1.0
        scores = list(map(mul, self._overlaps(asked), self._norms))
        best = _largest(scores, k)
        return [(position, min(1.0, scores[position] / norm)) for position in best]

    def _overlaps(self, asked: Set[str]) -> list[int]:
        """Return the total weight of the features that each text shares with those asked for.

        A common feature's texts are one large integer with 32 bits a text, so that adding its weight to thousands
        of texts is one multiplication and one addition.
        """
        weights, common = self._weights, self._common
        lanes = 0
        for feature in asked & common.keys():
            lanes += common[feature] * weights[feature]
        totals = array("I", lanes.to_bytes(4 * len(self._norms), sys.byteorder)).tolist()
        for feature in asked - common.keys():
            weight = weights[feature]
            for position in self._rare[feature]:
                totals[position] += weight
        return totals


@lru_cache(maxsize=1 << 15)
def _word_features(word: str) -> tuple[str, ...]:
    padded = f"#{word}#"
    grams = [padded[i : i + n] for n in _NGRAM_LENGTHS for i in range(len(padded) - n + 1)]
    return (padded, *grams)


@lru_cache(maxsize=1 << 16)
def _place(feature: str) -> tuple[int, float]:
    """Return where a feature counts, and with which sign."""
    digest = crc32(feature.encode("utf-8", "surrogatepass"))
    return digest >> 1, 1.0 if digest & 1 else -1.0


def _features(text: str) -> frozenset[str]:
    return frozenset(chain.from_iterable(map(_word_features, words(text))))


_cached_features = lru_cache(maxsize=1 << 12)(_features)


def _weight(information: float) -> int:
    return round(_SCALE * information**_DAMPING)


def _total(weights: Mapping[str, int], found: Iterable[str]) -> int:
    return sum(map(weights.__getitem__, found))


def _cosine(weights: Mapping[str, int], norm: int, asked: frozenset[str], found: frozenset[str]) -> float:
    shared = _total(weights, asked & found)
    return shared / sqrt(norm * _total(weights, found)) if shared else 0.0


def _inverted(texts: Iterable[str]) -> tuple[dict[str, list[int]], list[frozenset[str]]]:
    postings: dict[str, list[int]] = {}
    sets: list[frozenset[str]] = []
    for position, text in enumerate(texts):
        found = _features(text)
        sets.append(found)
        for feature in found:
            if feature in postings:
                postings[feature].append(position)
            else:
                postings[feature] = [position]
    return postings, sets


def _packed(positions: Iterable[int], size: int) -> int:
    lanes = array("I", bytes(4 * size))
    for position in positions:
        lanes[position] = 1
    return int.from_bytes(lanes.tobytes(), sys.byteorder)


def _largest(scores: Sequence[float], k: int) -> list[int]:
    """Return the positions of the largest scores, in falling order."""
    floor = max(scores) / 2
    likely = [position for position, score in enumerate(scores) if score > floor]
    if len(likely) < k:
        likely = list(range(len(scores)))
    return sorted(likely, key=lambda position: -scores[position])[:k]
