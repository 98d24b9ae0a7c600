"""Answers that ended at their length limit."""

from __future__ import annotations

import pytest

import weft
from weft.errors import ParseError

S = weft.Signature("question -> answer, note")


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("chat", "[[ ## answer ## ]]\nyes\n\n[[ ## note ## ]]\nit was in the mid"),
        ("json", '{"answer": "yes", "note": "it was in the mid'),
    ],
)
def test_a_cut_answer_is_refused_although_every_field_has_begun(name: str, text: str) -> None:
    completion = weft.Completion(text, "length")
    with pytest.raises(ParseError, match="cut off at its length limit") as caught:
        weft.Adapter(name).parse(S, completion)
    assert caught.value.raw == text


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("chat", "[[ ## answer ## ]]\nyes\n\n[[ ## note ## ]]\nall\n\n[[ ## completed ## ]]"),
        ("json", '{"answer": "yes", "note": "all"}'),
    ],
)
def test_one_that_is_whole_at_the_limit_is_read(name: str, text: str) -> None:
    found = weft.Adapter(name).parse(S, weft.Completion(text, "length"))
    assert found == {"answer": "yes", "note": "all"}
