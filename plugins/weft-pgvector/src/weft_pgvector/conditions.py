"""Weft's filters as SQL over the column ``metadata``; every value is a parameter."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from weft.errors import FilterError
from weft.rm import Comparison, Every, kind_of

from .packing import json_of, packed_text

if TYPE_CHECKING:
    from weft.rm import Filter

_TYPES = {"text": "string", "number": "number", "truth": "boolean"}
_EQUAL = {"eq": "=", "ne": "<>"}
_SIGNS = {"gt": ">", "ge": ">=", "lt": "<", "le": "<="}


def condition(filter_: Filter, parameters: list[Any]) -> str:
    """Return SQL that holds for the rows that fit a filter; its parameters are added to those there are.

    Values of two types of JSON are never equal, and a comparison with what is not there is null, so it does not hold.

    Raises:
        FilterError: PostgreSQL cannot hold a value.
    """
    if isinstance(filter_, Comparison):
        return _comparison(filter_, parameters)
    word = " AND " if isinstance(filter_, Every) else " OR "
    return f"({word.join([condition(part, parameters) for part in filter_.parts])})"


def _comparison(filter_: Comparison, parameters: list[Any]) -> str:
    field, op, value = filter_.field, filter_.op, filter_.value
    kind = kind_of(value)
    is_ordered_text = kind == "text" and op in _SIGNS
    try:
        packed_text(field)
        packed_text(wanted := json_of(value))
    except ValueError as error:
        raise FilterError(f"{op!r} on {field!r} cannot be asked for: {error}.") from error
    parameters += (field, value if is_ordered_text else wanted)
    fact, wanted = f"${len(parameters) - 1}::text", f"${len(parameters)}"
    if is_ordered_text:  # by code points, as Python does, and not by the rules of the database's language
        holds = f'(metadata->>{fact}) COLLATE "C" {_SIGNS[op]} {wanted}::text'
    else:
        holds = _holds(op, f"(metadata->{fact})", f"{wanted}::jsonb")
    return holds if op in ("eq", "in") else f"(jsonb_typeof(metadata->{fact}) = '{_TYPES[kind]}' AND {holds})"


def _holds(op: str, fact: str, wanted: str) -> str:
    if op == "in":
        return f"{wanted} @> {fact}"
    if op == "nin":
        return f"NOT {wanted} @> {fact}"
    return f"{fact} {_SIGNS.get(op) or _EQUAL[op]} {wanted}"
