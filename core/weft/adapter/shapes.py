"""JSON schemas in short: ``{"name": string, "tags": string[]} | null``, with descriptions as comments."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, cast

if TYPE_CHECKING:
    from collections.abc import Mapping

_REF = "#/$defs/"
_INDENT = "  "
_LIMITS = {
    "minimum": "at least {}",
    "exclusiveMinimum": "greater than {}",
    "maximum": "at most {}",
    "exclusiveMaximum": "less than {}",
    "multipleOf": "a multiple of {}",
    "minLength": "at least {} long",
    "maxLength": "at most {} long",
    "minItems": "at least {} long",
    "maxItems": "at most {} long",
    "pattern": "matching the pattern {}",
}


def described(schema: Mapping[str, Any]) -> tuple[str, str]:
    """Return the shape of a schema, and the shapes of the types that it names, each with a name before it."""
    definitions = cast("dict[str, Any]", schema.get("$defs", {}))
    named = [f"{name} = {_shape(definition, '')}{_comment(definition)}" for name, definition in definitions.items()]
    return _shape(schema, ""), "\n\n".join(named)


def _shape(schema: Any, indent: str) -> str:
    node = cast("dict[str, Any]", schema) if isinstance(schema, dict) else {}
    if "$ref" in node:
        return node["$ref"].removeprefix(_REF)
    if "const" in node:
        return json.dumps(node["const"], ensure_ascii=False)
    if "enum" in node:
        return " | ".join(json.dumps(choice, ensure_ascii=False) for choice in node["enum"])
    alternatives = node.get("anyOf") or node.get("allOf")
    if alternatives:
        return " | ".join(dict.fromkeys(_shape(one, indent) for one in alternatives))
    return _of_type(node, indent)


def _of_type(node: dict[str, Any], indent: str) -> str:
    kind = node.get("type")
    if isinstance(kind, list):
        return " | ".join(_of_type({**node, "type": one}, indent) for one in cast("list[str]", kind))
    if kind == "array":
        return _array(node, indent)
    if kind == "object" or "properties" in node:
        return _object(node, indent)
    return f"string ({node['format']})" if kind == "string" and "format" in node else kind or "any"


def _array(node: dict[str, Any], indent: str) -> str:
    if "prefixItems" in node:
        return f"[{', '.join(_shape(item, indent) for item in node['prefixItems'])}]"
    item = node.get("items")
    return f"({_shape(item, indent)})[]" if _has_alternatives(item) else f"{_shape(item, indent)}[]"


def _has_alternatives(schema: Any) -> bool:
    node = cast("dict[str, Any]", schema) if isinstance(schema, dict) else {}
    return len(node.get("enum") or node.get("anyOf") or ()) > 1 or isinstance(node.get("type"), list)


def _object(node: dict[str, Any], indent: str) -> str:
    if not node.get("properties"):
        return "{}" if "properties" in node else f"map<string, {_shape(node.get('additionalProperties'), indent)}>"
    inner = indent + _INDENT
    lines = [
        f"{inner}{json.dumps(name, ensure_ascii=False)}: {_shape(value, inner)},{_comment(value)}"
        for name, value in node["properties"].items()
    ]
    return "\n".join(["{", *lines, f"{indent}}}"])


def _comment(schema: Any) -> str:
    """Return a description and the limits of a value as a comment on its line."""
    node = cast("dict[str, Any]", schema) if isinstance(schema, dict) else {}
    says = [" ".join(node.get("description", "").split())]
    if "prefixItems" not in node:
        says += [clause.format(node[limit]) for limit, clause in _LIMITS.items() if limit in node]
    said = "; ".join(part for part in says if part)
    return f" // {said}" if said else ""
