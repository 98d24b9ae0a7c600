"""Schemas that strict modes take: OpenAI's, and those that are made after it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

_KEYWORDS = frozenset({
    "$defs", "$ref", "additionalProperties", "anyOf", "const", "description", "enum", "exclusiveMaximum",
    "exclusiveMinimum", "format", "items", "maxItems", "maximum", "minItems", "minimum", "multipleOf", "pattern",
    "properties", "required", "title", "type",
})  # fmt: skip
_FORMATS = frozenset({"date", "date-time", "duration", "email", "hostname", "ipv4", "ipv6", "time", "uuid"})
_LOOKS_AROUND = "(?"
_BY_NAME = ("$defs", "properties")
_SAYS_WHAT = frozenset({"$ref", "anyOf", "const", "enum", "type"})


def is_strict(schema: Any) -> bool:
    """Whether strict modes take a schema: closed objects, every property required, only keywords that they know.

    Example:
        >>> is_strict({"type": "object", "properties": {}, "required": [], "additionalProperties": False})
        True
        >>> is_strict({"type": "string", "minLength": 1})
        False
    """
    if isinstance(schema, list):
        return all(is_strict(entry) for entry in cast("list[Any]", schema))
    if not isinstance(schema, Mapping):
        return True
    node = cast("Mapping[str, Any]", schema)
    if not node.keys() <= _KEYWORDS or node.keys().isdisjoint(_SAYS_WHAT):
        return False
    if node.get("format", "date") not in _FORMATS or _LOOKS_AROUND in node.get("pattern", ""):
        return False
    named = [part for key in _BY_NAME for part in node.get(key, {}).values()]
    return _is_closed(node) and is_strict(named) and is_strict(node.get("items")) and is_strict(node.get("anyOf"))


def _is_closed(node: Mapping[str, Any]) -> bool:
    if node.get("type") != "object" and "properties" not in node:
        return True
    is_all_required = set(node.get("properties", ())) == set(node.get("required", ()))
    return node.get("additionalProperties") is False and is_all_required
