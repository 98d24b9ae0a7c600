"""The language of filters, as objects and as data."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import weft
from weft.errors import FilterError
from weft.rm import Comparison, Every, Some, as_filter, matches, where

YEAR, LANG = where("year"), where("lang")
FACTS = {"year": 2001, "lang": "en", "open": True, "rating": 0.5}


@pytest.mark.parametrize(
    ("filter_", "data"),
    [
        (YEAR == 2001, {"year": 2001}),
        (YEAR >= 2001, {"year": {"ge": 2001}}),
        (LANG.is_in(["en", "de"]), {"lang": ["en", "de"]}),
        ((YEAR > 1990) & (LANG != "de"), {"year": {"gt": 1990}, "lang": {"ne": "de"}}),
        ((YEAR < 1990) | (LANG == "en"), {"or": [{"year": {"lt": 1990}}, {"lang": "en"}]}),
        (~((YEAR < 1990) & (LANG == "en")), {"not": {"and": [{"year": {"lt": 1990}}, {"lang": "en"}]}}),
    ],
)
def test_a_filter_is_an_object_or_data(filter_: Any, data: dict[str, Any]) -> None:
    assert as_filter(data) == filter_
    assert as_filter(filter_) is filter_


def test_nothing_filters_nothing() -> None:
    assert as_filter(None) is None
    assert as_filter({}) is None
    assert matches(None, {})


@pytest.mark.parametrize("filter_", [YEAR == 2001, YEAR != 2000, YEAR > 2000, YEAR >= 2001, YEAR < 2002, YEAR <= 2001])
def test_comparisons_hold_and_their_opposites_do_not(filter_: Any) -> None:
    assert matches(filter_, FACTS)
    assert not matches(~filter_, FACTS)
    assert ~~filter_ == filter_


def test_what_is_lacking_holds_neither_way() -> None:
    filter_ = where("author") == "Ann"
    assert not matches(filter_, FACTS)
    assert not matches(~filter_, FACTS)


def test_values_of_two_kinds_are_not_compared() -> None:
    assert not matches(where("open") == 1, FACTS)
    assert not matches(YEAR > "2000", FACTS)
    assert not matches(YEAR != "2001", FACTS)
    assert matches(YEAR == 2001.0, FACTS)


comparisons: st.SearchStrategy[Any] = st.builds(
    lambda name, op, value: Comparison(name, op, (value,) if op in ("in", "nin") else value),
    st.sampled_from(["year", "rating", "lang"]),
    st.sampled_from(["eq", "ne", "gt", "ge", "lt", "le", "in", "nin"]),
    st.integers(0, 3),
)
filters: st.SearchStrategy[Any] = st.recursive(
    comparisons,
    lambda inner: st.builds(
        lambda kind, parts: kind(tuple(parts)), st.sampled_from([Every, Some]), st.lists(inner, min_size=1, max_size=3)
    ),
)
facts = st.dictionaries(st.sampled_from(["year", "rating", "lang"]), st.integers(0, 3))


@given(filters, facts)
def test_never_both_a_filter_and_its_opposite(filter_: Any, metadata: dict[str, int]) -> None:
    holds, opposite = matches(filter_, metadata), matches(~filter_, metadata)
    assert not (holds and opposite)
    if len(metadata) == 3:  # nothing is lacking
        assert holds or opposite


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        (3, "A filter is made with weft.where"),
        ({"year": {"greater": 3}}, "no operator 'greater'"),
        ({"year": {"nine": 3}}, "Did you mean 'nin'"),
        ({"year": None}, "takes a text, a number or a truth value, not None"),
        ({"year": []}, "takes at least one value"),
        ({"year": [1, "a"]}, "values of one kind"),
        ({"year": {"in": "abc"}}, "takes a list of values"),
        ({"open": {"gt": True}}, "'gt' on 'open' has no meaning for True"),
        ({"or": {"year": 1}}, "'or' of a filter takes a list"),
        ({"or": []}, "at least one filter"),
        ({"not": {}}, "holds an empty filter"),
        ({3: 1}, "names metadata by a text, not by 3"),
        ({"year": float("nan")}, "not nan"),
    ],
)
def test_what_is_no_filter_is_refused(wrong: Any, sentence: str) -> None:
    with pytest.raises(FilterError, match=sentence):
        weft.RM("memory")("cats", filters=wrong)


def test_a_filter_is_not_a_truth_value() -> None:
    with pytest.raises(FilterError, match="combine filters with &"):
        bool(YEAR > 1990 and LANG == "en")
    with pytest.raises(FilterError, match="combined with filters, not with True"):
        (YEAR > 1990) & True  # type: ignore[operator]
