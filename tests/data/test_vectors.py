"""Exact search over vectors."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from weft.data.vectors import VectorIndex, unit
from weft.errors import DataError

NUMBERS = st.floats(-10, 10).filter(lambda number: abs(number) > 1e-3)
VECTORS = st.lists(st.tuples(NUMBERS, NUMBERS, NUMBERS), min_size=1, max_size=20)


@given(VECTORS, st.tuples(NUMBERS, NUMBERS, NUMBERS), st.integers(1, 25))
def test_the_nearest_are_those_with_the_largest_cosine(
    vectors: list[tuple[float, ...]], asked: tuple[float, ...], k: int
) -> None:
    def cosine(vector: tuple[float, ...]) -> float:
        return sum(a * b for a, b in zip(vector, asked, strict=True)) / (math.hypot(*vector) * math.hypot(*asked))

    found = VectorIndex(map(unit, vectors)).nearest(asked, k)
    assert len(found) == min(k, len(vectors))
    wanted = sorted(map(cosine, vectors), reverse=True)[:k]
    assert [score for _, score in found] == pytest.approx(wanted, abs=1e-6)
    assert all(score == pytest.approx(cosine(vectors[position]), abs=1e-6) for position, score in found)


def test_length_does_not_count_and_equal_ones_keep_their_order() -> None:
    index = VectorIndex(map(unit, [(0.0, 0.0), (3.0, 0.0), (1.0, 0.0), (0.0, 1.0)]))
    assert [position for position, _ in index.nearest((2.0, 0.0), 4)] == [1, 2, 0, 3]
    assert len(index) == 4
    assert VectorIndex([]).nearest((1.0,), 3) == []


def test_vectors_of_another_length_are_refused() -> None:
    with pytest.raises(DataError, match="A vector of 3 numbers is compared with vectors of 2"):
        VectorIndex([unit((1.0, 2.0))]).nearest((1.0, 2.0, 3.0), 1)
