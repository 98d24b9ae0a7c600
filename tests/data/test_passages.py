"""Passages as a value: what they are made of, and what becomes of them."""

from __future__ import annotations

import copy
import json
import pickle
from typing import Any

import pytest
from pydantic import BaseModel, TypeAdapter

import weft
from weft.errors import DataError, InputError
from weft.signature import text_of

OWLS = weft.Passage("They hoot.", "birds#2", 0.5, {"title": "Owls", "page": 3})
FOUND = weft.Passages(["Cats purr.", {"text": "Dogs bark.", "id": "d"}, OWLS])


def test_they_are_a_sequence_of_passages() -> None:
    assert FOUND[0] == weft.Passage("Cats purr.")
    assert FOUND[-1] is OWLS
    assert FOUND[1:] == weft.Passages([FOUND[1], OWLS])
    assert [passage.id for passage in FOUND] == ["", "d", "birds#2"]
    assert weft.Passages(FOUND) == FOUND != list(FOUND)
    assert not weft.Passages()


def test_a_model_reads_numbers_and_titles() -> None:
    assert text_of(FOUND) == FOUND.text == "[1] Cats purr.\n\n[2] Dogs bark.\n\n[3] Owls\nThey hoot."
    assert weft.Passages().text == ""


def test_they_are_immutable() -> None:
    with pytest.raises(DataError, match="immutable"):
        FOUND.passages = ()


@pytest.mark.parametrize("again", [copy.copy, copy.deepcopy, lambda value: pickle.loads(pickle.dumps(value))])
def test_copies_are_equal(again: Any) -> None:
    assert again(FOUND) == FOUND


class Page(BaseModel):
    sources: weft.Passages


def test_data_of_them_makes_them_again() -> None:
    page = Page(sources=FOUND)
    assert Page.model_validate_json(page.model_dump_json()) == page
    assert json.loads(page.model_dump_json())["sources"][:2] == [
        {"text": "Cats purr."},
        {"text": "Dogs bark.", "id": "d"},
    ]
    assert TypeAdapter(list[weft.Passage]).validate_python(FOUND) == list(FOUND)


@pytest.mark.parametrize(
    ("value", "problem"),
    [
        ("Cats purr.", "Passages are made of a list of passages or texts, not of 'Cats purr.'"),
        ({"text": "Cats purr."}, "Passages are made of a list of passages or texts, not of {'text'"),
        (3, "Passages are made of a list of passages or texts, not of 3"),
        ([3], "A passage is a weft.Passage, a text or a dict with 'text', not 3"),
        ([{"txt": "Cats purr."}], "A passage has no 'txt'. Did you mean 'text'"),
    ],
)
def test_what_is_no_passage_is_refused(value: Any, problem: str) -> None:
    with pytest.raises(DataError, match=problem):
        weft.Passages(value)
    with pytest.raises(InputError, match=problem):
        weft.Predict("context: Passages -> answer", lm=weft.LM("scripted/x"))(context=value)


def test_quotes_are_looked_for_in_them() -> None:
    cited = weft.Citations([{"quote": "dogs bark", "source": "d"}, {"quote": "Dogs purr."}])
    assert [one.found for one in cited.checked({"context": FOUND, "question": "Who?"})] == [True, False]
