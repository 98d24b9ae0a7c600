"""Filters on metadata: a small language that every store translates, or refuses by name.

``weft.where("year") > 1990`` is a comparison; ``&``, ``|`` and ``~`` combine them. The same as data, for files and the
command line: ``{"year": {"gt": 1990}, "lang": ["en", "de"]}``.
"""

from __future__ import annotations

import operator
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal, Union, cast, get_args

from ..errors import FilterError
from ..runtime.frozen import frozen
from ..spelling import hint, spelled

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

Op = Literal["eq", "ne", "gt", "ge", "lt", "le", "in", "nin"]
Value = str | int | float | bool
Filter = Union["Comparison", "Every", "Some"]
"""What stores translate: a comparison, or several of which all or some must hold. A negation is never left."""

OPS: frozenset[str] = frozenset(get_args(Op))
ALL_FILTERS = OPS | {"or"}
"""All that a store can say it translates; ``and`` every store must."""

_OPPOSITE: Mapping[Op, Op] = {
    "eq": "ne",
    "ne": "eq",
    "gt": "le",
    "le": "gt",
    "lt": "ge",
    "ge": "lt",
    "in": "nin",
    "nin": "in",
}
_HOLDS: Mapping[Op, Callable[[Any, Any], bool]] = {
    "eq": operator.eq,
    "ne": operator.ne,
    "gt": operator.gt,
    "ge": operator.ge,
    "lt": operator.lt,
    "le": operator.le,
    "in": lambda value, wanted: value in wanted,
    "nin": lambda value, wanted: value not in wanted,
}
_LISTS = ("in", "nin")
_ORDERS = ("gt", "ge", "lt", "le")


class _Combined:
    """What all filters can do."""

    __slots__ = ()

    def __and__(self, other: Filter) -> Filter:
        return Every((*_parts(self, Every), *_parts(other, Every)))

    def __or__(self, other: Filter) -> Filter:
        return Some((*_parts(self, Some), *_parts(other, Some)))

    def __invert__(self) -> Filter:
        return _opposite(cast("Filter", self))

    def __bool__(self) -> bool:
        raise FilterError("A filter has no truth value; combine filters with &, | and ~, not with and, or and not.")


@frozen
class Comparison(_Combined):
    """A comparison of one fact; it does not hold for a passage that lacks the fact, nor does its opposite.

    Attributes:
        field: the name of the metadata.
        op: how they are compared.
        value: with what: a text, a number or a truth value; a tuple of them for ``in`` and ``nin``.
    """

    field: str
    op: Op
    value: Any


@frozen
class Every(_Combined):
    """All of its parts must hold."""

    parts: tuple[Filter, ...]


@frozen
class Some(_Combined):
    """At least one of its parts must hold."""

    parts: tuple[Filter, ...]


class where:  # noqa: N801 - reads as a word in a sentence
    """A name of metadata, to be compared: ``where("year") >= 1990``, ``where("lang").is_in(["en", "de"])``.

    Example:
        >>> recent = where("year") > 1990
        >>> matches(recent & ~(where("lang") == "de"), {"year": 2001, "lang": "en"})
        True
    """

    __hash__ = None  # type: ignore[assignment] # == makes a filter

    @spelled
    def __init__(self, field: str, /) -> None:
        self._field = field

    def __eq__(self, value: object) -> Comparison:  # type: ignore[override]
        return _comparison(self._field, "eq", value)

    def __ne__(self, value: object) -> Comparison:  # type: ignore[override]
        return _comparison(self._field, "ne", value)

    def __gt__(self, value: Value) -> Comparison:
        return _comparison(self._field, "gt", value)

    def __ge__(self, value: Value) -> Comparison:
        return _comparison(self._field, "ge", value)

    def __lt__(self, value: Value) -> Comparison:
        return _comparison(self._field, "lt", value)

    def __le__(self, value: Value) -> Comparison:
        return _comparison(self._field, "le", value)

    def is_in(self, values: Sequence[Value], /) -> Comparison:
        """Return the filter that wants one of these values."""
        return _comparison(self._field, "in", values)


def as_filter(value: Any) -> Filter | None:
    """Return the filter that a value is; None for None and for an empty mapping.

    Args:
        value: a filter, or a mapping. Its keys are names of metadata, its values what they must be: a value, a list of
            values of which it must be one, or a mapping from operators to values. The keys ``and`` and ``or`` hold
            lists of such mappings, ``not`` holds one. All entries must hold.

    Raises:
        FilterError: it is neither.
    """
    if value is None or isinstance(value, Comparison | Every | Some):
        return value
    if not isinstance(value, Mapping):
        raise FilterError(f"A filter is made with weft.where(…) or is a dict, not {value!r:.80}.")
    parts = [part for key, wanted in cast("Mapping[Any, Any]", value).items() for part in _entries(key, wanted)]
    return parts[0] if len(parts) == 1 else Every(tuple(parts)) if parts else None


