"""Answers that ended at their length limit."""

from __future__ import annotations

from typing import Any

import pytest

import weft
from weft.errors import ParseError, TruncatedAnswer

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
    with pytest.raises(TruncatedAnswer, match="cut off at its length limit in the field 'note'") as caught:
        weft.Adapter(name).parse(S, completion)
    assert caught.value.raw == text
    assert caught.value.fields == {"answer": "yes"}
    assert list(caught.value.problems) == ["note"]


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


@pytest.mark.parametrize("name", ["chat", "json"])
@pytest.mark.parametrize(
    "text",
    [
        '{"answer": "yes", "note": "all"}',
        '```json\n{"answer": "yes", "note": "all"}\n```',
        "<answer>yes</answer><note>all</note>",
        "[[ ## Answer ## ]]\nyes\n[[ ## Note ## ]]\nall\n[[ ## Completed ## ]]",
    ],
)
def test_another_form_that_is_whole_at_the_limit_is_read(name: str, text: str) -> None:
    assert weft.Adapter(name).parse(S, weft.Completion(text, "length")) == {"answer": "yes", "note": "all"}


@pytest.mark.parametrize("name", ["chat", "json"])
@pytest.mark.parametrize(
    "text", ['{"answer": "yes", "note": "all"', "Answer: yes\nNote: all", "<answer>yes</answer><note>all", ""]
)
def test_one_that_may_lack_its_end_is_refused_at_the_limit_only(name: str, text: str) -> None:
    with pytest.raises(TruncatedAnswer):
        weft.Adapter(name).parse(S, weft.Completion(text, "length"))
    if text:
        assert weft.Adapter(name).parse(S, weft.Completion(text)) == {"answer": "yes", "note": "all"}


@pytest.mark.parametrize("name", ["chat", "json"])
def test_what_breaks_off_is_never_made_up(name: str) -> None:
    people: Any = weft.Signature("q -> people: list[dict[str, int]], note: str | None")
    for text in (
        '{"people": [{"a": 1}, {"a": ',
        '{"people": [{"a": 1}',
        '[{"a": 1}, {"b": 2',
        '{"people": [{"a": 1}], "no',
    ):
        with pytest.raises(ParseError) as caught:
            weft.Adapter(name).parse(people, weft.Completion(text))
        assert caught.value.problems
