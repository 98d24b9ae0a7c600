"""Values of fields that are still coming: typed, and nothing that may still change into something else."""

from __future__ import annotations

import datetime as dt
import json
from typing import Annotated, Any, Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import AfterValidator, BaseModel, Field
from typing_extensions import TypedDict

import weft
from weft.adapter import partial_value


class Place(BaseModel):
    name: str
    since: int | None = None
    kinds: list[Literal["city", "town"]] = Field(default_factory=list, alias="types")


class Trip(BaseModel):
    title: str
    start: Place
    stops: list[Place]


class Box(TypedDict):
    label: str
    places: list[Place]


def declared(type_: Any) -> Any:
    signature: Any = weft.Signature({"q": weft.InputField(), "x": (type_, weft.OutputField())})
    return signature.output_fields["x"]


@pytest.mark.parametrize(
    ("type_", "text", "value"),
    [
        (str, "Par", "Par"),
        (str, "", ""),
        (str | None, "Par", "Par"),
        (str | list[int], '"Par', None),
        (str | list[int], "[1, 2", [1]),
        (int, "4", None),
        (float, "4.", None),
        (bool, "tru", None),
        (dt.date, "2024-01-0", None),
        (Literal["red", "green"], "re", None),
        (list[int], "", None),
        (list[int], "[", []),
        (list[int], "[1, 2", [1]),
        (list[int], "[1, 2,", [1, 2]),
        (list[int], "[1, 2.", [1]),
        (list[int] | None, "[1, 2 ", [1, 2]),
        (tuple[str, ...], '["a", "b', ("a", "b")),
        (tuple[int, str], "[1", ()),
        (tuple[int, str], '[1, "a', (1, "a")),
        (tuple[Literal["red"], int], '["red", 2', ("red",)),
        (set[Literal["red", "green"]], '["red", "gr', ["red"]),
        (set[int], "[1, 1,", {1}),
        (list[str], '["a 2', ["a 2"]),
        (list[str], '```json\n["a", "b', ["a", "b"]),
        (list[Literal["red", "green"]], '["red", "gre', ["red"]),
        (list[list[int]], "[[1], [2, 3", [[1], [2]]),
        (dict[str, int], '{"a": 1, "b": 2', {"a": 1}),
        (dict[str, list[int]], '{"a": [1, 2', {"a": [1]}),
        (Box, '{"label": "x', {"label": "x"}),
        (Box, '{"label": "x", "places": [{"name": "a"}', {"label": "x", "places": [Place(name="a")]}),
        (Box, '{"la', {}),
        (list[Any], '[1, "a", {"b": 2', [1, "a", {}]),
        (list[int], "one, two", None),
    ],
)
def test_what_is_certain_is_given(type_: Any, text: str, value: Any) -> None:
    assert partial_value(declared(type_), text) == value


def test_a_model_has_what_came_and_its_defaults_and_none_for_the_rest() -> None:
    place = partial_value(declared(Place), '{"name": "Par')
    assert (type(place), place.name, place.since, place.kinds) == (Place, "Par", None, [])
    place = partial_value(declared(Place), '{"types": ["city", "to')
    assert (place.name, place.kinds) == (None, ["city"])
    trip = partial_value(declared(Trip), '{"title": "South", "start": {"name": "Paris"}, "stops": [{"name": "Ly')
    assert (trip.title, trip.start, [stop.name for stop in trip.stops]) == ("South", Place(name="Paris"), ["Ly"])
    assert partial_value(declared(Trip), '{"title": "South"').start is None


def test_a_validator_that_fails_on_a_part_in_its_own_way_breaks_nothing() -> None:
    def both_differ(values: list[int]) -> list[int]:
        assert values[0] != values[1]
        return values

    class Pair(BaseModel):
        values: Annotated[list[int], AfterValidator(both_differ)]

    assert partial_value(declared(Pair), '{"values": [1, 2').values == [1]
    assert partial_value(declared(Pair), '{"values": [1, 2]}', last=True) == Pair(values=[1, 2])


def test_a_complete_value_is_read_as_the_answer_is_or_as_far_as_it_goes() -> None:
    assert partial_value(declared(int), "42", last=True) == 42
    assert partial_value(declared(dt.date), "2024-01-05", last=True) == dt.date(2024, 1, 5)
    assert partial_value(declared(str | None), "null", last=True) is None
    assert partial_value(declared(int), "many", last=True) is None
    assert partial_value(declared(list[int]), "[1, 2, null]", last=True) == [1, 2]


@given(
    st.recursive(st.text(max_size=5) | st.integers(), lambda inner: st.lists(inner, max_size=3), max_leaves=8),
    st.data(),
)
def test_any_beginning_has_a_value_and_the_whole_has_the_whole(value: Any, data: st.DataObject) -> None:
    text = json.dumps([value])
    cut = data.draw(st.integers(0, len(text)))
    begun = partial_value(declared(list[Any]), text[:cut])
    assert begun is None or isinstance(begun, list)
    assert partial_value(declared(list[Any]), text, last=True) == [value]
