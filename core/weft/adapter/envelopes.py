"""Objects that answers wrap their fields in: single keys, lists of one, schemas filled in, calls of tools."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from ..data.loosejson import loads
from .reading import SCHEMA_TYPES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .names import FieldNames

_DEEPEST = 5
_ARGUMENTS = ("arguments", "parameters", "input", "args", "kwargs")


def plain_objects(names: FieldNames, value: Any) -> list[dict[str, Any]]:
    """Return the object that `value` is, or the only one in a list, or what the objects of a list are together.

    It holds at least one of the fields; the arguments of a tool's call count instead of the call.
    """
    if isinstance(value, list):
        value = _merged(cast("list[Any]", value))
    if not isinstance(value, dict):
        return []
    given = cast("dict[str, Any]", value)
    return list(opened_call(names, given)) or ([given] if names.aligned(given) and not is_schema(names, given) else [])


def opened_call(names: FieldNames, value: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield the arguments of an object that is a call of a tool, if they hold the fields."""
    for key in _ARGUMENTS:
        if key in value and names.field(key) is None:
            inner = decoded_text(value[key])
            if isinstance(inner, dict) and names.complete(inner):
                yield cast("dict[str, Any]", inner)


def wrapped_objects(names: FieldNames, value: Any) -> list[dict[str, Any]]:
    """Return the objects inside `value` that hold the fields, those that are written as a text in JSON included."""
    return list(_inside(names, value, 0))


def _inside(names: FieldNames, value: Any, depth: int) -> Iterator[dict[str, Any]]:
    value = decoded_text(value)
    if depth > _DEEPEST:
        return
    if isinstance(value, dict):
        given = cast("dict[str, Any]", value)
        if depth and names.complete(given):
            if not is_schema(names, given):
                yield given
            return
        inner: list[Any] = list(given.values())
    else:
        inner = cast("list[Any]", value) if isinstance(value, list) else []
    for one in inner:
        yield from _inside(names, one, depth + 1)


def decoded_text(value: Any) -> Any:
    """Return the object that a text holds as JSON, or the value itself."""
    if not isinstance(value, str) or "{" not in value:
        return value
    try:
        return loads(value[value.index("{") : value.rindex("}") + 1])
    except ValueError:
        return value


def _merged(values: list[Any]) -> Any:
    """Return the only object of a list, or one of all its keys if no two give different values for a key."""
    merged: dict[str, Any] = {}
    for value in values:
        if not isinstance(value, dict):
            return None
        for key, item in cast("dict[str, Any]", value).items():
            if merged.setdefault(key, item) != item:
                return None
    return merged


def is_schema(names: FieldNames, value: dict[str, Any]) -> bool:
    """Whether an object describes the fields instead of giving them: an echo of the schema that was asked for."""
    given = [cast("dict[str, Any]", one) for one in names.aligned(value).values() if isinstance(one, dict)]
    kinds = [one.get("type") for one in given if "value" not in one]
    return bool(kinds) and all(kind in SCHEMA_TYPES for kind in kinds)
