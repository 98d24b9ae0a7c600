"""The retriever contract and the in-memory one."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import pytest

import weft
from weft.errors import OptionError, PluginContractError, PluginNotFound

if TYPE_CHECKING:
    from weft.rm import Filter

TEXTS = ["Cats purr when they are happy.", "Dogs bark at the postman.", "The postman brings letters."]


@pytest.fixture
def rm() -> weft.RM:
    return weft.RM("memory", texts=TEXTS)


def test_the_best_comes_first(rm: weft.RM) -> None:
    found = rm("happy cats purring", k=2)
    assert found[0].text == TEXTS[0]
    assert found[0].score >= found[-1].score
    assert len(found) <= 2
    assert asyncio.run(rm.acall("happy cats purring", 2)) == found


def test_passages_can_be_indexed_replaced_and_removed(rm: weft.RM) -> None:
    rm.index([weft.Passage("Owls hoot at night.", id="owl"), "Bees hum."])
    rm.index([{"id": "owl", "text": "Owls sleep by day."}])
    rm.remove(["0", "no such id"])
    assert rm.size() == 4
    assert [passage.text for passage in rm("owls", k=1)] == ["Owls sleep by day."]
    assert all(passage.id != "0" for passage in rm("happy cats", k=10))


def test_filters_keep_what_has_the_wanted_metadata() -> None:
    rm = weft.RM("memory")
    rm.index(weft.Passage(f"Cat {n}.", metadata={"year": year}) for n, year in enumerate((2023, 2024, 2024)))
    assert [passage.metadata["year"] for passage in rm("cat", k=2, filters={"year": 2024})] == [2024, 2024]
    assert len(rm("cat", filters=weft.where("year") < 2024)) == 1
    assert rm("cat", filters={"year": 1999}) == []
    assert rm("cat", filters={"month": 1}) == []


def test_an_empty_retriever_finds_nothing() -> None:
    assert weft.RM("memory")("anything") == []


@pytest.mark.parametrize("k", [0, -1, 1.5, True, "3"])
def test_k_must_be_a_positive_number(rm: weft.RM, k: Any) -> None:
    with pytest.raises(OptionError, match="k must be a whole number of at least 1"):
        rm("cats", k=k)


def test_wrong_use_is_corrected(rm: weft.RM) -> None:
    with pytest.raises(OptionError, match="A query is a text, not 3"):
        rm(3)  # type: ignore[arg-type]
    with pytest.raises(OptionError, match="Did you mean 'filters'"):
        rm("cats", filter={})  # type: ignore[call-arg]
    with pytest.raises(OptionError, match=r"MemoryRM has no option 'text'. Did you mean 'texts'"):
        weft.RM("memory", text=[])
    with pytest.raises(PluginNotFound, match="Did you mean 'memory'"):
        weft.RM("memry")


def test_a_retriever_of_ones_own() -> None:
    class Fixed(weft.RM):
        async def search(self, query: str, k: int, filters: Filter | None = None) -> list[weft.Passage]:
            return [weft.Passage(query.upper())] * k

    assert [passage.text for passage in Fixed()("hi", k=2)] == ["HI", "HI"]
    with pytest.raises(OptionError, match="Fixed does not take passages"):
        asyncio.run(Fixed().add([]))
    with pytest.raises(OptionError, match="Fixed does not count"):
        asyncio.run(Fixed().count())

    class Nothing(weft.RM):
        pass

    with pytest.raises(PluginContractError, match="Nothing must define 'search'"):
        Nothing()
