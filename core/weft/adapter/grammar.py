"""Grammars in GBNF for answers that are JSON of a schema: llama.cpp's notation, which xgrammar and others read too."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, cast

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

_REF = "#/$defs/"
_ALWAYS = {
    "space": '" "?',
    "string": r'"\"" character* "\""',
    "character": r'[^"\\\x00-\x1F\x7F] | "\\" (["\\/bfnrt] | "u" hex hex hex hex)',
    "hex": "[0-9a-fA-F]",
    "integer": '"-"? ("0" | [1-9] [0-9]*)',
    "number": 'integer ("." [0-9]+)? ([eE] [-+]? [0-9]+)?',
    "boolean": '"true" | "false"',
    "null": '"null"',
    "array": '"[" space (value (space "," space value)*)? space "]"',
    "object": '"{" space (pair (space "," space pair)*)? space "}"',
    "pair": 'string space ":" space value',
    "value": "string | number | boolean | null | array | object",
}


def json_grammar(schema: Mapping[str, Any]) -> str:
    """Return the grammar of the JSON texts that satisfy a schema, with at most one space between their marks.

    Keys come in the order of the schema, and all of them. Limits of length and size are not in it; whoever reads the
    answer checks those.
    """
    definitions = cast("dict[str, Any]", schema.get("$defs", {}))
    rules = {"root": _rule(schema)}
    rules |= {_name(name): _rule(definition) for name, definition in definitions.items()}
    return "".join(f"{name} ::= {rule}\n" for name, rule in {**rules, **_ALWAYS}.items())


def _rule(schema: Any) -> str:
    if not isinstance(schema, dict):
        return "value"
    node = cast("dict[str, Any]", schema)
    if "$ref" in node:
        return _name(node["$ref"].removeprefix(_REF))
    if "const" in node:
        return _literal(node["const"])
    if "enum" in node:
        return _either(map(_literal, node["enum"]))
    for key in ("anyOf", "allOf"):
        if key in node:
            return _either(map(_rule, node[key][:1] if key == "allOf" else node[key]))
    return _of_type(node)


def _of_type(node: dict[str, Any]) -> str:
    kind = node.get("type")
    if isinstance(kind, list):
        return _either(_of_type({**node, "type": one}) for one in cast("list[str]", kind))
    if kind == "array":
        return _array(node)
    if kind == "object" or "properties" in node:
        return _object(node)
    return kind if kind in ("string", "integer", "number", "boolean", "null") else "value"


def _array(node: dict[str, Any]) -> str:
    if "prefixItems" in node:
        items = ' space "," space '.join(_rule(item) for item in node["prefixItems"])
        return f'"[" space {items} space "]"'
    item = _rule(node.get("items"))
    items = f'{item} (space "," space {item})*'
    return f'"[" space {items} space "]"' if node.get("minItems") else f'"[" space ({items})? space "]"'


def _object(node: dict[str, Any]) -> str:
    if node.get("properties"):
        pairs = [f'{_literal(name)} space ":" space {_rule(value)}' for name, value in node["properties"].items()]
        return '"{" space ' + ' space "," space '.join(pairs) + ' space "}"'
    if "properties" in node:
        return '"{" space "}"'
    pair = f'string space ":" space {_rule(node.get("additionalProperties"))}'
    return f'"{{" space ({pair} (space "," space {pair})*)? space "}}"'


def _either(rules: Iterable[str]) -> str:
    return f"({' | '.join(rules)})"


def _literal(value: Any) -> str:
    """Return what matches a value's JSON; a text in a grammar is escaped as JSON is."""
    return json.dumps(json.dumps(value, ensure_ascii=False), ensure_ascii=False)


def _name(definition: str) -> str:
    """Return the rule of a definition, in letters that every reader of grammars takes."""
    return "of-" + re.sub(r"[^0-9A-Za-z]", lambda sign: f"-{ord(sign[0]):x}-", definition)
