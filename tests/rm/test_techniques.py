"""Retrievers over retrievers: fusion, reranking, diversity."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import pytest

import weft
from weft.errors import FilterError, OptionError, PluginContractError
from weft.rm import fused

if TYPE_CHECKING:
    from collections.abc import Sequence

TEXTS = ["Cats purr when content.", "Cats purr when content and fed.", "Dogs bark at cats.", "Owls hoot."]


def ranking(*ids: str) -> list[weft.Passage]:
    return [weft.Passage(f"text {key}", key, score=9.0) for key in ids]


def test_fusion_is_by_reciprocal_rank() -> None:
    found = fused([ranking("a", "b"), ranking("b", "c")])
    assert [(one.id, one.score) for one in found] == [
        ("b", pytest.approx(1 / 62 + 1 / 61)),
        ("a", pytest.approx(1 / 61)),
        ("c", pytest.approx(1 / 62)),
    ]
    assert [one.id for one in fused([ranking("a", "b"), ranking("b", "a")], weights=[1, 2])] == ["b", "a"]
    assert fused([]) == []
    with pytest.raises(OptionError, match="There are 1 weights for 2 rankings"):
        fused([ranking("a"), ranking("b")], weights=[1])


def test_an_ensemble_asks_all_and_gives_what_they_agree_on() -> None:
    asked: list[tuple[str, int]] = []

    def first(query: str, k: int) -> list[weft.Passage]:
        asked.append((query, k))
        return ranking("a", "b", "c")

    async def second(query: str, k: int) -> list[weft.Passage]:
        return ranking("c", "b", "d")

    rm = weft.RM("ensemble", rms=[first, second], depth=10)
    assert [passage.id for passage in rm("x", k=2)] == ["c", "b"]
    assert [[passage.id for passage in found] for found in rm.batch(["x", "y"], k=1)] == [["c"], ["c"]]
    assert set(asked) == {("x", 10), ("y", 10)}


def test_an_ensemble_filters_by_what_all_of_it_can() -> None:
    memory = weft.RM("memory")
    memory.index([{"text": "Cats purr.", "metadata": {"page": 1}}, {"text": "Cats nap.", "metadata": {"page": 2}}])
    both = weft.RM("ensemble", rms=[memory, memory])
    assert [passage.text for passage in both("cats", filters={"page": 2})] == ["Cats nap."]
    with pytest.raises(FilterError, match="EnsembleRM cannot filter by 'eq'"):
        weft.RM("ensemble", rms=[memory, lambda query, k: []])("cats", filters={"page": 2})  # type: ignore[misc]
    with pytest.raises(OptionError, match="An ensemble needs retrievers"):
        weft.RM("ensemble")
    with pytest.raises(OptionError, match="There are 2 weights for 1 retrievers"):
        weft.RM("ensemble", rms=[memory], weights=[1, 2])


def test_a_scorer_orders_what_was_found() -> None:
    async def shortest(query: str, texts: Sequence[str]) -> list[int]:
        return [-len(text) for text in texts]

    rm = weft.RM("rerank", rm=weft.RM("memory", texts=TEXTS), scorer=shortest)
    assert [(passage.text, passage.score) for passage in rm("cats", k=2)] == [
        ("Owls hoot.", -10.0),
        ("Dogs bark at cats.", -18.0),
    ]
    assert weft.RM("rerank", rm=weft.RM("memory"), scorer=shortest)("cats") == []


def test_a_model_can_be_the_scorer() -> None:
    def judge(request: weft.Request) -> dict[str, int]:
        return {"relevance": 9 if "Owls" in request.messages[-1].text else 1}

    scorer = weft.LMScorer(lm=weft.LM("scripted/judge", answers=judge))
    with weft.track_usage() as ledger:
        rm = weft.RM("rerank", rm=weft.RM("memory", texts=TEXTS), scorer=scorer)
        assert [passage.text for passage in rm("night birds", k=1)] == ["Owls hoot."]
    assert ledger.total.calls == 4


@pytest.mark.parametrize("scores", [[1.0], None, ["high", "low", "low", "low"]])
def test_scores_that_are_none_are_refused(scores: Any) -> None:
    rm = weft.RM("rerank", rm=weft.RM("memory", texts=TEXTS), scorer=lambda query, texts: scores)  # type: ignore[misc]
    with pytest.raises(PluginContractError, match=r"returned (1 scores for 4 texts|.* not a score for each text)"):
        rm("cats", k=4)


def test_what_repeats_the_chosen_waits() -> None:
    vectors = {"q": (1.0, 0.0), "a": (1.0, 0.1), "a again": (1.0, 0.1), "b": (1.0, -1.0)}

    def embed(texts: list[str]) -> list[tuple[float, ...]]:
        return [vectors[text] for text in texts]

    memory = weft.RM("memory", texts=["a", "a again", "b"], embedder=embed)
    assert [passage.text for passage in memory("q", k=3)] == ["a", "a again", "b"]
    rm = weft.RM("mmr", rm=memory, embedder=embed, balance=0.5)
    found = rm("q", k=3)
    assert [passage.text for passage in found] == ["a", "b", "a again"]
    assert [passage.score for passage in found] == sorted((passage.score for passage in found), reverse=True)
    assert [passage.text for passage in asyncio.run(rm.acall("q", k=2))] == ["a", "b"]
    only_the_query = weft.RM("mmr", rm=memory, embedder=embed, balance=1)
    assert [passage.text for passage in only_the_query("q", k=3)] == ["a", "a again", "b"]


def test_wrong_use_is_corrected() -> None:
    with pytest.raises(OptionError, match="DiverseRM needs a retriever"):
        weft.RM("mmr")
    with pytest.raises(OptionError, match="balance is a number from 0 to 1, not 2"):
        weft.RM("mmr", rm=weft.RM("memory"), balance=2)
    with pytest.raises(OptionError, match="scorer is a function"):
        weft.RM("rerank", rm=weft.RM("memory"))
    with pytest.raises(OptionError, match="depth must be a whole number"):
        weft.RM("mmr", rm=weft.RM("memory"), depth=0)
