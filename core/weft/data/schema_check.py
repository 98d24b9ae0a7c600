"""A check of JSON data against a JSON schema: the keywords that say what a tool takes.

References within the schema are followed. Keywords that are not known here, ``pattern`` among them, are left to the
tool itself.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, cast

from ..spelling import closest

Schema = Mapping[str, Any]

_TYPES: Mapping[str, Callable[[Any], bool]] = {
    "object": lambda value: isinstance(value, Mapping),
    "array": lambda value: isinstance(value, list | tuple),
    "string": lambda value: isinstance(value, str),
    "integer": lambda value: _is_number(value) and float(value).is_integer(),
    "number": lambda value: _is_number(value),
    "boolean": lambda value: isinstance(value, bool),
    "null": lambda value: value is None,
}
_BOUNDS: Mapping[str, tuple[Callable[[Any, Any], bool], str]] = {
    "minimum": (lambda value, bound: value >= bound, "at least"),
    "maximum": (lambda value, bound: value <= bound, "at most"),
    "exclusiveMinimum": (lambda value, bound: value > bound, "above"),
    "exclusiveMaximum": (lambda value, bound: value < bound, "below"),
}
_SIZES: Mapping[str, tuple[Callable[[int, int], bool], str]] = {
    "minLength": (lambda size, bound: size >= bound, "at least"),
    "maxLength": (lambda size, bound: size <= bound, "at most"),
    "minItems": (lambda size, bound: size >= bound, "at least"),
    "maxItems": (lambda size, bound: size <= bound, "at most"),
}
_DEEPEST = 64
_MOST_RULES = 10_000
"""Schemas can refer to themselves: after so many steps down, and so many rules in all, the rest is left to the tool."""


def no_argument(place: str, name: str, known: Mapping[str, Any]) -> str:
    """Return the clause that says that an argument is unknown, and which was probably meant."""
    near = closest(name, known)
    others = f"did you mean {near!r}?" if near else f"there are: {', '.join(known)}" if known else "it takes none"
    return f"there is no argument {place!r} ({others})"


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def problems_with(value: Any, schema: Schema) -> list[str]:
    """Return what is wrong with a value, a clause each; empty where it fits."""
    return _Check(schema).problems(value, schema, "", 0)


class _Check:
    """One check against one schema; it ends, whatever the schema refers to."""

    def __init__(self, root: Schema) -> None:
        self._root = root
        self._left = _MOST_RULES

    def problems(self, value: Any, schema: Any, place: str, depth: int) -> list[str]:
        self._left -= 1
        if not isinstance(schema, Mapping) or depth > _DEEPEST or self._left < 0:  # `true` allows everything
            return []
        rules = self._resolved(schema)
        if (wrong := _wrong_kind(value, rules)) is not None:
            return [f"{place!r} {wrong}" if place else f"they {wrong}"]
        found = [f"{place!r} {clause}" for clause in _out_of_bounds(value, rules)]
        for part in rules.get("allOf", ()):
            found += self.problems(value, part, place, depth + 1)
        for choice in ("anyOf", "oneOf"):
            found += self._no_alternative(value, rules.get(choice), place, depth)
        if isinstance(value, Mapping):
            found += self._in_object(cast("Mapping[str, Any]", value), rules, place, depth)
        if isinstance(value, list | tuple) and "items" in rules:
            for position, item in enumerate(cast("list[Any]", value)):
                found += self.problems(item, rules["items"], f"{place}[{position}]", depth + 1)
        return found

    def _resolved(self, schema: Any) -> Schema:
        """Follow a reference such as ``#/$defs/Point``; one that leads nowhere allows everything."""
        seen: set[str] = set()
        while isinstance(schema, Mapping) and isinstance(reference := schema.get("$ref"), str):  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType]
            if reference in seen:
                return {}
            seen.add(reference)
            target: Any = self._root
            for step in reference.removeprefix("#").strip("/").split("/"):
                target = target.get(step) if isinstance(target, Mapping) else None  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType]
            schema = target  # pyright: ignore[reportUnknownVariableType]
        return cast("Schema", schema) if isinstance(schema, Mapping) else {}

    def _no_alternative(self, value: Any, choices: Any, place: str, depth: int) -> list[str]:
        """Return what is wrong by the alternative that comes nearest: one of the value's kind, where there is one."""
        found: list[tuple[bool, list[str]]] = []
        for choice in choices or ():
            is_other = _wrong_kind(value, self._resolved(choice)) is not None
            found.append((is_other, self.problems(value, choice, place, depth + 1)))
        if not found or any(not problems for _, problems in found):
            return []
        return min(found, key=lambda one: (one[0], len(one[1])))[1]

    def _in_object(self, value: Mapping[str, Any], rules: Schema, place: str, depth: int) -> list[str]:
        properties: Mapping[str, Any] = rules.get("properties") or {}
        inside = f"{place}." if place else ""
        found = [f"{inside + name!r} is missing" for name in rules.get("required", ()) if name not in value]
        others = rules.get("additionalProperties", True)
        for name, item in value.items():
            if name in properties:
                found += self.problems(item, properties[name], f"{inside}{name}", depth + 1)
            elif others is False:
                found.append(no_argument(inside + name, name, properties))
            else:
                found += self.problems(item, others, f"{inside}{name}", depth + 1)
        return found


def _wrong_kind(value: Any, rules: Schema) -> str | None:
    kinds = rules.get("type", [])
    known = [kind for kind in ([kinds] if isinstance(kinds, str) else kinds) if kind in _TYPES]
    if known and not any(_TYPES[kind](value) for kind in known):
        return f"must be of type {' or '.join(known)}"
    if "enum" in rules and value not in rules["enum"]:
        return f"must be one of {', '.join(map(repr, rules['enum'][:20]))}"
    if "const" in rules and value != rules["const"]:
        return f"must be {rules['const']!r}"
    return None


def _out_of_bounds(value: Any, rules: Schema) -> list[str]:
    found: list[str] = []
    if _is_number(value):
        found += [
            f"must be {word} {rules[key]}"
            for key, (fits, word) in _BOUNDS.items()
            if not _fits(fits, value, rules, key)
        ]
    elif isinstance(value, str | list | tuple):
        size = len(cast("str", value))
        keys = ("minLength", "maxLength") if isinstance(value, str) else ("minItems", "maxItems")
        found += [
            f"must be {_SIZES[key][1]} {rules[key]} long" for key in keys if not _fits(_SIZES[key][0], size, rules, key)
        ]
    return found


def _fits(fits: Callable[[Any, Any], bool], value: Any, rules: Schema, key: str) -> bool:
    return not _is_number(rules.get(key)) or fits(value, rules[key])
