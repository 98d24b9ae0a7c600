"""95 % intervals for a mean of scores."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

_Z = 1.959963984540054


def interval_95(scores: Sequence[float]) -> tuple[float, float]:
    """Return the interval of the mean: Wilson's for scores of 0 and 1, else the normal one.

    Source: Wilson 1927, "Probable inference, the law of succession, and statistical inference".

    Example:
        >>> low, high = interval_95([1.0] * 8 + [0.0] * 2)
        >>> round(low, 3), round(high, 3)
        (0.49, 0.943)
    """
    count = len(scores)
    mean = math.fsum(scores) / count
    if all(score in (0.0, 1.0) for score in scores):
        return _wilson(mean, count)
    if count == 1:
        return -math.inf, math.inf
    variance = math.fsum((score - mean) ** 2 for score in scores) / (count - 1)
    half = _Z * math.sqrt(variance / count)
    return mean - half, mean + half


def _wilson(share: float, count: int) -> tuple[float, float]:
    squared = _Z * _Z / count
    centre = (share + squared / 2) / (1 + squared)
    half = _Z / (1 + squared) * math.sqrt(share * (1 - share) / count + squared / (4 * count))
    return max(0.0, centre - half), min(1.0, centre + half)
