"""Finding the most similar of many vectors: with numpy where it is installed, in plain Python where not."""

from __future__ import annotations

from array import array
from heapq import nsmallest
from math import sqrt
from operator import mul
from typing import TYPE_CHECKING, Any

from ..errors import DataError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


def unit(vector: Sequence[float]) -> array[float]:
    """Return a vector of length 1 in the same direction, in numbers of 4 bytes; zeros stay zeros."""
    norm = sqrt(sum(map(mul, vector, vector)))
    return array("f", [number / norm for number in vector] if norm else vector)


class VectorIndex:
    """Finds the vectors that point most in the direction of another one: exact search by cosine.

    In plain Python, one with a million numbers in all takes some tens of milliseconds.

    Args:
        units: the vectors as `unit` makes them, all of one length; results name them by position.

    Example:
        >>> VectorIndex(map(unit, [(1.0, 0.0), (0.0, 2.0)])).nearest((0.1, 0.5), 1)[0][0]
        1
    """

    __slots__ = ("_matrix", "_units")

    def __init__(self, units: Iterable[array[float]]) -> None:
        self._units = list(units)
        self._matrix = _matrix(self._units)

    def __len__(self) -> int:
        return len(self._units)

    def nearest(self, vector: Sequence[float], k: int) -> list[tuple[int, float]]:
        """Return position and cosine of the ``k`` nearest, best first; equal ones stand in order of position.

        Raises:
            DataError: the vector has another length than those of the index.
        """
        if self._units and len(vector) != len(self._units[0]):
            raise DataError(f"A vector of {len(vector)} numbers is compared with vectors of {len(self._units[0])}.")
        asked = unit(vector)
        if self._matrix is not None:
            return _nearest(self._matrix, asked, k)
        numbers = asked.tolist()
        found = [(position, sum(map(mul, numbers, held))) for position, held in enumerate(self._units)]
        return nsmallest(k, found, key=lambda pair: -pair[1])


def _matrix(units: Sequence[array[float]]) -> Any:
    """Return vectors as a matrix, or None where there is no numpy."""
    try:
        import numpy as np
    except ImportError:
        return None
    numbers = np.frombuffer(b"".join([held.tobytes() for held in units]), dtype=np.float32)
    return numbers.reshape(len(units), -1) if units else None


def _nearest(matrix: Any, asked: array[float], k: int) -> list[tuple[int, float]]:
    import numpy as np

    scores: Any = matrix @ np.frombuffer(asked, dtype=np.float32)
    likely: Any = np.arange(len(scores))
    if k < len(scores):
        likely = np.flatnonzero(scores >= np.partition(scores, len(scores) - k)[len(scores) - k])
    best = likely[np.argsort(-scores[likely], kind="stable")[:k]]
    return list(zip(best.tolist(), scores[best].tolist(), strict=True))
