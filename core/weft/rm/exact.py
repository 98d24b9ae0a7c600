"""Exact search for the most similar of many vectors: with numpy where it is installed, in plain Python where not."""

from __future__ import annotations

from array import array
from math import sqrt
from operator import mul
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence


class VectorIndex(Protocol):
    """Finds vectors by the cosine of their angle to another one."""

    def scores(self, vector: Sequence[float]) -> Sequence[float]:
        """Return the cosine for each vector, in order."""
        ...

    def best(self, scores: Sequence[float], k: int) -> list[int]:
        """Return the positions of the `k` highest, in falling order; of equal ones the first comes first."""
        ...


def unit(vector: Sequence[float]) -> array[float]:
    """Return a vector of length 1 in the same direction, with the precision of 4 bytes; zeros stay zeros."""
    norm = sqrt(sum(map(mul, vector, vector)))
    return array("f", [value / norm for value in vector] if norm else vector)


def vector_index(vectors: Sequence[array[float]]) -> VectorIndex:
    """Return an index of vectors that `unit` made, all of one length."""
    try:
        import numpy as np
    except ImportError:
        return _PlainIndex(vectors)
    return _NumpyIndex(np, vectors)


class _PlainIndex:
    def __init__(self, vectors: Sequence[array[float]]) -> None:
        self._vectors = vectors

    def scores(self, vector: Sequence[float]) -> Sequence[float]:
        asked = unit(vector).tolist()
        return [sum(map(mul, asked, held)) for held in self._vectors]

    def best(self, scores: Sequence[float], k: int) -> list[int]:
        return sorted(range(len(scores)), key=lambda position: -scores[position])[:k]


class _NumpyIndex:
    def __init__(self, numpy: Any, vectors: Sequence[array[float]]) -> None:
        self._numpy = numpy
        joined = b"".join([held.tobytes() for held in vectors])
        self._matrix = numpy.frombuffer(joined, dtype=numpy.float32).reshape(len(vectors), -1)

    def scores(self, vector: Sequence[float]) -> Sequence[float]:
        return self._matrix @ self._numpy.frombuffer(unit(vector), dtype=self._numpy.float32)

    def best(self, scores: Any, k: int) -> list[int]:
        numpy = self._numpy
        if k < len(scores):
            floor = numpy.partition(scores, len(scores) - k)[len(scores) - k]
            likely = numpy.flatnonzero(scores >= floor)
        else:
            likely = numpy.arange(len(scores))
        order = numpy.argsort(-scores[likely], kind="stable")[:k]
        return likely[order].tolist()
