"""What types are made of: the fields of models, and whether dates are anywhere inside."""

from __future__ import annotations

import dataclasses
import re
from typing import TYPE_CHECKING, Any, cast, get_args, get_origin, get_type_hints

from .choosing import named_choices
from .fields import bare_type
from .memo import once_a_type
from .moments import is_moment

if TYPE_CHECKING:
    from collections.abc import Mapping


def plain_name(name: str) -> str:
    """Return what a name has in common with its other spellings: ``firstName``, ``First name``, ``first_name``."""
    return re.sub(r"[\W_]+", "", name).casefold()


@once_a_type
def field_types(bare: Any) -> Mapping[str, Any] | None:
    """Return the types of a model's, dataclass's or TypedDict's fields by the names that its validator takes."""
    origin: Any = get_origin(bare) or bare
    if not isinstance(origin, type):
        return None
    fields: Any = getattr(origin, "model_fields", None)
    if isinstance(fields, dict):
        return {_given_name(name, info): info.annotation for name, info in cast("dict[str, Any]", fields).items()}
    declared: Any = origin
    is_typed_dict = issubclass(origin, dict) and hasattr(declared, "__total__")  # of typing or typing_extensions
    if not (dataclasses.is_dataclass(declared) or is_typed_dict):
        return None
    try:
        return get_type_hints(declared, include_extras=True)
    except (NameError, TypeError):  # types that only the validator can resolve
        return None


def _given_name(name: str, info: Any) -> str:
    alias = info.validation_alias
    return alias if isinstance(alias, str) else name


def classes_in(type_: Any, *, nested: bool = True) -> frozenset[type]:
    """Return the classes that a type is made of: of unions and containers their parts.

    Args:
        type_: a type.
        nested: whether the fields of models, dataclasses and TypedDicts count too.
    """
    found: set[type] = set()
    _collect(type_, nested, found)
    return frozenset(found)


def _collect(type_: Any, nested: bool, found: set[type]) -> None:
    bare = bare_type(type_)
    itself: Any = get_origin(bare) or bare
    if isinstance(itself, type):
        if itself in found:
            return
        found.add(itself)
    parts: tuple[Any, ...] = () if named_choices(bare) else get_args(bare)
    for one in (*parts, *((field_types(bare) or {}).values() if nested else ())):
        _collect(one, nested, found)


@once_a_type
def holds_moments(type_: Any) -> bool:
    """Whether dates or times are anywhere in values of the type: a validator would take years for seconds."""
    return _holds_moments(type_, ())


def _holds_moments(type_: Any, above: tuple[Any, ...]) -> bool:
    bare = bare_type(type_)
    if is_moment(bare):
        return True
    if bare in above:
        return False
    parts: tuple[Any, ...] = () if named_choices(bare) else get_args(bare)
    return any(_holds_moments(one, (*above, bare)) for one in (*parts, *(field_types(bare) or {}).values()))
