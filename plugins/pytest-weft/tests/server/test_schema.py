"""What the server answers to a schema satisfies it."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_weft.server.schema import instance_of

TREE = {
    "$ref": "#/$defs/node",
    "$defs": {
        "node": {
            "type": "object",
            "properties": {
                "name": {"type": "string"},
                "children": {"type": "array", "items": {"$ref": "#/$defs/node"}},
                "next": {"anyOf": [{"$ref": "#/$defs/node"}, {"type": "null"}]},
            },
            "required": ["name"],
        }
    },
}


@pytest.mark.parametrize(
    ("schema", "value"),
    [
        ({"type": "string"}, "text"),
        ({"type": "string", "minLength": 6}, "textxx"),
        ({"type": "string", "maxLength": 2}, "te"),
        ({"type": "string", "format": "date"}, "2024-01-31"),
        ({"type": "boolean"}, True),
        ({"type": "null"}, None),
        ({"type": ["integer", "null"]}, 1),
        ({"const": 3}, 3),
        ({"enum": ["b", "a"]}, "b"),
        ({"type": "integer", "multipleOf": 5, "minimum": 6}, 10),
        ({"type": "number", "exclusiveMinimum": 0, "exclusiveMaximum": 1}, pytest.approx(0.5)),
        ({"type": "array", "items": {"type": "integer"}, "minItems": 2}, [1, 1]),
        ({"type": "array", "items": {"type": "integer"}, "maxItems": 0}, []),
        ({"type": "array", "prefixItems": [{"type": "integer"}, {"type": "string"}]}, [1, "text"]),
        ({"type": "array"}, ["item"]),
        ({"anyOf": [{"type": "integer"}, {"type": "null"}]}, 1),
        ({"allOf": [{"properties": {"a": {"const": 1}}}, {"properties": {"b": {"const": 2}}}]}, {"a": 1, "b": 2}),
        ({"allOf": [{"$ref": "#/$defs/x"}], "$defs": {"x": {"enum": ["e"]}}}, "e"),
    ],
)
def test_each_kind_of_schema_has_an_instance(schema: dict[str, Any], value: object) -> None:
    assert instance_of(schema) == value


def test_a_schema_that_refers_to_itself_has_an_end() -> None:
    value, depth = instance_of(TREE), 0
    while value.get("next"):
        value, depth = value["next"], depth + 1
        assert value["name"] == "text"
    assert depth < 20


@given(st.integers(-1000, 1000), st.integers(0, 50), st.integers(1, 7))
def test_whole_numbers_keep_their_bounds(low: int, width: int, step: int) -> None:
    high = low + width + step  # wide enough for a multiple
    value = instance_of({"type": "integer", "minimum": low, "maximum": high, "multipleOf": step})
    assert low <= value <= high
    assert value % step == 0


@given(st.floats(-1e6, 1e6), st.floats(1e-3, 1e6))
def test_numbers_keep_their_bounds(low: float, width: float) -> None:
    value = instance_of({"type": "number", "exclusiveMinimum": low, "exclusiveMaximum": low + width})
    assert low < value < low + width