def _entries(key: Any, wanted: Any) -> Iterator[Filter]:
    if key in ("and", "or"):
        if isinstance(wanted, str) or not isinstance(wanted, Sequence):
            raise FilterError(f"{key!r} of a filter takes a list of filters, not {wanted!r:.80}.")
        parts = tuple([_some_filter(part, key) for part in cast("Sequence[Any]", wanted)])
        if not parts:
            raise FilterError(f"{key!r} of a filter takes at least one filter.")
        yield Every(parts) if key == "and" else Some(parts)
    elif key == "not":
        yield _opposite(_some_filter(wanted, key))
    elif isinstance(wanted, Mapping):
        for op, value in cast("Mapping[Any, Any]", wanted).items():
            if op not in OPS:
                raise FilterError(f"A filter has no operator {op!r}.{hint(str(op), OPS)}")
            yield _comparison(key, op, value)
    else:
        yield _comparison(key, "in" if isinstance(wanted, list | tuple | set | frozenset) else "eq", wanted)


def _some_filter(value: Any, key: str) -> Filter:
    found = as_filter(value)
    if found is None:
        raise FilterError(f"{key!r} of a filter holds an empty filter.")
    return found


def _comparison(field: Any, op: Op, value: Any) -> Comparison:
    if not isinstance(field, str) or not field:
        raise FilterError(f"A filter names metadata by a text, not by {field!r}.")
    if op in _LISTS:
        if isinstance(value, str) or not isinstance(value, Sequence | set | frozenset):
            raise FilterError(f"{op!r} on {field!r} takes a list of values, not {value!r:.80}.")
        values = tuple([_checked(field, op, one) for one in cast("Sequence[Any]", value)])
        if not values:
            raise FilterError(f"{op!r} on {field!r} takes at least one value.")
        if len({kind_of(one) for one in values}) > 1:
            raise FilterError(f"{op!r} on {field!r} takes values of one kind: {value!r:.80}.")
        return Comparison(field, op, values)
    return Comparison(field, op, _checked(field, op, value))


def _checked(field: str, op: Op, value: Any) -> Any:
    if not isinstance(value, str | int | float) or value != value:
        raise FilterError(f"{op!r} on {field!r} takes a text, a number or a truth value, not {value!r:.80}.")
    if op in _ORDERS and isinstance(value, bool):
        raise FilterError(f"{op!r} on {field!r} has no meaning for {value!r}.")
    return value


def _parts(filter_: Any, kind: type) -> tuple[Filter, ...]:
    if not isinstance(filter_, Comparison | Every | Some):
        raise FilterError(f"A filter is combined with filters, not with {filter_!r:.80}.")
    return cast("tuple[Filter, ...]", filter_.parts) if isinstance(filter_, kind) else (filter_,)  # type: ignore[union-attr]


def _opposite(filter_: Filter) -> Filter:
    """Return what holds where a filter does not; comparisons of what a passage lacks hold neither way."""
    if isinstance(filter_, Comparison):
        return Comparison(filter_.field, _OPPOSITE[filter_.op], filter_.value)
    parts = tuple([_opposite(part) for part in filter_.parts])
    return Some(parts) if isinstance(filter_, Every) else Every(parts)


def kind_of(value: Value | tuple[Value, ...]) -> Literal["text", "number", "truth"]:
    """Return which kind of value this is, or are all in a tuple; values of two kinds are never equal nor in order."""
    one = value[0] if isinstance(value, tuple) else value
    return "truth" if isinstance(one, bool) else "text" if isinstance(one, str) else "number"


def matches(filter_: Filter | None, metadata: Mapping[str, Any]) -> bool:
    """Whether metadata fit a filter."""
    if filter_ is None:
        return True
    if isinstance(filter_, Comparison):
        value = metadata.get(filter_.field)
        if value is None or kind_of(value) != kind_of(filter_.value):
            return False
        return _HOLDS[filter_.op](value, filter_.value)
    holds = all if isinstance(filter_, Every) else any
    return holds(matches(part, metadata) for part in filter_.parts)


def used(filter_: Filter) -> set[str]:
    """Return the operators of a filter, ``or`` among them."""
    if isinstance(filter_, Comparison):
        return {filter_.op}
    inner = set[str]().union(*map(used, filter_.parts))
    return inner | {"or"} if isinstance(filter_, Some) else inner
