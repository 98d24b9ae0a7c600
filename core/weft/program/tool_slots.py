"""Descriptions of tools as slots of a predictor's state."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..adapter.tool_fields import tool_fields, tools_in

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ..signature import Signature


def with_descriptions(
    signature: type[Signature], values: dict[str, Any], descriptions: Mapping[str, str]
) -> dict[str, Any]:
    """Return inputs in which tools have other descriptions, by the tools' names."""
    fields = tool_fields(signature)
    if fields is None or not descriptions:
        return values
    changed = {
        name: tuple(
            tool.changed(desc=descriptions[tool.name]) if tool.name in descriptions else tool
            for tool in tools_in(values[name])
        )
        for name in fields.tools
    }
    return {**values, **changed}


def without_own_tools(signature: type[Signature], values: dict[str, Any]) -> dict[str, Any]:
    """Return inputs without the tools that the signature has by itself: they are code, and no part of an example."""
    fields = tool_fields(signature)
    if fields is None or not fields.tools:
        return values
    own = {
        name
        for name in fields.tools
        if not (field := signature.input_fields[name]).required and field.default_value() is values[name]
    }
    return {name: value for name, value in values.items() if name not in own}
