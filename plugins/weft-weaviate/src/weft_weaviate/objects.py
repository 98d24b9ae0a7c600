"""Passages as Weaviate's objects, and back."""

from __future__ import annotations

import math
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

import weft
from weft.errors import InputError

from .names import ID, fact_of, property_of

if TYPE_CHECKING:
    from collections.abc import Mapping

_MOST_EXACT = 2**53  # Weaviate's numbers are floats of 8 bytes


def properties_of(passage: weft.Passage, text: str) -> dict[str, Any]:
    """Return the properties of the object for a passage.

    Raises:
        InputError: Weaviate cannot hold a number.
    """
    found = {property_of(name, text): _checked(passage, name, value) for name, value in passage.metadata.items()}
    return {text: passage.text, ID: passage.id, **found}


def _checked(passage: weft.Passage, name: str, value: Any) -> Any:
    if isinstance(value, str | bool):
        return value
    if (isinstance(value, int) and abs(value) > _MOST_EXACT) or math.isinf(value):
        raise InputError(
            f"Weaviate cannot hold the number {name!r} of the passage {passage.id!r} exactly; make it a text."
        )
    return value


def passage_of(uuid: object, properties: Mapping[str, Any], score: float, text: str) -> weft.Passage:
    """Return the passage that an object is; one that weft did not write has its UUID for an id."""
    metadata: dict[str, Any] = {}
    for name, value in properties.items():
        if name != ID and name != text and (held := _plain(value)) is not None:
            metadata[fact_of(name)] = held
    return weft.Passage(str(properties.get(text) or ""), str(properties.get(ID) or uuid), score, metadata)


def _plain(value: Any) -> Any:
    """Return a value that metadata can have, or None; Weaviate does not tell 2 from 2.0, and 2 is meant more often."""
    if isinstance(value, float):
        return int(value) if value.is_integer() else value
    if isinstance(value, str | int):
        return value
    return value.isoformat() if isinstance(value, datetime) else str(value) if isinstance(value, UUID) else None
