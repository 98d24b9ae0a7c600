"""What tools say of themselves: docstrings in three styles, and the checks of a schema that somebody else wrote."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter

import weft
from weft.errors import InputError


def google(city: str, days: int = 1, **more: int) -> None:
    """Look up the weather.

    It is for places on land.

    Args:
        city: the city's name,
            without its country: none is needed.
        days (int, optional): how many days.
        **more: anything else.

    Returns:
        What the sky is like,
        day by day.

    Raises:
        KeyError: there is no such city.

    Example:
        >>> google("Oslo")
    """


def numpy(city: str, days: int = 1) -> None:
    """
    Look up the weather.

    It is for places on land.

    Parameters
    ----------
    city : str
        the city's name,
        without its country: none is needed.
    days : int, optional
        how many days.

    Returns
    -------
    str
        What the sky is like.

    Notes
    -----
    Not for sailors.
    """


def sphinx(city: str, days: int = 1) -> None:
    """Look up the weather.

    It is for places on land.

    :param city: the city's name,
        without its country: none is needed.
    :param int days: how many days.
    :returns: What the sky is like.
    :raises KeyError: there is no such city.
    """


def ended(city: str, days: int = 1) -> None:
    """Look up the weather.

    Args:
        city: the city's name, without its country: none is needed.
        days: how many days.

    It is for places on land.
    """


def plain(city: str) -> None:
    """Look up the weather. Note: one city at a time.

    Example: Oslo.
    """


@pytest.mark.parametrize("function", [google, numpy, sphinx])
def test_a_docstring_is_read_in_each_style(function: Any) -> None:
    tool = weft.Tool(function)
    said = tool.desc.splitlines()
    assert said[:3] == ["Look up the weather.", "", "It is for places on land."]
    assert "What the sky is like" in said[-1]
    assert not any(word in tool.desc for word in ("KeyError", ">>>", "sailors", "days (", "---"))
    properties = tool.parameters["properties"]
    assert properties["city"]["description"] == "the city's name, without its country: none is needed."
    assert properties["days"]["description"] == "how many days."


def test_text_after_a_section_is_said_too() -> None:
    tool = weft.Tool(ended)
    assert tool.desc == "Look up the weather.\n\nIt is for places on land."
    assert tool.parameters["properties"]["days"]["description"] == "how many days."


def test_other_docstrings_are_taken_as_they_are() -> None:
    assert weft.Tool(plain).desc == "Look up the weather. Note: one city at a time.\n\nExample: Oslo."

    def silent() -> None: ...

    assert weft.Tool(silent).desc == ""
    assert weft.Tool(google, desc="Else.").desc == "Else."


SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {
        "name": {"type": "string", "minLength": 2, "maxLength": 5},
        "count": {"type": "integer", "minimum": 1, "exclusiveMaximum": 10},
        "tags": {"type": "array", "items": {"$ref": "#/$defs/tag"}, "maxItems": 2},
        "where": {"anyOf": [{"type": "null"}, {"$ref": "#/$defs/place"}]},
        "exact": {"const": True},
        "both": {"allOf": [{"type": "integer"}, {"minimum": 3}]},
        "any": True,
    },
    "required": ["name"],
    "additionalProperties": False,
    "$defs": {
        "tag": {"enum": ["red", "blue"]},
        "place": {"type": "object", "properties": {"x": {"type": ["number", "null"]}}, "required": ["x"]},
    },
}


def serve(**arguments: Any) -> Any:
    return arguments


SERVED = weft.Tool(serve, name="serve", parameters=SCHEMA)


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        ({}, "'name' is missing"),
        ({"name": 3}, "'name' must be of type string"),
        ({"name": "x"}, "'name' must be at least 2 long"),
        ({"name": "xxxxxx"}, "'name' must be at most 5 long"),
        ({"name": "xx", "count": 0}, "'count' must be at least 1"),
        ({"name": "xx", "count": 10}, "'count' must be below 10"),
        ({"name": "xx", "count": 1.5}, "'count' must be of type integer"),
        ({"name": "xx", "count": True}, "'count' must be of type integer"),
        ({"name": "xx", "tags": ["red", "green"]}, r"'tags\[1\]' must be one of 'red', 'blue'"),
        ({"name": "xx", "tags": ["red"] * 3}, "'tags' must be at most 2 long"),
        ({"name": "xx", "where": {}}, "'where.x' is missing"),
        ({"name": "xx", "where": {"x": "1"}}, "'where.x' must be of type number or null"),
        ({"name": "xx", "exact": False}, "'exact' must be True"),
        ({"name": "xx", "both": 2}, "'both' must be at least 3"),
        ({"name": "xx", "nme": 1}, r"there is no argument 'nme' \(did you mean 'name'\?\)"),
    ],
)
def test_a_schema_is_held_to(arguments: dict[str, Any], problem: str) -> None:
    with pytest.raises(InputError, match=problem):
        SERVED(**arguments)


@pytest.mark.parametrize(
    "arguments",
    [
        {"name": "xx"},
        {"name": "xx", "count": 9, "tags": ["red"], "where": None, "exact": True, "any": object()},
        {"name": "xx", "count": 2.0, "where": {"x": None, "y": 1}},
    ],
)
def test_what_fits_is_passed_on_as_it_is(arguments: dict[str, Any]) -> None:
    assert SERVED(**arguments) == arguments


@pytest.mark.parametrize(
    "schema",
    [
        {"$ref": "#/$defs/self", "$defs": {"self": {"$ref": "#/$defs/self"}}},
        {"properties": {"a": {"$ref": "https://example.org/else"}}},
        {"anyOf": [{"$ref": "#"}, {"$ref": "#"}, {"required": ["b"]}]},
        {"allOf": [{"$ref": "#"}]},
        {"properties": {"a": {"type": "unheard-of"}}, "oneOf": []},
    ],
)
def test_what_a_schema_does_not_say_in_words_known_here_is_left_to_the_tool(schema: dict[str, Any]) -> None:
    assert weft.Tool(serve, name="serve", parameters=schema)(a=1) == {"a": 1}


values = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("abc"), inner, max_size=3),
    max_leaves=6,
)


@settings(max_examples=100)
@given(values)
def test_what_pydantic_makes_of_a_type_fits_the_schema_that_it_writes(value: Any) -> None:
    """A schema that pydantic writes for a type is kept by every value that it takes strictly."""
    adapter = TypeAdapter(dict[str, int | None] | list[str] | bool)
    tool = weft.Tool(serve, name="serve", parameters={"properties": {"a": adapter.json_schema()}})
    try:
        adapter.validate_python(value, strict=True)
    except ValueError:
        with pytest.raises(InputError):
            tool(a=value)
    else:
        assert tool(a=value) == {"a": value}
