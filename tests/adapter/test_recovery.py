"""Which form wins, what counts as ambiguous, and what a ParseError tells."""

from __future__ import annotations

from typing import Any

import pytest

import weft
from weft.adapter import ChatAdapter, JSONAdapter, typed_fields
from weft.errors import ParseError

TWO = weft.Signature("q -> answer, score: int")
NOTED = weft.Signature("q -> answer, note: str | None")


def chat(signature: Any, text: str) -> dict[str, Any]:
    return ChatAdapter().parse(signature, weft.Completion(text))


def test_a_recovery_is_an_event_that_names_the_form() -> None:
    events: list[weft.Event] = []
    with weft.listening(events.append):
        chat(TWO, "[[ ## answer ## ]]\nParis\n[[ ## score ## ]]\n4")
        chat(TWO, '{"result": {"answer": "Paris", "score": 4}}')
        chat(TWO, "**Answer:** Paris\n**Score:** 4")
    assert [(event.kind, event.fields["form"]) for event in events] == [
        ("answer.recovered", "envelope"),
        ("answer.recovered", "labels"),
    ]


def test_any_adapter_gets_it_from_typed_fields() -> None:
    completion = weft.Completion('{"answer": "Paris", "score": 4}')
    assert typed_fields(TWO, {}, completion) == {"answer": "Paris", "score": 4}
    assert typed_fields(TWO, {"answer": "Lyon", "score": "1"}, completion) == {"answer": "Lyon", "score": 1}


def test_the_form_that_was_asked_for_wins_if_it_holds_all() -> None:
    text = '[[ ## answer ## ]]\nsee {"answer": "x", "score": 1}\n[[ ## score ## ]]\n4'
    assert chat(TWO, text) == {"answer": 'see {"answer": "x", "score": 1}', "score": 4}


def test_a_sure_form_wins_over_a_weak_one() -> None:
    text = 'answer: Lyon\nscore: 1\n\n{"answer": "Paris", "score": 4}'
    assert chat(TWO, text) == {"answer": "Paris", "score": 4}


def test_what_agrees_is_kept_and_what_differs_is_named() -> None:
    text = '{"answer": "Paris", "score": 4}\n{"answer": "Paris", "score": 5}'
    with pytest.raises(ParseError) as caught:
        chat(TWO, text)
    assert caught.value.problem == "The answer gives different values for 'score'."
    assert caught.value.fields == {"answer": "Paris"}
    assert list(caught.value.problems) == ["score"]


def test_labels_that_differ_are_ambiguous() -> None:
    with pytest.raises(ParseError, match="different values for 'answer'"):
        chat(weft.Signature("q -> reasoning, answer"), "Reasoning: x\nAnswer: Lyon\nAnswer: Paris")


def test_a_value_that_does_not_fit_is_not_looked_for_among_the_words() -> None:
    with pytest.raises(ParseError, match="The field 'score' must be int"):
        chat(TWO, "[[ ## answer ## ]]\nScore: 4\n[[ ## score ## ]]\nhigh")


def test_every_field_has_its_problem() -> None:
    signature = weft.Signature("q -> a: int, b: bool, c, d: int")
    with pytest.raises(ParseError) as caught:
        chat(signature, "[[ ## a ## ]]\nmany\n[[ ## b ## ]]\nmaybe\n[[ ## d ## ]]\n4")
    assert list(caught.value.problems) == ["a", "b", "c"]
    assert caught.value.problems["c"] == "The answer lacks the field 'c'."
    assert caught.value.problem == " ".join(caught.value.problems.values())
    assert caught.value.fields == {"d": 4}


def test_a_partial_object_is_told_about() -> None:
    with pytest.raises(ParseError) as caught:
        chat(TWO, '{"answer": "Paris", "scroe": 4}')
    assert caught.value.fields == {"answer": "Paris"}
    assert caught.value.problem == "The answer lacks the field 'score'; it has 'scroe'."


def test_calls_of_tools_are_the_raw_answer_where_there_is_no_text() -> None:
    call = weft.ToolCall("c1", "final_result", '{"answer": "Paris"}')
    with pytest.raises(ParseError) as caught:
        JSONAdapter().parse(TWO, weft.Completion("", "tool_calls", (call,)))
    assert caught.value.raw == '{"answer": "Paris"}'
    assert caught.value.fields == {"answer": "Paris"}


@pytest.mark.parametrize(
    ("text", "note"),
    [
        ("[[ ## answer ## ]]\nParis", None),
        ("[[ ## answer ## ]]\nParis\n[[ ## Note ## ]]\nsure", "sure"),
        ('{"answer": "Paris"}', None),
        ('{"answer": "Paris", "Note": "sure"}', "sure"),
        ("[[ ## answer ## ]]\nParis[[ ## note ## ]]\nsure", "sure"),
    ],
)
def test_an_optional_field_is_looked_for_before_its_default_stands(text: str, note: str | None) -> None:
    for adapter in (ChatAdapter(), JSONAdapter()):
        assert adapter.parse(NOTED, weft.Completion(text)) == {"answer": "Paris", "note": note}


def test_words_that_happen_to_name_an_optional_field_do_not_fill_it() -> None:
    text = "[[ ## answer ## ]]\nParis.\nNote: it rains there."
    assert chat(NOTED, text) == {"answer": "Paris.\nNote: it rains there.", "note": None}


def test_an_answer_in_a_foreign_form_does_not_pass_as_defaults() -> None:
    signature: Any = weft.Signature({"q": weft.InputField(), "a": (int, weft.OutputField(default=0))})
    assert chat(signature, '{"a": 5}') == {"a": 5}
    assert chat(signature, "a: 5") == {"a": 5}
    assert chat(signature, "[[ ## b ## ]]\n5") == {"a": 0}


def test_text_in_its_section_is_never_taken_apart() -> None:
    signature = weft.Signature("q -> code, note")
    code = '```python\nanswer = {"note": 1}\n```'
    text = f"[[ ## code ## ]]\n{code}\n\n[[ ## note ## ]]\n'quoted'.\n\n[[ ## completed ## ]]"
    assert chat(signature, text) == {"code": code, "note": "'quoted'."}


def test_fields_whose_names_are_alike_keep_to_their_own() -> None:
    signature = weft.Signature("q -> answer, final_answer, answer_type")
    text = '{"Answer": "a", "Final Answer": "b", "answerType": "c"}'
    assert chat(signature, text) == {"answer": "a", "final_answer": "b", "answer_type": "c"}
    text = "[[ Answer ]]\na\n[[ Final Answer ]]\nb\n[[ answer_type ]]\nc"
    assert chat(signature, text) == {"answer": "a", "final_answer": "b", "answer_type": "c"}


def test_names_that_are_not_latin() -> None:
    signature = weft.Signature("frage -> größe: int, ответ")
    assert chat(signature, '{"Größe": 3, "Ответ": "да"}') == {"größe": 3, "ответ": "да"}
    assert chat(signature, "Größe: 3\nОтвет: да") == {"größe": 3, "ответ": "да"}


def test_a_value_that_does_not_fit_an_optional_field_is_told() -> None:
    with pytest.raises(ParseError) as caught:
        chat(weft.Signature("q -> n: int | None"), "[[ ## n ## ]]\nmany <b>")
    assert list(caught.value.problems) == ["n"]


def test_a_very_long_text_is_read_like_any_other() -> None:
    text = "words " * 200_000
    assert chat(weft.Signature("q -> a"), text) == {"a": text.strip()}
    assert chat(TWO, f"<answer>{text}</answer><score>4</score>") == {"answer": text.strip(), "score": 4}
