"""``@frozen``: dataclasses for the records that every call makes.

A frozen dataclass sets each attribute through ``object.__setattr__``, which costs about twice what setting the slot
itself does. A call makes some ten records, so the difference shows. The ``__init__`` also says which name was meant
where one is misspelt. Everything else is the standard dataclass's.
"""

from __future__ import annotations

from dataclasses import MISSING, dataclass, field, fields
from functools import update_wrapper
from typing import TYPE_CHECKING, Any, TypeVar, dataclass_transform

from ..errors import OptionError
from ..spelling import check_keywords

if TYPE_CHECKING:
    from dataclasses import Field

T = TypeVar("T")


@dataclass_transform(frozen_default=True, field_specifiers=(field,))
def frozen(cls: type[T]) -> type[T]:
    """Make a class a frozen, slotted dataclass with a quick ``__init__`` that refuses misspelt names.

    Raises:
        OptionError: at construction, an unknown or missing attribute.

    Example:
        >>> @frozen
        ... class Point:
        ...     x: int
        ...     y: int = 0
        >>> Point(1)
        Point(x=1, y=0)
    """
    made = dataclass(frozen=True, slots=True)(cls)
    made.__init__ = _quick_init(made)  # type: ignore[method-assign]
    return made


def _quick_init(cls: Any) -> Any:
    """Write an ``__init__`` that calls the slots' own setters, and refuses unknown and missing names."""
    names: dict[str, Any] = {"_MISSING": MISSING, "_refuse": _refuse}
    parameters: list[str] = ["self"]
    required: list[str] = []
    body: list[str] = []
    for entry in fields(cls):
        names[f"_set_{entry.name}"] = getattr(cls, entry.name).__set__
        if entry.init:
            parameters.append(_parameter(entry, names))
        if entry.init and entry.default is MISSING and entry.default_factory is MISSING:
            required.append(entry.name)
        if entry.init or entry.default is not MISSING or entry.default_factory is not MISSING:
            body.append(f"    _set_{entry.name}(self, {_value(entry, names)})")
    given = "".join(f"{name!r}: {name}, " for name in required)
    wrong = " or ".join(["_unknown", *(f"{name} is _MISSING" for name in required)])
    check = f"    if {wrong}:\n        _refuse(self, _unknown, {{{given}}})"
    if hasattr(cls, "__post_init__"):
        body.append("    self.__post_init__()")
    exec("\n".join([f"def __init__({', '.join(parameters)}, **_unknown):", check, *body]), names)  # noqa: S102 - as dataclasses do
    return update_wrapper(names["__init__"], cls.__init__)


def _refuse(record: Any, unknown: dict[str, Any], required: dict[str, Any]) -> None:
    """Raise for what is wrong with the arguments of a record."""
    owner = type(record).__name__
    check_keywords(owner, unknown, frozenset(entry.name for entry in fields(record) if entry.init))
    missing = next(name for name, value in required.items() if value is MISSING)
    raise OptionError(f"{owner} needs {missing!r}, which was not given.")


def _parameter(entry: Field[Any], names: dict[str, Any]) -> str:
    if entry.default is MISSING:
        return f"{entry.name}=_MISSING"
    names[f"_default_{entry.name}"] = entry.default
    return f"{entry.name}=_default_{entry.name}"


def _value(entry: Field[Any], names: dict[str, Any]) -> str:
    if not entry.init and entry.default is not MISSING:
        names[f"_default_{entry.name}"] = entry.default
        return f"_default_{entry.name}"
    if entry.default_factory is MISSING:
        return entry.name
    names[f"_make_{entry.name}"] = entry.default_factory
    if not entry.init:
        return f"_make_{entry.name}()"
    return f"_make_{entry.name}() if {entry.name} is _MISSING else {entry.name}"
