"""From the text of an answer to a value of the declared type; one way for all adapters."""

from __future__ import annotations

import json
from enum import Enum
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Literal, cast, get_args, get_origin

from .describe import choices, type_name
from .fields import bare_type, members

if TYPE_CHECKING:
    from .fields import Field

_TRUE = frozenset({"true", "yes", "1"})
_FALSE = frozenset({"false", "no", "0"})
_NOTHING = frozenset({"", "none", "null", "n/a"})


class Unfit(ValueError):
    """A value does not fit its field; the message completes ``The field 'x' …``."""


def coerce(field: Field, value: Any) -> Any:
    """Return `value`, text or already JSON, as the field's type.

    Raises:
        Unfit: it cannot be read as that type, or breaks a constraint.
    """
    if isinstance(value, str):
        return value if field.is_plain_text else _from_text(field, value)
    if bare_type(field.type) is str:
        return _validated(field, _as_text(value))
    return _validated(field, _choice(field.type, value))


def _as_text(value: Any) -> str:
    if value is None:
        raise Unfit("must be str, not null.")
    return json.dumps(value, ensure_ascii=False)


def _from_text(field: Field, text: str) -> Any:
    bare = bare_type(field.type)
    if bare is str:
        return _validated(field, text)
    if field.optional and text.strip().casefold() in _NOTHING and not _accepts_text(field):
        return None
    chosen = _choice(field.type, text)
    if chosen is not text:
        return _validated(field, chosen)
    if bare is bool:
        return _validated(field, _truth(text.strip()))
    return _from_scalar_or_json(field, text)


def _accepts_text(field: Field) -> bool:
    """Whether "none" is one of the type's own choices; a ``str | None`` field reads it as None."""
    return any(choice.casefold() in _NOTHING for member in members(field.type) for choice in choices(member) or ())


def _truth(text: str) -> Any:
    folded = text.casefold().rstrip(".!")
    return True if folded in _TRUE else False if folded in _FALSE else text


def _from_scalar_or_json(field: Field, text: str) -> Any:
    """Try the text itself, then what it says as JSON, then what it says as damaged JSON.

    The problem that is told is the one nearest to a good answer: that of the JSON structure, if there is one.
    """
    problem: Unfit | None = None
    for read in (_as_it_is, str.strip, _as_json, _as_damaged_json):
        try:
            value = read(text)
        except ValueError:
            continue
        try:
            return _validated(field, value)
        except Unfit as unfit:
            problem = unfit if problem is None or isinstance(value, dict | list) else problem
    raise problem or Unfit(f"must be {type_name(field.type)}.")


def _as_it_is(text: str) -> Any:
    return text


def _as_json(text: str) -> Any:
    return json.loads(text)


def _as_damaged_json(text: str) -> Any:
    if not any(mark in text for mark in '{["'):
        raise ValueError(text)
    import json_repair

    return json_repair.loads(text)


def _choice(type_: Any, value: Any) -> Any:
    """Return the Literal or Enum value that `value` names, or `value` itself where it names none."""
    if not isinstance(value, str | int | float):
        return value
    text = value if isinstance(value, str) else json.dumps(value)
    for member in members(type_):
        if get_origin(member) is Literal and any(value == one and type(value) is type(one) for one in get_args(member)):
            return value
        found = _lookup(_choices_by_text(member), text)
        if found is not None:
            return found[0]
    return value


def _lookup(named: dict[str, tuple[Any]], text: str) -> tuple[Any] | None:
    """Find a choice by its exact text, else without quotes and a full stop, else by the one that differs in case."""
    trimmed = text.strip().rstrip(".").strip("'\"`").rstrip(".")
    for candidate in (text, text.strip(), trimmed):
        if candidate in named:
            return named[candidate]
    near = [value for name, value in named.items() if name.strip().casefold() == trimmed.casefold()]
    return near[0] if near and all(other == near[0] for other in near) else None


@lru_cache(maxsize=1024)
def _choices_by_text(type_: Any) -> dict[str, tuple[Any]]:
    texts = choices(type_)
    if texts is None:
        return {}
    values = get_args(type_) if get_origin(type_) is Literal else list(cast("type[Enum]", type_))
    named: dict[str, tuple[Any]] = {}
    for text, value in zip(texts, values, strict=True):
        named.setdefault(text, (value,))
    for value in values:
        if isinstance(value, Enum):
            named.setdefault(value.name, (value,))
    return named


def _validated(field: Field, value: Any) -> Any:
    from pydantic import ValidationError

    try:
        return field.adapter.validate_python(value)
    except ValidationError as error:
        raise Unfit(_sentence(field, error)) from error


def _sentence(field: Field, error: Any) -> str:
    """Say in one clause what pydantic found first."""
    allowed = choices(bare_type(field.type))
    if allowed is not None:
        return f"must be one of {', '.join(map(repr, allowed[:20]))}{', …' if len(allowed) > 20 else ''}."
    first = error.errors(include_url=False, include_context=False)[0]
    place = ".".join(str(part) for part in first["loc"])
    detail = f"{first['msg'][0].lower()}{first['msg'][1:]}"
    return f"must be {type_name(field.type)}: {f'{place}: ' if place else ''}{detail}."
