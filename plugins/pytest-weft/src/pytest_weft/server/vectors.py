"""Embeddings without a model: texts with the same words point the same way, and the same text always gives the same."""

from __future__ import annotations

import math
from hashlib import blake2b

ASIDE = 1e-3
"""Keeps the vector of a text without words from being zero."""


def vector_of(text: str, dimensions: int) -> list[float]:
    """Return a vector of length 1: the sum of one pseudo-random direction a word."""
    total = [ASIDE] * dimensions
    for word in text.lower().split():
        for index, value in enumerate(_direction(word, dimensions)):
            total[index] += value
    length = math.sqrt(sum([value * value for value in total]))
    return [round(value / length, 9) for value in total]


def _direction(word: str, dimensions: int) -> list[float]:
    digest = b"".join([_block(word, number) for number in range(-(-dimensions // 64))])
    return [byte / 127.5 - 1 for byte in digest[:dimensions]]


def _block(word: str, number: int) -> bytes:
    return blake2b(word.encode("utf-8", "surrogatepass"), salt=number.to_bytes(8, "big")).digest()
