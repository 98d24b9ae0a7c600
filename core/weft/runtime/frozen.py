"""``@frozen``: dataclasses for the records that every call makes.

A frozen dataclass sets each attribute through ``object.__setattr__``, which costs about twice what setting the slot
itself does. A call makes some ten records, so the difference shows. Everything else is the standard dataclass's.
"""

from __future__ import annotations

from dataclasses import MISSING, dataclass, field, fields
from typing import TYPE_CHECKING, Any, TypeVar, dataclass_transform

if TYPE_CHECKING:
    from dataclasses import Field

T = TypeVar("T")


@dataclass_transform(frozen_default=True, field_specifiers=(field,))
def frozen(cls: type[T]) -> type[T]:
    """Make a class a frozen, slotted dataclass with a quick ``__init__``.

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
    """Write an ``__init__`` that calls the slots' own setters."""
    names: dict[str, Any] = {"_MISSING": MISSING}
    parameters: list[str] = []
    body: list[str] = []
    for entry in fields(cls):
        names[f"_set_{entry.name}"] = vars(cls)[entry.name].__set__
        if entry.init:
            parameters.append(_parameter(entry, names))
        if entry.init or entry.default_factory is not MISSING:
            body.append(f"    _set_{entry.name}(self, {_value(entry, names)})")
    if hasattr(cls, "__post_init__"):
        body.append("    self.__post_init__()")
    exec("\n".join([f"def __init__(self, {', '.join(parameters)}):", *body]), names)  # noqa: S102 - as dataclasses do
    written = names["__init__"]
    written.__qualname__ = f"{cls.__qualname__}.__init__"
    written.__annotations__ = {**cls.__init__.__annotations__}
    return written


def _parameter(entry: Field[Any], names: dict[str, Any]) -> str:
    if entry.default is not MISSING:
        names[f"_default_{entry.name}"] = entry.default
        return f"{entry.name}=_default_{entry.name}"
    return entry.name if entry.default_factory is MISSING else f"{entry.name}=_MISSING"


def _value(entry: Field[Any], names: dict[str, Any]) -> str:
    if entry.default_factory is MISSING:
        return entry.name
    names[f"_make_{entry.name}"] = entry.default_factory
    if not entry.init:
        return f"_make_{entry.name}()"
    return f"_make_{entry.name}() if {entry.name} is _MISSING else {entry.name}"
