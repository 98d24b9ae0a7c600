"""Pieces of a request's body as data: a form with a place for a value."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

from weft_http import is_strict

Template = Mapping[str, Any]


class _Place:
    """Stands in a template for what is filled in."""

    def __init__(self, name: str) -> None:
        self._name = name

    def __repr__(self) -> str:
        return self._name


VALUE = _Place("VALUE")
STRICT = _Place("STRICT")

SCHEMA_FORMS: Mapping[str, Template] = {
    "json_schema": {
        "response_format": {
            "type": "json_schema",
            "json_schema": {"name": "answer", "strict": STRICT, "schema": VALUE},
        }
    },
    "json_object": {"response_format": {"type": "json_object", "schema": VALUE}},
    "tgi": {"response_format": {"type": "json", "value": VALUE}},
    "guided_json": {"guided_json": VALUE},
    "structured_outputs": {"structured_outputs": {"json": VALUE}},
    "text_format": {"text": {"format": {"type": "json_schema", "name": "answer", "strict": STRICT, "schema": VALUE}}},
}
"""How servers want to be told the JSON schema of an answer, by the names that the option ``schema_form`` takes."""


def fill(body: dict[str, Any], template: Template, value: Any) -> None:
    """Add a template to a body, with a value in its place; what is there already stays."""
    for key, inner in template.items():
        if inner is VALUE:
            body[key] = value
        elif inner is STRICT:
            body[key] = is_strict(value)
        elif isinstance(inner, Mapping):
            fill(body.setdefault(key, {}), cast("Template", inner), value)
        else:
            body[key] = inner
