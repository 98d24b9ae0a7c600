"""Typed values of fields that are still coming."""

from __future__ import annotations

import json
from typing import Any, Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel
from typing_extensions import TypedDict

import weft
from weft.adapter import partial_value


class Item(BaseModel):
    name: str
    size: int | None = None


class Box(TypedDict):
    label: str
    items: list[Item]


def field(type_: Any) -> Any:
    return weft.Signature({"q": weft.InputField(), "a": (type_, weft.OutputField())}).output_fields["a"]


@pytest.mark.parametrize(
    ("type_", "text", "value"),
    [
        (str, "Hal", "Hal"),
        (str, "", ""),
        (str | None, "Hal", "Hal"),
        (str | list[int], '"Hal', None),
        (list[int], "", None),
        (list[int], "[", []),
        (list[int], "[1, 2, 3", [1, 2]),
        (list[int], "[1, 2, 3]", [1, 2, 3]),
        (set[int], "[1, 2, ", {1, 2}),
        (list[str], '["a", "b', ["a"]),
        (dict[str, float], '{"a": 1.5, "b": 2', {"a": 1.5}),
        (Item, '{"na', None),
        (Item, '{"name": "nail", "si', Item(name="nail")),
        (Item, '{"size": 3, "name": "na', {"size": 3}),
        (list[Item], '[{"name": "nail"}, {"size": 3,', [Item(name="nail")]),
        (Box, '{"label": "x", "items": [{"name": "a"}', {"label": "x", "items": [Item(name="a")]}),
        (int, "1", None),
        (Literal["yes", "yesterday"], "yes", None),
        (bool, "tru", None),
        (list[int], '["no', []),
    ],
)
def test_what_is_there_so_far(type_: Any, text: str, value: Any) -> None:
    assert partial_value(field(type_), text) == value


def test_the_last_one_is_the_value() -> None:
    assert partial_value(field(int), "12", last=True) == 12
    assert partial_value(field(str | None), "null", last=True) is None
    assert partial_value(field(Literal["yes", "yesterday"]), "yes", last=True) == "yes"
    assert partial_value(field(Item), '{"name": "nail"}', last=True) == Item(name="nail")
    assert partial_value(field(int), "many", last=True) is None


@given(st.lists(st.integers() | st.booleans() | st.text()), st.integers(0, 200))
def test_every_prefix_of_a_list_gives_its_first_entries(values: list[Any], cut: int) -> None:
    text = json.dumps(values)
    found = partial_value(field(list[int | bool | str]), text[: cut % (len(text) + 1)])
    assert (found or []) == values[: len(found or [])]
