"""Filters in Chroma's language.

In Chroma, values of two kinds never match, which is what weft wants. But its ``$ne`` and ``$nin`` hold for passages
that lack the fact, and so for more than a filter means. For numbers and truth values there is another way to say what
is meant; for texts there is none, so what Chroma finds has to be looked through: see `is_loose`.
"""

from __future__ import annotations

from math import isfinite
from typing import TYPE_CHECKING, Any

from weft.errors import FilterError
from weft.rm import Comparison, Some, kind_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from weft.rm import Filter

Where = dict[str, Any]

_NAMES = {
    "eq": "$eq",
    "ne": "$ne",
    "gt": "$gt",
    "ge": "$gte",
    "lt": "$lt",
    "le": "$lte",
    "in": "$in",
    "nin": "$nin",
}
_ORDERS = ("gt", "ge", "lt", "le")
_OPPOSITES = ("ne", "nin")
_LISTS = ("in", "nin")


def where_of(filter_: Filter) -> Where:
    """Return the condition that holds for the passages that fit a filter, and where it `is_loose` for others.

    Raises:
        FilterError: Chroma has no such comparison.
    """
    if not isinstance(filter_, Comparison):
        return _joined("$or" if isinstance(filter_, Some) else "$and", [where_of(part) for part in filter_.parts])
    kind = kind_of(filter_.value)
    if kind == "text":
        return _of_text(filter_)
    return _of_number(filter_) if kind == "number" else _of_truth(filter_)


def is_loose(filter_: Filter) -> bool:
    """Whether the condition holds for more passages than the filter."""
    if isinstance(filter_, Comparison):
        return filter_.op in _OPPOSITES and kind_of(filter_.value) == "text"
    return any(map(is_loose, filter_.parts))


def _of_text(one: Comparison) -> Where:
    if one.op in _ORDERS:
        raise FilterError(f"Chroma puts only numbers in order, so {one.field!r} cannot be {one.op!r} {one.value!r}.")
    return _said(one.field, one.op, one.value)


def _of_number(one: Comparison) -> Where:
    values = _values(one)
    if not all(map(isfinite, values)):
        raise FilterError(f"Chroma cannot compare {one.field!r} with {one.value!r}.")
    if any(isinstance(value, float) for value in values):  # Chroma takes lists of one type only
        values = tuple(map(float, values))
    said = _said(one.field, one.op, values if one.op in _LISTS else values[0])
    if one.op not in _OPPOSITES:
        return said
    is_there = _joined("$or", [_said(one.field, "gt", 0), _said(one.field, "le", 0)])
    return _joined("$and", [said, is_there])


def _of_truth(one: Comparison) -> Where:
    values = _values(one)
    wanted = {True, False} - set(values) if one.op in _OPPOSITES else set(values)
    if wanted:
        return _said(one.field, "in", sorted(wanted))
    return _joined("$and", [_said(one.field, "eq", True), _said(one.field, "eq", False)])  # holds for none


def _values(one: Comparison) -> tuple[Any, ...]:
    return one.value if one.op in _LISTS else (one.value,)


def _said(field: str, op: str, value: Any) -> Where:
    return {field: {_NAMES[op]: list(value) if op in _LISTS else value}}


def _joined(word: str, parts: Sequence[Where]) -> Where:
    return parts[0] if len(parts) == 1 else {word: list(parts)}
