"""Code, Reasoning and Citations as values."""

from __future__ import annotations

import pickle
import re
from typing import Any, Literal

import pytest
from pydantic import TypeAdapter

import weft
from weft.errors import DataError


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("print(1)", "print(1)"),
        ("```python\nprint(1)\n```", "print(1)"),
        ("Here you are:\n\n```py\nif x:\n    y()\n```\n\nIt prints.", "if x:\n    y()"),
        ("~~~\na\n~~~", "a"),
        ("```\na\n```\nand\n```\nb\n```", "a\n\nb"),
        ("````md\n```\ninner\n```\n````", "```\ninner\n```"),
        ("\n    indented()\n", "    indented()"),
        ("```python\ncut off", "```python\ncut off"),
    ],
)
def test_code_is_taken_out_of_its_fences(text: str, code: str) -> None:
    assert weft.Code.read(text) == code


def test_code_knows_its_language() -> None:
    python: Any = weft.Code["python"]
    value = TypeAdapter(python).validate_python("```\nx\n```")
    assert (value, type(value), value.language, weft.Code("x").language) == ("x", python, "python", "")
    assert weft.Code["python"] is python
    assert weft.Code[Literal["python"]] is python
    assert pickle.loads(pickle.dumps(value)) == value
    assert type(pickle.loads(pickle.dumps(value))) is python
    with pytest.raises(TypeError, match="the name of a language"):
        weft.Code[int]  # type: ignore[type-var,misc]


def test_a_string_signature_can_say_the_language() -> None:
    signature = weft.Signature("task -> code: Code['python'], why: Reasoning")
    assert signature.output_fields["code"].type is weft.Code["python"]
    assert weft.Signature(signature.spec).output_fields["code"].type is weft.Code["python"]


DOCUMENT = weft.Document("We know:\n  “Snow\tis white.” It is cold, too.", title="Weather")


@pytest.mark.parametrize(
    ("quote", "found"),
    [
        ("Snow is white.", True),
        ("snow is  white", True),
        ('"Snow is white." It is cold', True),
        ("Snow is black.", False),
        ("now is white", False),  # words are whole
        ("…", False),
        ("", False),
    ],
)
def test_quotes_are_looked_for_in_the_documents(quote: str, found: bool) -> None:
    citation = weft.Citations([{"quote": quote, "source": "Weather"}]).checked({"documents": [DOCUMENT]})[0]
    assert citation.found is found
    if found:
        passage = DOCUMENT.decoded[citation.start : citation.end]
        assert re.findall(r"\w+", passage.lower()) == re.findall(r"\w+", quote.lower())
    else:
        assert (citation.start, citation.end) == (None, None)


def test_a_document_that_cannot_be_searched_leaves_it_open() -> None:
    cited = weft.Citations([{"quote": "Snow is white."}])
    scan = weft.File(b"%PDF-1.4", name="scan.pdf")
    assert cited.checked({"scan": scan})[0].found is None
    assert cited.checked({"scan": scan, "page": weft.Document("Snow is white.")})[0].found is True
    assert cited.checked({})[0].found is None
    assert cited.checked({"question": "Snow is white.?", "page": weft.Document("Snow is black.")})[0].found is False
    assert cited.checked({"pages": {"a": "Snow is black."}}).unfound == (weft.Citation("Snow is white.", found=False),)


def test_passages_that_were_retrieved_are_documents_too() -> None:
    cited = weft.Citations([{"quote": "Snow is white.", "source": "p7"}])
    assert cited.checked({"passages": [weft.Passage("Snow is white.", "p7")], "q": "Is it?"})[0].found is True


def test_the_document_that_is_named_comes_first() -> None:
    pages = [weft.Document("x Snow", title="A"), weft.Document("Snow", title="B")]
    assert weft.Citations([{"quote": "Snow", "source": "b"}]).checked({"pages": pages})[0].start == 0


def test_citations_are_read_from_what_models_write() -> None:
    one = weft.Citations([weft.Citation("Snow is white.", "1")])
    assert weft.Citations.read('[{"quote": "Snow is white.", "source": 1}]') == one
    assert weft.Citations.read({"quote": "Snow is white.", "source": "1"}) == one
    assert weft.Citations.read(one) is one
    assert weft.Citations.read(weft.Example(c=one).to_dict()["c"]) == one
    for wrong in ("none", 3, ["Snow"], [{"source": "1"}]):
        with pytest.raises(DataError):
            weft.Citations.read(wrong)
    with pytest.raises(DataError, match="immutable"):
        one.citations = ()
