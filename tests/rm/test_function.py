from __future__ import annotations

import pytest

import weft
from weft.errors import FilterError, PluginContractError


def nothing(query: str, k: int) -> list[str]:
    return []


def test_a_function_is_a_retriever_whatever_form_its_passages_have() -> None:
    rm = weft.RM(lambda query, k: [weft.Passage("a", id="1"), "b", {"text": "c", "score": 0.5}][:k])
    assert isinstance(rm, weft.RM)
    assert [passage.text for passage in rm("x", k=3)] == ["a", "b", "c"]
    assert [passage.text for passage in rm("x", k=1)] == ["a"]


def test_an_async_function_too() -> None:
    async def search(query: str, k: int) -> list[str]:
        return [query] * 5

    assert [passage.text for passage in weft.RM(search)("cats", k=2)] == ["cats", "cats"]


@pytest.mark.parametrize("found", ["one text", None, [{"title": "no text"}], [7]])
def test_what_is_no_list_of_passages_is_refused_by_name(found: object) -> None:
    def lookup(query: str, k: int) -> object:
        return found

    with pytest.raises(PluginContractError, match=r"^lookup returned"):
        weft.RM(lookup)("x")


def test_filters_are_refused_and_not_ignored() -> None:
    with pytest.raises(FilterError, match="cannot filter by 'eq'; it applies no filters"):
        weft.RM(nothing)("x", filters={"year": 2020})
