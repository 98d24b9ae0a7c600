"""Finding the most similar of many vectors, in plain Python."""

from __future__ import annotations

from heapq import nsmallest
from math import sqrt
from operator import mul
from typing import TYPE_CHECKING

from ..errors import DataError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


class VectorIndex:
    """Finds the vectors that point most in the direction of another one: exact search by cosine.

    For thousands of vectors; one with a million numbers in all takes some tens of milliseconds.

    Args:
        vectors: the vectors, all of one length; results name them by position.

    Example:
        >>> VectorIndex([(1.0, 0.0), (0.0, 2.0)]).nearest((0.1, 0.5), 1)[0][0]
        1
    """

    __slots__ = ("_units",)

    def __init__(self, vectors: Iterable[Sequence[float]]) -> None:
        self._units = [_unit(vector) for vector in vectors]

    def __len__(self) -> int:
        return len(self._units)

    def nearest(self, vector: Sequence[float], k: int) -> list[tuple[int, float]]:
        """Return position and cosine of the ``k`` nearest, best first; equal ones stand in order of position.

        Raises:
            DataError: the vector has another length than those of the index.
        """
        if self._units and len(vector) != len(self._units[0]):
            raise DataError(f"A vector of {len(vector)} numbers is compared with vectors of {len(self._units[0])}.")
        asked = _unit(vector)
        found = [(position, sum(map(mul, asked, unit))) for position, unit in enumerate(self._units)]
        return nsmallest(k, found, key=lambda pair: -pair[1])


def _unit(vector: Sequence[float]) -> tuple[float, ...]:
    norm = sqrt(sum(map(mul, vector, vector)))
    return tuple([number / norm for number in vector]) if norm else tuple(vector)
