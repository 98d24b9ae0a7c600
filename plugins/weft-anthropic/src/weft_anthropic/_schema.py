"""JSON schemas as Anthropic's structured outputs take them: a part of the language, and closed objects only."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from weft_http import not_sent, with_keywords

if TYPE_CHECKING:
    from collections.abc import Mapping

_KEYWORDS = frozenset({
    "$defs", "$ref", "additionalProperties", "allOf", "anyOf", "const", "default", "definitions", "description",
    "enum", "format", "items", "minItems", "properties", "required", "title", "type",
})  # fmt: skip
_FORMATS = frozenset(("date", "date-time", "duration", "email", "hostname", "ipv4", "ipv6", "time", "uri", "uuid"))


def output_schema(ref: str, schema: Mapping[str, Any]) -> dict[str, Any]:
    """Return a schema without the limits that the API does not know; whoever reads the answer checks those.

    Raises:
        LMInvalidRequestError: an object may have any keys, which the API cannot express.
    """

    def close(node: dict[str, Any]) -> None:
        if node.get("format") not in _FORMATS:
            node.pop("format", None)
        if node.get("minItems", 0) > 1:
            node["minItems"] = 1
        if node.get("type") == "object" or "properties" in node:
            if "properties" not in node or node.get("additionalProperties"):
                raise not_sent(
                    ref,
                    f"{ref} cannot hold an answer to a schema in which an object has keys that are not named; "
                    "declare its fields, or ask without a response schema.",
                )
            node["additionalProperties"] = False

    return with_keywords(schema, _KEYWORDS, close)
