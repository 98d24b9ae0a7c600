"""Values that are nearly of a type, brought nearer to it: choices, numbers, dates, and lists and models of them."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence, Set
from decimal import Decimal
from typing import Any, cast, get_args, get_origin

from ..data.loosejson import arguments
from .anatomy import field_types, plain_name
from .choosing import TRUTH, choice, named_choices, named_in
from .describe import choices
from .fields import members
from .listing import listed
from .memo import once_a_type
from .moments import is_moment, moment
from .numerals import numeral
from .sightings import value_in
from .unfit import Unfit, undecorated

NOTHING = frozenset({"", "none", "null", "n/a"})
_UNSAID = frozenset({"-", "–", "—", "nil", "undefined", "unknown"}) | {
    f"not {word}"
    for word in ("applicable", "available", "given", "known", "mentioned", "provided", "specified", "stated")
}
_NUMBERS = (int, float, Decimal)
_WRAPPERS = frozenset({"value", "values", "items", "result", "results", "data", "list", "content"})
_ALONE = 1
_CALL = re.compile(r"\w[\w.]*\((?=\s*\w+\s*=)")
_LINE = re.compile(r"\s*(?:[-*•]\s+)?[\"'*`]*(?P<name>[\w .-]{1,60}?)[\"'*`]*\s*:[*]*\s+(?P<value>\S.*)")


def mended(type_: Any, value: Any) -> Any:
    """Return `value` brought nearer to `type_`, or as it is; whether it fits is for the validator to say.

    Raises:
        Unfit: it could be read in more than one way.
    """
    bare, *others = members(type_)
    if others:
        return _of_union(type_, (bare, *others), value)
    if named_choices(bare):
        return choice(bare, value)
    if is_moment(bare):
        return moment(bare, value)
    if bare is bool:
        return truth(value)
    if bare in _NUMBERS:
        return _number(value)
    if bare is str:
        return text_of_json(value)
    return _of_structure(bare, value)


def _of_union(type_: Any, alternatives: tuple[Any, ...], value: Any) -> Any:
    """Return the value as the first alternative that it fits; if none, what one of them found ambiguous counts."""
    if isinstance(value, str) and alternatives[-1] is type(None) and says_nothing(type_, value):
        return None
    ambiguous: Unfit | None = None
    for member in alternatives:
        try:
            return _validator(member).validate_python(mended(member, value))
        except Unfit as unfit:
            ambiguous = unfit
        except ValueError:  # pydantic's: the next may fit
            continue
    if ambiguous is not None:
        raise ambiguous
    return value


def says_nothing(type_: Any, text: str) -> bool:
    """Whether a text such as "none" stands for None: not where it is one of the type's own choices.

    Where texts are values, fewer words do: "unknown" may be meant as a text.
    """
    said = undecorated(text).casefold()
    if said not in NOTHING and (said not in _UNSAID or str in members(type_)):
        return False
    own = [one for member in members(type_) for one in choices(member) or ()]
    return not any(one.casefold() in NOTHING or one.casefold() == said for one in own)


def truth(value: Any) -> Any:
    """Return the truth value that a text gives, or the value itself."""
    found = named_in(TRUTH, value) if isinstance(value, str) else None
    return value if found is None else found[0]


def _number(value: Any) -> Any:
    if isinstance(value, bool):
        raise Unfit(f"must be a number, not {json.dumps(value)}.")
    if isinstance(value, list):
        inner = cast("list[Any]", value)
        return _number(inner[0]) if len(inner) == _ALONE else inner
    if not isinstance(value, str):
        return value
    try:
        return numeral(value)
    except Unfit:
        raise
    except ValueError:
        return value


def text_of_json(value: Any) -> Any:
    """Return a JSON value other than null as its text."""
    return value if value is None or isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _of_structure(bare: Any, value: Any) -> Any:
    origin = get_origin(bare) or bare
    if not isinstance(origin, type):
        return value
    if issubclass(origin, tuple | list | Set | Sequence) and not issubclass(origin, str | bytes):
        return _list(bare, value)
    if (types := field_types(bare)) is not None:
        return _record(types, _entries(_decoded(value)))
    return _mapping(bare, _entries(_decoded(value))) if issubclass(origin, Mapping) else value


def _decoded(value: Any) -> Any:
    """Return what a text says as JSON, or the value itself; the only object in a list stands for itself."""
    if isinstance(value, str):
        value = _json_in(value)
    if not isinstance(value, list):
        return value
    inner = cast("list[Any]", value)
    alone: Any = inner[0] if len(inner) == _ALONE else None
    return cast("Any", alone) if isinstance(alone, dict) else inner


def _json_in(text: str) -> Any:
    """Return what a text says as JSON, written as a text once more or not; the text itself where it says nothing."""
    for version in (text, undecorated(text)):
        try:
            value = value_in(version)
            return value_in(value) if isinstance(value, str) else value
        except ValueError:
            continue
    return text


def _entries(value: Any) -> Any:
    """Return what a text says as lines of names and values, or as a call that takes them by name."""
    if not isinstance(value, str):
        return value
    called = _CALL.match(value.strip())
    if called is not None and (written := arguments(value.strip(), called.end())) is not None:
        return _json_in(written)
    lines = [_LINE.fullmatch(line) for line in value.strip().splitlines() if line.strip()]
    return {line["name"].strip(): line["value"] for line in lines if line} if lines and all(lines) else value


def _list(bare: Any, value: Any) -> Any:
    if isinstance(value, str):
        found = _json_in(value)
        entries = listed(value) if isinstance(found, str) else found
        value = value if entries is None else entries
    if isinstance(value, dict):
        value = _unwrapped(cast("dict[str, Any]", value))
    if isinstance(value, int | float):
        value = [value]
    if not isinstance(value, list):
        return value
    return [mended(_element(bare, place), item) for place, item in enumerate(cast("list[Any]", value))]


def _unwrapped(value: dict[str, Any]) -> list[Any]:
    """Return the list that an object wraps, or the object as a list's only entry."""
    inner = next(iter(value.values())) if len(value) == _ALONE else None
    wraps = isinstance(inner, list) and next(iter(value)).casefold() in _WRAPPERS
    return cast("list[Any]", inner) if wraps else [value]


def _element(bare: Any, place: int) -> Any:
    arguments = get_args(bare)
    if not arguments:
        return Any
    is_fixed = (get_origin(bare) or bare) is tuple and arguments[-1] is not ...
    return arguments[min(place, len(arguments) - 1)] if is_fixed else arguments[0]


def _mapping(bare: Any, value: Any) -> Any:
    kinds = get_args(bare)
    if not isinstance(value, dict):
        return value
    given = cast("dict[Any, Any]", value)
    return {mended(kinds[0], key): mended(kinds[1], item) for key, item in given.items()} if len(kinds) == 2 else given


def _record(types: Mapping[str, Any], value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    given = cast("dict[str, Any]", value)
    known = {plain_name(name): name for name in types}
    found: dict[str, Any] = {}
    for key, item in given.items():
        name = key if key in types else known.get(plain_name(str(key)), key)
        name = key if name in given and name != key else name
        found[name] = mended(types[name], item) if name in types else item
    return found


@once_a_type
def _validator(type_: Any) -> Any:
    from pydantic import ConfigDict, TypeAdapter
    from pydantic.errors import PydanticUserError

    try:
        return TypeAdapter(type_, config=ConfigDict(arbitrary_types_allowed=True))
    except PydanticUserError:  # models and dataclasses bring their own config
        return TypeAdapter(type_)
