"""JSON schemas with only the part of the language that a provider takes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, cast

_BY_NAME = ("$defs", "definitions", "patternProperties", "properties")
_IN_LISTS = ("allOf", "anyOf", "oneOf", "prefixItems")
_ALONE = ("additionalProperties", "items", "not")


def with_keywords(
    schema: Mapping[str, Any], keywords: frozenset[str], adapt: Callable[[dict[str, Any]], None] | None = None
) -> dict[str, Any]:
    """Return a schema without the keywords that a provider does not take, at any depth.

    What is left out is not checked by the provider any more; whoever reads the answer has to.

    Args:
        schema: the schema, which stays as it is.
        keywords: those that are kept.
        adapt: changes each part of the new schema in place, inner ones first.

    Example:
        >>> schema = {"type": "object", "properties": {"age": {"type": "integer", "minimum": 0}}}
        >>> with_keywords(schema, frozenset({"type", "properties"}))
        {'type': 'object', 'properties': {'age': {'type': 'integer'}}}
    """

    def kept(part: Any) -> Any:
        return with_keywords(cast("Mapping[str, Any]", part), keywords, adapt) if isinstance(part, Mapping) else part

    node: dict[str, Any] = {}
    for name, value in schema.items():
        if name not in keywords:
            continue
        if name in _BY_NAME:
            node[name] = {key: kept(part) for key, part in value.items()}
        elif name in _IN_LISTS:
            node[name] = [kept(part) for part in value]
        else:
            node[name] = kept(value) if name in _ALONE else value
    if adapt is not None:
        adapt(node)
    return node
