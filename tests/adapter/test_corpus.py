"""Answers that are not as they were asked for, of the kinds that users report: what must be read, and what must not.

The corpus is data in ``corpus/*.toml``; ``benchmarks/parsing.py`` counts the same answers beside DSPy.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

import weft
from weft.errors import ParseError, TruncatedAnswer

sys.path.append(str(Path(__file__).parent / "corpus"))

from entries import TYPES, entries

if TYPE_CHECKING:
    from entries import Entry

CORPUS = entries()
MISSES = {
    "held_out: a Markdown table",
    "held_out: a number in words",
    "held_out: a number with a unit",
    "held_out: a slip of the pen in a choice",
    "held_out: correct for true",
    "held_out: pairs",
    "second_author: labels in the language of the input",
    "second_author: number spelled out",
    "second_author: number with its unit",
    "second_author: percent asked for as whole number",
    "second_author: score out of ten",
    "second_author: the first marker left out",
    "second_author: typographic minus",
}
"""What could be read and is not; it costs a re-ask."""


def named(entry: Entry) -> str:
    return f"{entry.kind}: {entry.id}"


def read(entry: Entry) -> dict[str, Any]:
    signature: Any = weft.Signature(entry.signature, types=TYPES)
    for name, constraints in entry.constraints.items():
        signature = signature.with_updated_fields(name, **constraints)
    calls = tuple(weft.ToolCall(f"c{number}", "final_result", text) for number, text in enumerate(entry.tool_calls))
    completion = weft.Completion(entry.text, entry.finish_reason, calls)  # type: ignore[arg-type]
    return weft.Adapter(entry.adapter).parse(signature, completion)


@pytest.mark.parametrize(
    "entry", [entry for entry in CORPUS if not entry.refused and named(entry) not in MISSES], ids=named
)
def test_an_answer_is_read_as_it_was_meant(entry: Entry) -> None:
    values = read(entry)
    assert entry.is_right(values), f"{entry.text!r} was read as {values!r}"


@pytest.mark.parametrize("entry", [entry for entry in CORPUS if entry.refused or named(entry) in MISSES], ids=named)
def test_what_is_not_beyond_doubt_is_refused(entry: Entry) -> None:
    with pytest.raises(ParseError) as caught:
        read(entry)
    assert isinstance(caught.value, TruncatedAnswer) == (entry.finish_reason == "length")
    assert caught.value.raw == entry.text
    assert set(caught.value.problems) <= set(weft.Signature(entry.signature, types=TYPES).output_fields)
    assert caught.value.problems


def test_the_corpus_is_what_the_documentation_says() -> None:
    meant = [entry for entry in CORPUS if not entry.refused]
    assert len(CORPUS) >= 150
    assert len({named(entry) for entry in CORPUS}) == len(CORPUS)
    assert 1 - len(MISSES) / len(meant) >= 0.95
