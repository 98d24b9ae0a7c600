"""Weft's filters in Weaviate's language.

Weaviate's comparisons want a value of the property's own type, and its ``NotEqual`` holds for objects that lack the
property. Weft's do not hold then, so ``ne`` and ``nin`` say as well that there is a value: one that is at least the
lowest of all.
"""

from __future__ import annotations

import math
import sys
from typing import TYPE_CHECKING, Any

from weaviate.classes.query import Filter

from weft.errors import FilterError
from weft.rm import Comparison, Every, kind_of

from .names import property_of
from .schema import KINDS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    import weft.rm

_LOWEST = {"text": "", "number": -sys.float_info.max, "int": -(2**63)}
_METHODS = {
    "eq": "equal",
    "gt": "greater_than",
    "ge": "greater_or_equal",
    "lt": "less_than",
    "le": "less_or_equal",
    "in": "contains_any",
}


def translated(wanted: weft.rm.Filter, types: Mapping[str, str], text: str) -> Any:
    """Return a filter of Weaviate's client, or None where no object can fit.

    Args:
        wanted: the filter.
        types: Weaviate's types of the properties that there are.
        text: the property that holds passages' texts.

    Raises:
        FilterError: a property is of a type that weft's filters do not know.
    """
    if isinstance(wanted, Comparison):
        return _compared(wanted, property_of(wanted.field, text), types)
    parts = [translated(part, types, text) for part in wanted.parts]
    possible = [part for part in parts if part is not None]
    if isinstance(wanted, Every):
        return Filter.all_of(possible) if len(possible) == len(parts) else None
    return Filter.any_of(possible) if possible else None


def properties_in(wanted: weft.rm.Filter, text: str) -> Iterator[str]:
    """Yield the properties that a filter asks about."""
    if isinstance(wanted, Comparison):
        yield property_of(wanted.field, text)
        return
    for part in wanted.parts:
        yield from properties_in(part, text)


def _compared(wanted: Comparison, name: str, types: Mapping[str, str]) -> Any:
    held = types.get(name)
    if held is None:
        return None
    if held not in KINDS:
        raise FilterError(f"weft cannot filter by {wanted.field!r}, which is of Weaviate's type {held!r}.")
    if KINDS[held] != kind_of(wanted.value):
        return None
    if held == "boolean":
        return _one_of_truths(wanted, name)
    value = _value(wanted, held)
    if wanted.op not in ("ne", "nin"):
        return getattr(Filter.by_property(name), _METHODS[wanted.op])(value)
    others = [Filter.by_property(name).not_equal(one) for one in (value if wanted.op == "nin" else [value])]
    return Filter.all_of([Filter.by_property(name).greater_or_equal(_LOWEST[held]), *others])


def _one_of_truths(wanted: Comparison, name: str) -> Any:
    named = set(wanted.value if wanted.op in ("in", "nin") else [wanted.value])
    left = sorted({True, False} - named if wanted.op in ("ne", "nin") else named)
    return Filter.by_property(name).contains_any(left) if left else None


def _value(wanted: Comparison, held: str) -> Any:
    value: Any = wanted.value
    return [_one(wanted, one, held) for one in value] if wanted.op in ("in", "nin") else _one(wanted, value, held)


def _one(wanted: Comparison, value: Any, held: str) -> Any:
    if held == "text":
        return value
    return _float(value) if held == "number" else _whole(wanted, value)


def _float(value: float) -> float:
    try:
        return float(value)
    except OverflowError:  # a whole number above all that Weaviate holds, or below
        return math.inf if value > 0 else -math.inf


def _whole(wanted: Comparison, value: float) -> int:
    if not math.isfinite(value) or value != int(value) or abs(value) >= 2**63:
        raise FilterError(f"{wanted.field!r} holds whole numbers; it cannot be compared with {value!r}.")
    return int(value)
