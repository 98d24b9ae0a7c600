"""Filters mean in SQL what they mean in Python, for whatever facts there are."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import weft
from weft import Passage, where
from weft.errors import FilterError
from weft.rm import as_filter, matches

if TYPE_CHECKING:
    from conftest import Make

ONE_PLACE = weft.Embedder(lambda texts: [[1.0] for _ in texts])

names = st.sampled_from(["a", "b", "it's", 'say "so"', "per%cent", "$1", "back\\slash", "dot.ted", "0"])
texts = st.sampled_from(["", "1", "true", "null", "Äpfel", "Zebra", "apple", "😀", "'; --", '"', "\\", "%s"]) | st.text(
    st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=5
)
numbers = (
    st.sampled_from([0, 1, -1, 1.0, 0.1, 0.30000000000000004, 2**60, 1e300, -0.0])
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
)
values = texts | numbers | st.booleans()
facts = st.dictionaries(names, values, max_size=4)
comparisons = st.one_of(
    st.tuples(names, st.sampled_from(["eq", "ne"]), values),
    st.tuples(names, st.sampled_from(["gt", "ge", "lt", "le"]), texts | numbers),
    st.tuples(
        names,
        st.sampled_from(["in", "nin"]),
        st.one_of(*(st.lists(kind, min_size=1, max_size=3) for kind in (texts, numbers, st.booleans()))),
    ),
).map(lambda parts: {parts[0]: {parts[1]: parts[2]}})
filters = st.recursive(
    comparisons,
    lambda inner: (
        st.one_of(st.fixed_dictionaries({word: st.lists(inner, min_size=1, max_size=3)}) for word in ("and", "or"))
        | inner.map(lambda one: {"not": one})
    ),
    max_leaves=5,
)


@pytest.fixture
def rm(make: Make) -> weft.RM:
    return make(embedder=ONE_PLACE, create=True)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(held=st.lists(facts, max_size=5), asked=st.lists(filters, min_size=1, max_size=4))
def test_filters_mean_the_same_in_sql(rm: weft.RM, held: list[dict[str, Any]], asked: list[dict[str, Any]]) -> None:
    rm.remove([str(number) for number in range(5)])
    rm.index([Passage("x", str(number), metadata=one) for number, one in enumerate(held)])
    assert {one.id: dict(one.metadata) for one in rm("x", k=9)} == {str(n): one for n, one in enumerate(held)}
    for wanted in asked:
        fitting = [str(number) for number, one in enumerate(held) if matches(as_filter(wanted), one)]
        assert sorted(one.id for one in rm("x", k=9, filters=wanted)) == fitting


@pytest.mark.parametrize(
    "wanted", [where("a\0") == 1, where("a") != "b\0", where("a") < float("inf"), {"a": ["\ud800"]}]
)
def test_what_cannot_be_held_cannot_be_asked_for(rm: weft.RM, wanted: Any) -> None:
    rm.index(["x"])
    with pytest.raises(FilterError, match="PostgreSQL holds no"):
        rm("x", filters=wanted)
