"""Typed values of fields that are still coming."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, cast

from ..signature.coerce import Unfit, coerce
from ..signature.fields import members

if TYPE_CHECKING:
    from ..signature import Field

_TEXTS = ((str,), (str, type(None)))
_OPEN_SCALAR = re.compile(r"[-+.\w]*\Z")


def partial_value(field: Field, raw_text: str, *, last: bool = False) -> Any:
    """Return what is there of a field's value, as far as its characters have come; None where nothing can be said yet.

    Args:
        field: the output field.
        raw_text: the texts of the field's deltas, put together.
        last: whether the field is complete; then this is its value, or None where it does not fit.

    Text is given as it is. Of lists, sets and dicts the entries are given that are complete, and of a model those of
    its fields, as a dict, until it can be built. A number or a choice has no value before it is complete: the first
    digits of a number are another number.

    Example:
        >>> import weft
        >>> sizes = weft.Signature("order -> sizes: list[int]").output_fields["sizes"]
        >>> partial_value(sizes, "[12, 3")
        [12]
        >>> partial_value(sizes, "[12, 34]", last=True)
        [12, 34]
    """
    if last:
        try:
            return coerce(field, raw_text)
        except Unfit:
            return None
    if members(field.type) in _TEXTS:
        return raw_text
    found = _begun(raw_text)
    return None if found is None else _validated(field, found)


def _begun(raw_text: str) -> Any:
    """Return the list or object that has begun, without an entry that may still change; None where there is none."""
    from pydantic_core import from_json

    text = raw_text.lstrip()
    if text[:1] not in ("[", "{"):
        return None
    try:
        return from_json(_OPEN_SCALAR.sub("", text), allow_partial=True)
    except (ValueError, TypeError):  # a TypeError for half of a surrogate pair
        return None


def _validated(field: Field, found: Any) -> Any:
    from pydantic import ValidationError

    try:
        return field.adapter.validate_python(found)
    except ValidationError:
        pass
    if isinstance(found, dict):
        return cast("dict[str, Any]", found) or None
    try:  # the last entry may be a model that lacks its fields still
        return field.adapter.validate_python(cast("list[Any]", found)[:-1])
    except ValidationError:
        return None
