"""The JSON schema of a signature's outputs, as strict servers want it.

They take closed objects only: every property required and no other allowed. The order of all keys is that of the
declaration, so that a server which keeps compiled grammars finds the same one again.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple, cast

from .describe import schema_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from .signature import SignatureMeta

_REF = "#/$defs/"
_SAYS_WHAT = ("type", "enum", "const", "anyOf", "allOf", "$ref")
_SUBSCHEMAS = ("items", "not", "additionalProperties", "anyOf", "allOf", "prefixItems")
_LEFT_OUT = ("default", "discriminator", "title")


class OutputSchema(NamedTuple):
    """A schema, and what it can be used for.

    Attributes:
        schema: JSON schema of an object with the outputs.
        is_closed: whether it says of every value what it is, as strict servers demand; an object with any keys, such as
            ``dict[str, int]`` has, cannot be closed.
    """

    schema: dict[str, Any]
    is_closed: bool


def output_schema(signature: SignatureMeta) -> OutputSchema:
    """Return the JSON schema of an object with the signature's outputs, built once for the signature."""
    return signature.memo("output_schema", lambda: _built(signature))


def _built(signature: SignatureMeta) -> OutputSchema:
    properties: dict[str, Any] = {}
    definitions: dict[str, Any] = {}
    known: dict[str, Any] = {}
    is_closed = True
    for name, field_ in signature.output_fields.items():
        schema = schema_of(field_)
        own: dict[str, Any] = schema.pop("$defs", {})
        names = {key: _free_name(key, definition, known) for key, definition in own.items()}
        known |= {names[key]: definition for key, definition in own.items()}
        closing = _Closing(names)
        properties[name] = closing.closed({**schema, "description": field_.desc} if field_.desc else schema)
        definitions |= {names[key]: closing.closed(value) for key, value in own.items()}
        is_closed = is_closed and closing.is_closed
    whole = {"type": "object", "properties": properties, "required": list(properties), "additionalProperties": False}
    return OutputSchema({**whole, "$defs": definitions} if definitions else whole, is_closed)


def _free_name(name: str, definition: Any, known: Mapping[str, Any]) -> str:
    """Return the name of a definition among those of all fields, another one where its own has another meaning."""
    candidate, number = name, 2
    while known.get(candidate, definition) != definition:
        candidate, number = f"{name}{number}", number + 1
    return candidate


@dataclass
class _Closing:
    """Closes the schemas of one field; `names` are the names of its definitions among those of all fields."""

    names: dict[str, str]
    is_closed: bool = field(default=True)

    def closed(self, schema: Any) -> Any:
        if not isinstance(schema, dict):
            return schema
        node = {key: value for key, value in cast("dict[str, Any]", schema).items() if key not in _LEFT_OUT}
        for key in ("oneOf", "allOf"):  # strict servers know only anyOf
            if (key == "oneOf" and key in node) or len(node.get(key, ())) == 1:
                node["anyOf"] = node.pop(key)
        self._close_object(node)
        for key in _SUBSCHEMAS:
            if isinstance(node.get(key), list):
                node[key] = [self.closed(one) for one in node[key]]
            elif key in node:
                node[key] = self.closed(node[key])
        return self._with_reference_alone(node)

    def _close_object(self, node: dict[str, Any]) -> None:
        if "properties" in node and not node.get("additionalProperties"):
            node["properties"] = {name: self.closed(value) for name, value in node["properties"].items()}
            node |= {"required": list(node["properties"]), "additionalProperties": False}
        elif "properties" in node or node.get("type") == "object" or not any(key in node for key in _SAYS_WHAT):
            self.is_closed = False

    def _with_reference_alone(self, node: dict[str, Any]) -> dict[str, Any]:
        if "$ref" not in node:
            return node
        name = node.pop("$ref").removeprefix(_REF)
        reference = {"$ref": f"{_REF}{self.names[name]}"}
        return {"anyOf": [reference], **node} if node else reference
