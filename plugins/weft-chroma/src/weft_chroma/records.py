"""Passages as Chroma's records, and back."""

from __future__ import annotations

from math import isfinite
from typing import TYPE_CHECKING, Any

from weft import Passage
from weft.errors import RMError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

Facts = dict[str, Any]


def facts_of(passage: Passage) -> Facts:
    """Return the metadata as Chroma holds them.

    Raises:
        RMError: Chroma would lose or refuse one.
    """
    for name, value in passage.metadata.items():
        if isinstance(value, float) and not isfinite(value):
            raise RMError(f"Chroma cannot hold the metadata {name!r} = {value!r} of the passage {passage.id!r}.")
        if name.startswith(("$", "#")) or name == "chroma:document":
            raise RMError(f"Chroma takes no metadata called {name!r}, which the passage {passage.id!r} has.")
    return dict(passage.metadata)


def replacing(old: Mapping[str, Any] | None, new: Facts) -> Facts | None:
    """Return what Chroma must be given so that the new metadata stand in place of the old ones, which it would keep."""
    return {**dict.fromkeys(old or ()), **new} or None


def found(answer: Mapping[str, Any], space: str) -> list[list[Passage]]:
    """Return the passages of a query's answer, best first, for each vector that was asked for."""
    columns = zip(answer["ids"], answer["documents"], answer["metadatas"], answer["distances"], strict=True)
    return [_row(*row, space) for row in columns]


def _row(ids: Sequence[str], texts: Sequence[Any], facts: Sequence[Any], distances: Sequence[float], space: str) -> Any:
    start = 0.0 if space == "l2" else 1.0  # the others are one minus a likeness
    return [
        Passage(text or "", key, start - distance, metadata or {})
        for key, text, metadata, distance in zip(ids, texts, facts, distances, strict=True)
    ]
