"""From the text of an answer to a value of the declared type; one way for all adapters.

What a text says beyond doubt is read: ``"1,234"``, ``Yes.``, a choice in a short phrase, a list with bullets. What
could be read in two ways, or would lose something, is refused.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from ..data.loosejson import Twice
from .anatomy import holds_moments
from .choosing import choice
from .describe import choices, type_name
from .fields import bare_type
from .mending import mended, says_nothing, text_of_json, truth
from .sightings import value_in
from .unfit import Unfit as Unfit

if TYPE_CHECKING:
    from .fields import Field

_DIGITS = re.compile(r"\s*[-+]?\d+(?:\.\d*)?\s*")


def coerce(field: Field, value: Any) -> Any:
    """Return `value`, text or already JSON, as the field's type.

    Raises:
        Unfit: it cannot be read as that type, could be read in two ways, or breaks a constraint.
    """
    if isinstance(value, str) and field.is_plain_text:
        return value
    try:
        return _from_text(field, value) if isinstance(value, str) else _from_json(field, value)
    except RecursionError as error:
        raise Unfit("is nested too deeply to be read.") from error


def _from_json(field: Field, value: Any) -> Any:
    if isinstance(value, Twice):
        raise Unfit("is given twice, with different values.")
    bare = bare_type(field.type)
    if bare is str:
        if value is None:
            raise Unfit("must be str, not null.")
        return _validated(field, text_of_json(value))
    if isinstance(value, bool) and bare in (int, float):
        return _validated(field, mended(bare, value))
    chosen = choice(field.type, value)
    if holds_moments(field.type):
        chosen = mended(field.type, chosen)
    try:
        return _validated(field, chosen)
    except Unfit as unfit:
        return _mended(field, value, unfit)


def _mended(field: Field, value: Any, unfit: Unfit) -> Any:
    """Return `value` once it was brought nearer to the type; the problem told is the one before, where it did not help.

    Raises:
        Unfit: it still does not fit.
    """
    near = mended(field.type, value)
    if near is value or near == value:
        raise unfit
    return _validated(field, near)


def _from_text(field: Field, text: str) -> Any:
    bare = bare_type(field.type)
    if bare is str:
        return _validated(field, text)
    if field.optional and says_nothing(field.type, text):
        return None
    chosen = choice(field.type, text)
    if chosen is not text:
        return _validated(field, chosen)
    if bare is bool:
        return _validated(field, truth(text.strip()))
    if holds_moments(field.type) and (_DIGITS.fullmatch(text) or "{" in text or "[" in text):
        return _validated(field, mended(field.type, text))
    return _from_scalar_or_json(field, text)


def _from_scalar_or_json(field: Field, text: str) -> Any:
    """Try the text itself, then what it says as JSON, then what it may have meant.

    The problem that is told is the one nearest to a good answer: that of the JSON structure, if there is one.
    """
    problem: Unfit | None = None
    for read in (_as_it_is, str.strip, value_in):
        try:
            value = read(text)
        except ValueError:
            continue
        try:
            return _validated(field, value)
        except Unfit as unfit:
            problem = unfit if problem is None or isinstance(value, dict | list) else problem
    return _mended(field, text, problem or Unfit(f"must be {type_name(field.type)}."))


def _as_it_is(text: str) -> Any:
    return text


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
