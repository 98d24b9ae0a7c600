"""Retrieval as steps of programs."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

import weft
from weft.errors import NotConfiguredError, OptionError

TEXTS = ["Cats purr when content.", "Dogs bark at cats.", "Owls hoot at night."]


@pytest.fixture
def rm() -> weft.RM:
    return weft.RM("memory", texts=TEXTS)


def test_a_query_gives_passages(rm: weft.RM) -> None:
    retrieve = weft.Retrieve(k=1, rm=rm)
    said = retrieve(query="Do cats purr?")
    assert said.passages == [TEXTS[0]]
    assert [passage.id for passage in said.found] == ["0"]
    assert asyncio.run(retrieve.acall(query="hooting owls", k=2)).passages[0] == TEXTS[2]


def test_several_queries_are_fused(rm: weft.RM) -> None:
    said = weft.Retrieve(k=2, rm=rm)(query=["cats purr", "cats purr content", "owls hoot"])
    assert said.passages[0] == TEXTS[0]
    assert len(said.passages) == 2


def test_the_settings_name_the_retriever(rm: weft.RM) -> None:
    retrieve = weft.Retrieve(k=1)
    with pytest.raises(NotConfiguredError, match="No retriever is set"):
        retrieve(query="cats")
    with weft.context(rm=rm):
        assert retrieve(query="owls").passages == [TEXTS[2]]
    with weft.context(rm=lambda query, k: [query] * k):
        assert retrieve(query="owls").passages == ["owls"]
    with pytest.raises(OptionError, match="A query is a text or a list of texts, not 3"):
        weft.Retrieve(rm=rm)(query=3)
    with pytest.raises(NotConfiguredError, match="A retriever, a function or a name"):
        weft.Retrieve(rm=3)


def test_filters_hold_for_every_search(rm: weft.RM) -> None:
    rm.index([{"text": "Cats nap.", "metadata": {"page": 2}}])
    assert weft.Retrieve(rm=rm, filters={"page": 2})(query=["cats", "dogs"]).passages == ["Cats nap."]


def test_a_question_is_rewritten() -> None:
    lm = weft.LM("scripted/x", answers=[{"queries": ["purring", " ", "Why do cats purr?", "feline sounds", "fifth"]}])
    said = weft.RewriteQuery(count=3, lm=lm)(question="Why do cats purr?")
    assert said.queries == ["Why do cats purr?", "purring", "feline sounds"]


def test_a_question_is_taken_apart() -> None:
    lm = weft.LM("scripted/x", answers=[{"questions": ["Who?", "Where?", "When?"]}, {"questions": []}])
    decompose = weft.DecomposeQuery(most=2, lm=lm)
    assert decompose(question="Who was where and when?").queries == ["Who?", "Where?"]
    assert decompose(question="Who was it?").queries == ["Who was it?"]


def test_hop_by_hop(rm: weft.RM) -> None:
    seen: list[list[str]] = []

    def think(request: weft.Request) -> dict[str, str]:
        seen.append([text for text in TEXTS if text in request.messages[-1].text])
        return {"query": {1: "owls at night", 2: ""}[len(seen)]}

    hops = weft.MultiHop(k=1, hops=5, rm=rm, lm=weft.LM("scripted/x", answers=think))
    said = hops(question="What makes cats purr?")
    assert said.queries == ["What makes cats purr?", "owls at night"]
    assert said.passages == [TEXTS[0], TEXTS[2]]
    assert seen == [[TEXTS[0]], [TEXTS[0], TEXTS[2]]]


@pytest.mark.parametrize("again", ["What makes cats purr?", "owls"])
def test_hops_end(rm: weft.RM, again: str) -> None:
    lm = weft.LM("scripted/x", answers=lambda request: {"query": again})  # type: ignore[misc]
    said = weft.MultiHop(k=1, hops=2, rm=rm, lm=lm)(question="What makes cats purr?")
    assert len(said.queries) <= 2
    assert len(said.passages) == len(set(said.passages))


@pytest.mark.parametrize("make", [weft.RewriteQuery, weft.DecomposeQuery, lambda n: weft.MultiHop(hops=n)])
def test_numbers_are_checked(make: Any) -> None:
    with pytest.raises(OptionError, match="must be a whole number of at least 1, not 0"):
        make(0)


def test_a_program_of_retrieval_has_slots_to_optimize() -> None:
    class RAG(weft.Module):
        def __init__(self) -> None:
            self.rewrite = weft.RewriteQuery()
            self.retrieve = weft.Retrieve()
            self.answer = weft.Predict("context: list[str], question -> answer")

    assert [path for path, _ in RAG().named_predictors()] == ["rewrite.rewrite", "answer"]


def test_what_is_found_is_an_input(rm: weft.RM) -> None:
    found = weft.Retrieve(k=2, rm=rm)(query="Do cats purr?").found
    request = weft.Predict("context: Passages, question -> answer").render(context=found, question="Why?")
    assert f"[1] {TEXTS[0]}\n\n[2] {TEXTS[1]}" in request.messages[-1].text
    assert weft.MultiHop(k=1, hops=1, rm=rm)(question="Do cats purr?").found == found[:1]
