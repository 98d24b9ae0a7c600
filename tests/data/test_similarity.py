"""Similarity: what is near, in which order, and the same every time."""

from __future__ import annotations

import csv
import os
import random
import subprocess
import sys
from collections import defaultdict
from pathlib import Path

import pytest

from weft.data.similarity import NgramIndex, similarities, words

DATA = Path(os.environ.get("WEFT_TEST_DATA") or Path(__file__).parents[3] / "shared" / "data") / "banking77"
TEXTS = ["where is my card", "what is the exchange rate", "I want to top up", "my card got lost"]


def _rows(name: str) -> list[tuple[str, str]]:
    with (DATA / name).open(encoding="utf-8", newline="") as file:
        return [(row["text"], row["category"]) for row in csv.DictReader(file)]


def test_words_are_lower_cased_and_keep_inner_apostrophes() -> None:
    assert words("I haven't got it -- Ça va?") == ["i", "haven't", "got", "it", "ça", "va"]


def test_the_nearest_text_comes_first_with_a_score_between_0_and_1() -> None:
    found = NgramIndex(TEXTS).nearest("which exchange rates do you use", 4)
    assert found[0][0] == 1
    assert [score for _, score in found] == sorted((score for _, score in found), reverse=True)
    assert all(0 <= score <= 1 for _, score in found)


def test_a_text_is_nearest_to_itself_with_a_score_of_1() -> None:
    index = NgramIndex(TEXTS)
    for position, text in enumerate(TEXTS):
        ((found, score),) = index.nearest(text, 1)
        assert (found, score) == (position, pytest.approx(1.0))


def test_misspelt_and_inflected_words_still_meet() -> None:
    assert NgramIndex(TEXTS).nearest("exchanging", 1)[0][0] == 1
    assert NgramIndex(TEXTS).nearest("looost", 1)[0][0] == 3


def test_equal_texts_come_in_order_of_position() -> None:
    index = NgramIndex(["b", "same text", "a", "same text", "same text"])
    assert [position for position, _ in index.nearest("same text", 3)] == [1, 3, 4]


def test_texts_that_share_nothing_fill_up_in_order() -> None:
    found = NgramIndex(["aaa", "bbb", "ccc", "ddd"]).nearest("ccc", 3)
    assert [position for position, _ in found] == [2, 0, 1]
    assert [score for _, score in found[1:]] == [0.0, 0.0]


@pytest.mark.parametrize("query", ["", "!?", "zzzz"])
def test_a_query_without_known_words_gives_the_first_texts(query: str) -> None:
    assert NgramIndex(TEXTS).nearest(query, 2) == [(0, 0.0), (1, 0.0)]


def test_no_texts_or_no_neighbours_asked_for_gives_nothing() -> None:
    assert NgramIndex([]).nearest("card", 3) == []
    assert NgramIndex(TEXTS).nearest("card", 0) == []
    assert len(NgramIndex(iter(TEXTS))) == 4
    assert len(NgramIndex(TEXTS).nearest("card", 9)) == 4


def test_common_and_rare_features_add_up_to_the_cosine_whatever_the_number_of_texts() -> None:
    filler = [f"card number {number}" for number in range(200)]
    found = NgramIndex([*filler, "card lost abroad"]).nearest("lost card abroad", 2)
    assert found[0] == (200, pytest.approx(1.0))
    assert found[1][1] < 0.5


def test_boilerplate_that_all_texts_share_hardly_counts() -> None:
    boilerplate = "Please read the following message of a customer and answer: "
    turns = [boilerplate + text for text in (*TEXTS, "close the account", "which currencies do you hold")]
    found = similarities(boilerplate + "a lost card", turns)
    assert max(found) == found[3]
    assert found[1] < 0.5 * found[3]


def test_similarities_of_no_texts_and_of_equal_texts() -> None:
    assert similarities("card", []) == []
    assert similarities("card", ["card"]) == [1.0]
    assert similarities("card", ["", "other"])[0] == 0.0


def test_scores_do_not_depend_on_the_hash_seed() -> None:
    code = (
        "from weft.data.similarity import NgramIndex, similarities\n"
        f"texts = {TEXTS!r}\n"
        "print(NgramIndex(texts).nearest('my lost cards', 4), similarities('my lost cards', texts))"
    )
    outputs = {
        subprocess.run(
            [sys.executable, "-c", code],
            env={**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": os.pathsep.join(sys.path)},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("1", "2", "3")
    }
    assert len(outputs) == 1


@pytest.mark.skipif(not DATA.is_dir(), reason="banking77 is not at hand")
def test_neighbours_of_banking_questions_mostly_have_their_category() -> None:
    train, test = _rows("train.csv"), random.Random(0).sample(_rows("test.csv"), 100)
    index = NgramIndex(text for text, _ in train)
    right = 0
    for text, category in test:
        votes: dict[str, float] = defaultdict(float)
        for position, score in index.nearest(text, 8):
            votes[train[position][1]] += score**4
        right += max(votes, key=votes.__getitem__) == category
    assert right >= 80
