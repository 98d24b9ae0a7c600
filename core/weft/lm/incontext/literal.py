"""A value for a field that nothing in the prompt decides: plausible, and valid for its JSON schema."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, cast

from ...data.similarity import words
from .form import resolved

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_SENTENCE = re.compile(r"(?<=[.!?])\s+|\n+")
_NUMBER = re.compile(r"(?<![\w.])-?\d+(?:\.\d+)?(?![\w]|\.\d)")
_DEPTH = 4
"""From here on only what a schema requires is filled in, so that recursive schemas come to an end."""

_FORMATS = {
    "date": "2000-01-01", "date-time": "2000-01-01T00:00:00Z", "time": "00:00:00Z", "duration": "P1D",
    "email": "someone@example.org", "uri": "https://example.org/", "ipv4": "192.0.2.1", "ipv6": "2001:db8::1",
    "uuid": "00000000-0000-4000-8000-000000000000",
}  # fmt: skip


def sentences(content: str) -> list[tuple[str, float]]:
    """Return the content's sentences with how informative each is: its share of the letters in distinct words."""
    found = [piece.strip() for piece in _SENTENCE.split(content) if piece.strip()]
    everything = _telling(content) or 1
    return [(sentence, _telling(sentence) / everything) for sentence in dict.fromkeys(found)]


def best_sentence(content: str) -> str:
    """Return the most informative sentence, the first of equals; the content itself if it has none."""
    return max(sentences(content), key=lambda found: found[1], default=(content.strip(), 0.0))[0]


def literal(schema: Mapping[str, Any], content: str, definitions: Mapping[str, Any], depth: int = 0) -> Any:
    """Return a value that is valid for the schema, taken from the content where that is possible."""
    schema = _single(schema, definitions, depth)
    if "const" in schema:
        return schema["const"]
    if schema.get("enum"):
        return schema["enum"][0]
    kind = _kind(schema)
    if kind == "object":
        return _object(schema, content, definitions, depth)
    if kind == "array":
        return _array(schema, content, definitions, depth)
    if kind in ("integer", "number"):
        return _number(schema, content, whole=kind == "integer")
    if kind == "boolean":
        return False
    return None if kind == "null" else _text(schema, content)


def _single(schema: Mapping[str, Any], definitions: Mapping[str, Any], depth: int) -> Mapping[str, Any]:
    """Return the schema with references followed, alternatives chosen and ``allOf`` merged."""
    for _ in range(16):
        schema = resolved(schema, definitions)
        if "$ref" in schema:
            continue
        if options := schema.get("anyOf") or schema.get("oneOf"):
            wanted = [option for option in options if (option.get("type") == "null") == (depth >= _DEPTH)]
            schema = (wanted or options)[0]
        elif parts := schema.get("allOf"):
            merged: dict[str, Any] = {name: value for name, value in schema.items() if name != "allOf"}
            for part in parts:
                merged.update(_single(part, definitions, depth))
            schema = merged
        else:
            break
    return schema


def _kind(schema: Mapping[str, Any]) -> str:
    kind = schema.get("type")
    if isinstance(kind, list):
        kinds = cast("Sequence[str]", kind)
        return next((each for each in kinds if each != "null"), "null")
    if kind is None:
        return "object" if "properties" in schema else "array" if "items" in schema else "string"
    return str(kind)


def _object(schema: Mapping[str, Any], content: str, definitions: Mapping[str, Any], depth: int) -> dict[str, Any]:
    properties = cast("Mapping[str, Mapping[str, Any]]", schema.get("properties") or {})
    required = cast("Sequence[str]", schema.get("required") or ())
    names = [name for name in properties if depth < _DEPTH or name in required]
    names += [name for name in required if name not in properties]
    return {name: literal(properties.get(name, {}), content, definitions, depth + 1) for name in names}


def _array(schema: Mapping[str, Any], content: str, definitions: Mapping[str, Any], depth: int) -> list[Any]:
    first = cast("Sequence[Mapping[str, Any]]", schema.get("prefixItems") or ())
    least = schema.get("minItems", 0)
    wanted = max(least, len(first), 0 if depth >= _DEPTH or first else 1)
    items: Any = schema.get("items")
    rest: Mapping[str, Any] = cast("Mapping[str, Any]", items) if isinstance(items, dict) else {}
    members = [*first, *[rest] * (min(wanted, schema.get("maxItems", wanted)) - len(first))]
    return [literal(member, content, definitions, depth + 1) for member in members]


def _number(schema: Mapping[str, Any], content: str, *, whole: bool) -> int | float:
    """Return the first number of the content that the bounds allow, or else the allowed one nearest to 0."""
    low, high = _bounds(schema, 1 if whole else 1e-6)
    step = schema.get("multipleOf")
    seen = [float(found) for found in _NUMBER.findall(content)]
    fits = [n for n in seen if low <= n <= high and not (whole and n % 1) and not (step and n % step)]
    nearest = fits[0] if fits else min(max(0.0, low), high)
    if step and nearest % step:
        nearest += step - nearest % step
    return round(nearest) if whole else nearest


def _bounds(schema: Mapping[str, Any], margin: float) -> tuple[float, float]:
    low, high = schema.get("minimum", float("-inf")), schema.get("maximum", float("inf"))
    return (
        max(low, schema.get("exclusiveMinimum", float("-inf")) + margin),
        min(high, schema.get("exclusiveMaximum", float("inf")) - margin),
    )


def _text(schema: Mapping[str, Any], content: str) -> str:
    if schema.get("format") in _FORMATS:
        return _FORMATS[schema["format"]]
    text = best_sentence(content)[: schema.get("maxLength")]
    return text.ljust(schema.get("minLength", 0), ".")


def _telling(text: str) -> int:
    return sum(len(word) for word in set(words(text)) if len(word) > 2)
