"""From raw values to typed ones, field by field: what reading an answer comes to, whatever its form."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple, cast

from ..signature.anatomy import plain_name
from ..signature.coerce import Unfit, coerce
from ..spelling import closest

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from ..signature import Field, Signature

SCHEMA_TYPES = ("string", "integer", "number", "boolean", "array", "object", "null")
_DESCRIBING = frozenset({"type", "title", "description"})
_BOXES = frozenset({"value", "text"})


class Reading(NamedTuple):
    """What could be read of an answer.

    Attributes:
        values: the typed values, in declared order; defaults stand for what the answer leaves out.
        problems: why the others could not be read; None: the answer lacks the field.
        given: how many fields the answer itself gives.
    """

    values: dict[str, Any]
    problems: dict[str, Unfit | None]
    given: int


def plain_texts(signature: type[Signature], found: Mapping[str, Any]) -> dict[str, Any] | None:
    """Return the values of an answer that gives all fields and whose fields are texts; None for any other."""
    values: dict[str, Any] = {}
    for name, field in signature.output_fields.items():
        raw = found.get(name)
        if type(raw) is not str or not field.is_plain_text:
            return None
        values[name] = raw
    return values


def read_fields(signature: type[Signature], found: Mapping[str, Any]) -> Reading:
    """Return the values of all output fields out of the raw ones that were `found`."""
    values: dict[str, Any] = {}
    problems: dict[str, Unfit | None] = {}
    given = 0
    for name, field in signature.output_fields.items():
        if name in found:
            given += 1
            raw = found[name]
            if type(raw) is str and field.is_plain_text:
                values[name] = raw
                continue
            try:
                values[name] = _unboxed(field, raw) if type(raw) is dict else coerce(field, raw)
            except Unfit as unfit:
                problems[name] = unfit
        elif not field.required:
            values[name] = field.default_value()
        elif field.optional:
            values[name] = None
        else:
            problems[name] = None
    return Reading(values, problems, given)


def _unboxed(field: Field, raw: Any) -> Any:
    """Read an object, or what it wraps under the field's own name once more, or under ``value``."""
    box = cast("dict[str, Any]", raw)
    key = _wrapping_key(field, box)
    if key is None:
        if field.is_plain_text and box.get("type") in SCHEMA_TYPES:
            raise Unfit("is described instead of given.")
        return coerce(field, raw)
    if field.is_plain_text and isinstance(box[key], str):
        return box[key]
    try:
        return coerce(field, raw)
    except Unfit:
        return coerce(field, box[key])


def _wrapping_key(field: Field, box: Mapping[str, Any]) -> str | None:
    keys = [key for key in box if key not in _DESCRIBING or len(box) == 1]
    alone = keys[0] if len(keys) == 1 else None
    return alone if alone is not None and plain_name(alone) in {plain_name(field.name), *_BOXES} else None


def without_last(reading: Reading, found: Mapping[str, Any]) -> Reading:
    """Return a reading of an answer that was cut off: what it gives last may lack its end."""
    last = next(reversed(list(found)), "")
    if last not in reading.values and last not in reading.problems:
        return reading
    values = {name: value for name, value in reading.values.items() if name != last}
    return Reading(values, {**reading.problems, last: Unfit("is cut off.")}, reading.given)


def broken_off(reading: Reading, found: Mapping[str, Any]) -> Reading:
    """Return a reading of an object that broke off: what it does not give may have followed, and has no default."""
    values = {name: value for name, value in reading.values.items() if name in found}
    lost = {name: Unfit("is cut off.") for name in reading.values if name not in values}
    return Reading(values, {**reading.problems, **lost}, reading.given)


def told(problems: Mapping[str, Unfit | None], keys: Collection[str]) -> dict[str, str]:
    """Return a sentence for the problem of each field; `keys` are the names that the answer has."""
    return {
        name: _missing(name, keys) if unfit is None else f"The field {name!r} {unfit}"
        for name, unfit in problems.items()
    }


def _missing(name: str, keys: Collection[str]) -> str:
    near = closest(name, [str(key) for key in keys])
    return f"The answer lacks the field {name!r}{f'; it has {near!r}' if near else ''}."
