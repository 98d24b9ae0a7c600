"""Searching by words: what bm25s finds, filters, options, changes."""

from __future__ import annotations

import threading
from random import Random
from typing import Any

import bm25s
import pytest
from hypothesis import given
from hypothesis import strategies as st

import weft
from weft import Passage, where
from weft.errors import OptionError

WORDS = ["cat", "dog", "owl", "bee", "purr", "bark", "hoot", "hum", "night", "day", "red", "blue"]
METHODS = ["lucene", "robertson", "atire", "bm25l", "bm25+"]


def texts_of(seed: int, count: int = 200) -> list[str]:
    random = Random(seed)
    return [" ".join(random.choices(WORDS, k=random.randint(1, 12))) for _ in range(count)]


@pytest.mark.parametrize("method", METHODS)
def test_scores_are_those_of_bm25s(method: str) -> None:
    texts = texts_of(1)
    theirs = bm25s.BM25(method=method, k1=1.2, b=0.6)
    theirs.index(bm25s.tokenize(texts, show_progress=False), show_progress=False)
    rm = weft.RM("bm25", method=method, k1=1.2, b=0.6)
    rm.index({"id": str(number), "text": text} for number, text in enumerate(texts))
    for query in ("cat", "owl owl hoot", "a red dog by day"):
        tokens = bm25s.tokenize([query], return_ids=False, show_progress=False)
        expected = theirs.retrieve(tokens, k=10, show_progress=False).scores[0]
        assert [passage.score for passage in rm(query, k=10)] == pytest.approx(list(expected), abs=1e-4)


@given(seed=st.integers(0, 10**6), k=st.integers(1, 40), query=st.lists(st.sampled_from(WORDS), min_size=1, max_size=4))
def test_the_best_that_fit_are_found(seed: int, k: int, query: list[str]) -> None:
    rm = weft.RM("bm25")
    texts = dict.fromkeys(texts_of(seed, 30))
    rm.index({"text": text, "metadata": {"long": len(text) > 30}} for text in texts)
    everything = rm(" ".join(query), k=100)
    assert {one.text for one in everything} == {text for text in texts if set(query) & set(text.split())}
    long = [one for one in everything if one.metadata["long"]]
    assert [one.id for one in rm(" ".join(query), k=k, filters=where("long") == True)] == [one.id for one in long[:k]]  # noqa: E712
    assert [one.id for one in rm(" ".join(query), k=k)] == [one.id for one in everything[:k]]


@pytest.mark.parametrize("query", ["zebra", "", "the", "a", "!?"])
def test_a_query_without_known_words_finds_nothing(query: str) -> None:
    rm = weft.RM("bm25")
    rm.index(["Cats purr.", "Dogs bark."])
    assert rm(query) == []


def test_passages_without_words_are_no_harm() -> None:
    rm = weft.RM("bm25")
    rm.index(["!", "the", ""])
    assert rm("cats") == []
    rm.index(["Cats purr."])
    assert [passage.text for passage in rm("cats", k=9)] == ["Cats purr."]


def test_a_stemmer_finds_other_forms() -> None:
    rm = weft.RM("bm25", stemmer="english")
    rm.index(["Cats purr.", "Dogs bark."])
    assert [passage.text for passage in rm("a purring cat")] == ["Cats purr."]
    shortened = weft.RM("bm25", stemmer=lambda words: [word[:3] for word in words])
    shortened.index(["Cats purr.", "Dogs bark."])
    assert [passage.text for passage in shortened("dogged")] == ["Dogs bark."]


def test_stop_words_can_be_chosen() -> None:
    texts = ["to be or not", "der Hund"]
    for stopwords, query, found in (
        ([], "to be", 1),
        ("english", "to be", 0),
        ("german", "der", 0),
        (["hund"], "der Hund", 1),
        (("hund", "der"), "der Hund", 0),
    ):
        rm = weft.RM("bm25", stopwords=stopwords)
        rm.index(texts)
        assert len(rm(query)) == found, (stopwords, query)


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"method": "bm26"}, "method is one of lucene, robertson, atire, bm25l, bm25\\+, not 'bm26'"),
        ({"k1": -1}, "k1 is a number of at least 0, not -1"),
        ({"b": 1.5}, "b is a number from 0 to 1, not 1.5"),
        ({"delta": "x"}, "delta is a number of at least 0, not 'x'"),
        ({"stopwords": "klingon"}, "no stop words for 'klingon'"),
        ({"stopwords": 7}, "a list of words, not 7"),
        ({"stemmer": "klingon"}, "no stemmer for 'klingon'"),
        ({"stemmer": 7}, "or a function, not 7"),
    ],
)
def test_senseless_options_are_refused(options: dict[str, Any], says: str) -> None:
    with pytest.raises(OptionError, match=says):
        weft.RM("bm25", **options)


def test_a_change_while_an_index_is_built_is_not_lost() -> None:
    rm = weft.RM("bm25")
    big = [Passage(text, str(number)) for number, text in enumerate(texts_of(2, 5000))]
    rm.index(big)
    found: list[int] = []
    searching = [threading.Thread(target=lambda: found.append(len(rm("cat", k=10)))) for _ in range(4)]
    for thread in searching:
        thread.start()
    rm.index([Passage("A zebra.", "zebra")])
    for thread in searching:
        thread.join()
    assert found == [10] * 4
    assert [passage.id for passage in rm("zebra")] == ["zebra"]
