"""What a retriever can do, as data."""

from __future__ import annotations

from ..runtime.frozen import frozen


@frozen
class RMCapabilities:
    """What a retriever can do.

    Attributes:
        vector: whether it searches by the likeness of vectors.
        keyword: whether it searches by words.
        hybrid: whether it can do both in one search.
        filters: the operators of filters that it applies: those of `weft.rm.OPS`, and ``or``; ``and`` comes with any.
        persistent: whether what it holds outlives the process.
    """

    vector: bool = False
    keyword: bool = False
    hybrid: bool = False
    filters: frozenset[str] = frozenset()
    persistent: bool = False
