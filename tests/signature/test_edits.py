"""Edits give new signatures of the same name and leave the old one as it was."""

from __future__ import annotations

from typing import Any

import pytest

import weft
from weft.errors import OptionError, SignatureError


class QA(weft.Signature):
    """Answer."""

    question: str = weft.InputField()
    hint: str = weft.InputField(default="none")
    answer: str = weft.OutputField()
    score: int = weft.OutputField(ge=1, le=5)


def names(signature: Any) -> tuple[list[str], list[str]]:
    return list(signature.input_fields), list(signature.output_fields)


EDITS: list[tuple[Any, tuple[list[str], list[str]]]] = [
    (lambda s: s.with_instructions("Else."), (["question", "hint"], ["answer", "score"])),
    (lambda s: s.append("x", weft.InputField()), (["question", "hint", "x"], ["answer", "score"])),
    (lambda s: s.append("x"), (["question", "hint"], ["answer", "score", "x"])),
    (lambda s: s.prepend("x", weft.InputField(), int), (["x", "question", "hint"], ["answer", "score"])),
    (lambda s: s.prepend("x", weft.OutputField()), (["question", "hint"], ["x", "answer", "score"])),
    (lambda s: s.insert(1, "x", weft.InputField()), (["question", "x", "hint"], ["answer", "score"])),
    (lambda s: s.insert(-1, "x", weft.OutputField()), (["question", "hint"], ["answer", "score", "x"])),
    (lambda s: s.insert(-2, "x", weft.OutputField()), (["question", "hint"], ["answer", "x", "score"])),
    (lambda s: s.delete("hint"), (["question"], ["answer", "score"])),
    (lambda s: s.with_updated_fields("score", float), (["question", "hint"], ["answer", "score"])),
]


@pytest.mark.parametrize(("edit", "expected"), EDITS)
def test_every_edit(edit: Any, expected: tuple[list[str], list[str]]) -> None:
    before = QA.spec, QA.instructions, dict(QA.fields)
    edited = edit(QA)
    assert names(edited) == expected
    assert edited.__name__ == "QA"
    assert edited.__module__ == QA.__module__
    assert issubclass(edited, QA)
    assert (QA.spec, QA.instructions, dict(QA.fields)) == before


def test_chains_of_edits_do_not_grow_chains_of_classes() -> None:
    edited: Any = QA
    for number in range(20):
        edited = edited.append(f"x{number}")
    assert edited.__mro__[1] is QA
    assert len(edited.output_fields) == 22


def test_instructions_made_from_names_follow_the_fields() -> None:
    assert weft.Signature("a -> b").append("c").instructions == "Given `a`, give `b`, `c`."
    assert QA.append("c").instructions == "Answer."


def test_the_type_of_an_added_field() -> None:
    assert QA.append("x", weft.OutputField(), list[int]).fields["x"].type == list[int]
    assert QA.append("x", weft.OutputField(desc="d")).fields["x"].desc == "d"
    assert QA.append("again", QA.fields["score"]).fields["again"].type is int


def test_an_update_changes_what_it_names_and_nothing_else() -> None:
    changed = QA.with_updated_fields("score", desc="how sure", ge=2).fields["score"]
    assert changed.desc == "how sure"
    assert changed.type is int
    assert dict(changed.constraints) == {"ge": 2, "le": 5}
    assert QA.with_updated_fields("score", float).fields["score"].type is float


def test_a_default_and_a_factory_replace_each_other() -> None:
    made = QA.with_updated_fields("hint", default_factory=lambda: "made")
    assert made.fields["hint"].default_value() == "made"
    assert made.with_updated_fields("hint", default="plain").fields["hint"].default_value() == "plain"


@pytest.mark.parametrize(
    ("edit", "error", "message"),
    [
        (lambda: QA.delete("anser"), SignatureError, "QA has no field 'anser'. Did you mean 'answer'"),
        (lambda: QA.with_updated_fields("scor", desc="x"), SignatureError, "Did you mean 'score'"),
        (lambda: QA.with_updated_fields("score", dsc="x"), OptionError, "Did you mean 'desc'"),
        (lambda: QA.append("answer"), SignatureError, "has a field 'answer' already"),
        (lambda: QA.append("not a name"), SignatureError, "cannot name a field of QA"),
        (lambda: QA.append("_x"), SignatureError, "cannot name a field of QA"),
        (lambda: QA.append("x", 3), SignatureError, "not 3"),
        (lambda: QA.insert(3, "x", weft.InputField()), SignatureError, "2 input fields; 3 is no place"),
        (lambda: QA.insert(-4, "x", weft.InputField()), SignatureError, "-4 is no place"),
    ],
)
def test_a_wrong_edit_is_refused(edit: Any, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        edit()


def test_a_signature_cannot_be_changed_in_place() -> None:
    with pytest.raises(SignatureError, match=r"immutable; use QA\.with_updated_fields"):
        QA.instructions = "Else."  # type: ignore[misc]
    with pytest.raises(TypeError):
        QA.fields["x"] = QA.fields["score"]  # type: ignore[index]
    assert QA.instructions == "Answer."


def test_what_is_memoized_belongs_to_one_signature() -> None:
    assert QA.memo("key", lambda: "first") == "first"
    assert QA.memo("key", lambda: "second") == "first"
    assert QA.with_instructions("Else.").memo("key", lambda: "third") == "third"
