"""A value that a JSON schema permits, always the same one: enough to test what reads structured answers."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, cast

Schema = Mapping[str, Any]

FORMATS = {
    "date": "2024-01-31",
    "date-time": "2024-01-31T12:00:00Z",
    "time": "12:00:00Z",
    "duration": "P1D",
    "email": "someone@example.org",
    "uri": "https://example.org",
    "uuid": "00000000-0000-4000-8000-000000000000",
}
MOST_LEVELS = 12
"""Where a schema that refers to itself stops being followed into its optional parts."""


def instance_of(schema: Schema) -> Any:
    """Return the smallest value of a schema that is still not empty.

    It follows types, enumerations, constants, references, alternatives and bounds, and no regular expressions.
    """
    return _instance(schema, schema, 0)


def _instance(schema: Schema, root: Schema, level: int) -> Any:
    if "$ref" in schema:
        return _instance(_referred(schema["$ref"], root), root, level + 1)
    if "const" in schema:
        return schema["const"]
    if "enum" in schema:
        return schema["enum"][0]
    if "allOf" in schema:
        return _instance(_merged(schema, root), root, level)
    alternatives = schema.get("anyOf") or schema.get("oneOf")
    if alternatives:
        return _instance(alternatives[-1 if level > MOST_LEVELS else 0], root, level + 1)
    return _of_type(schema, root, level)


def _of_type(schema: Schema, root: Schema, level: int) -> Any:
    kind = schema.get("type", "object" if "properties" in schema else "string")
    if isinstance(kind, list):
        kind = cast("list[str]", kind)[-1 if level > MOST_LEVELS else 0]
    if kind == "object":
        return _object(schema, root, level)
    if kind == "array":
        return _array(schema, root, level)
    if kind in ("integer", "number"):
        return _number(schema, whole=kind == "integer")
    return {"boolean": True, "null": None}.get(kind) if kind != "string" else _text(schema)


def _object(schema: Schema, root: Schema, level: int) -> dict[str, Any]:
    properties: Mapping[str, Schema] = schema.get("properties", {})
    required = schema.get("required", ()) if level > MOST_LEVELS else properties
    return {name: _instance(properties[name], root, level + 1) for name in required}


def _array(schema: Schema, root: Schema, level: int) -> list[Any]:
    wanted = schema.get("minItems", 0 if level > MOST_LEVELS else min(1, schema.get("maxItems", 1)))
    first = [_instance(each, root, level + 1) for each in schema.get("prefixItems", ())]
    items = schema.get("items")
    if not isinstance(items, Mapping):
        return first or ["item"] * (wanted if items is None else 0)
    rest = max(0, wanted - len(first))
    return first + [_instance(cast("Schema", items), root, level + 1) for _ in range(rest)]


def _number(schema: Schema, *, whole: bool) -> int | float:
    step: float = schema.get("multipleOf", 1)
    low: float = max(schema.get("minimum", -math.inf), _beyond(schema.get("exclusiveMinimum"), math.inf))
    high: float = min(schema.get("maximum", math.inf), _beyond(schema.get("exclusiveMaximum"), -math.inf))
    value = step * math.ceil(min(max(step, low), high) / step)
    if value > high:
        value = step * math.floor(high / step)
    if value < low:
        value = (low + high) / 2
    return int(value) if whole else float(value)


def _beyond(bound: float | None, direction: float) -> float:
    return -direction if bound is None else math.nextafter(bound, direction)


def _text(schema: Schema) -> str:
    text = FORMATS.get(schema.get("format", ""), "text")
    text = text.ljust(schema.get("minLength", 0), "x")
    return text[: schema["maxLength"]] if "maxLength" in schema else text


def _referred(reference: str, root: Schema) -> Schema:
    found: Any = root
    for name in reference.removeprefix("#").strip("/").split("/"):
        found = found[name.replace("~1", "/").replace("~0", "~")] if name else found
    return found


def _merged(schema: Schema, root: Schema) -> Schema:
    merged: dict[str, Any] = {name: value for name, value in schema.items() if name != "allOf"}
    for part in schema["allOf"]:
        whole = _referred(part["$ref"], root) if "$ref" in part else part
        properties = {**merged.get("properties", {}), **whole.get("properties", {})}
        merged = {**merged, **whole, **({"properties": properties} if properties else {})}
    return merged
