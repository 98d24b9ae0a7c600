"""Whatever a model answers, reading it gives values or a ParseError, and soon."""

from __future__ import annotations

import datetime as dt
from typing import Any, Literal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import BaseModel

import weft
from weft.errors import ParseError


class Person(BaseModel):
    name: str
    born: dt.date | None = None
    tags: list[Literal["a", "b"]] = []


TYPES = {"Person": Person, "date": dt.date, "datetime": dt.datetime, "time": dt.time}
SIGNATURES = [
    weft.Signature(spec, types=TYPES)
    for spec in (
        "q -> answer",
        "q -> answer: int",
        "q -> reasoning, answer: float, tags: list[str]",
        "q -> person: Person",
        "q -> people: list[Person], sure: bool | None",
        "q -> day: date, at: datetime | None, hour: time",
        "q -> counts: dict[str, list[int]], choice: Literal['yes', 'no', 'A', 1]",
        "q -> point: tuple[int, str], any: Any",
    )
]
PIECES = [
    *(
        "[[ ## ",
        " ## ]]",
        "[[ ## answer ## ]]\n",
        "[[ ## completed ## ]]",
        "\\[[ ## answer ## ]]",
        "## ",
        "**",
        "- ",
        "1. ",
    ),
    *(
        "{",
        "}",
        "[",
        "]",
        '"',
        "'",
        ":",
        ",",
        "\\",
        '\\"',
        "`",
        "```json\n",
        "```",
        '"""',
        "“",
        "/*",
        "//",
        "(",
        ")",
        "=",
    ),
    *("<answer>", "</answer>", "<think>", "</think>", "<parameter=answer>", "<|im_end|>", "f(answer=", "[THINK]"),
    *("answer", "Answer:", '"answer":', '{"answer": ', "tags", "person", "name", "people", "counts", "day", "choice"),
    *("42", "1,234", "85%", "2024", "March 5, 2024", "12:30", "true", "None", "null", "yes", "not", "A", ".", "-"),
    *("\n", " ", "\t", "\r\n", "\u2028", "\x00", "\ud800", "９", "é", "x" * 60),
]
answers = st.lists(st.sampled_from(PIECES) | st.text(max_size=3), max_size=40).map("".join)
finishes = st.sampled_from(["stop", "length", "tool_calls"])


@settings(max_examples=400, deadline=2_000)
@given(answers, st.sampled_from(SIGNATURES), st.sampled_from(["chat", "json"]), finishes, st.booleans())
def test_any_text_gives_values_or_a_parse_error(text: str, signature: Any, name: str, finish: Any, call: bool) -> None:
    calls = (weft.ToolCall("c1", "final_result", text),) if call else ()
    values, error = read(signature, name, weft.Completion(text, finish, calls))
    if error is None:
        assert list(values) == list(signature.output_fields)
        return
    assert error.raw == text
    assert set(error.problems) | set(error.fields) <= set(signature.output_fields)
    assert error.problems


def read(signature: Any, name: str, completion: weft.Completion) -> tuple[dict[str, Any], ParseError | None]:
    try:
        return weft.Adapter(name).parse(signature, completion), None
    except ParseError as error:
        return {}, error


@pytest.mark.parametrize("name", ["chat", "json"])
@pytest.mark.parametrize(
    "piece",
    [
        "[",
        "{",
        '{"a":',
        "[1,",
        "{'",
        '"',
        "“",
        ", ",
        ". ",
        "f(answer={",
        "{x} 1,",
        "<answer>",
        "[[ ## ",
        "**",
        "/*",
        "\t",
        "a.",
    ],
)
def test_long_nonsense_is_refused_before_the_test_times_out(name: str, piece: str) -> None:
    for signature in SIGNATURES[1:4]:
        with pytest.raises(ParseError):
            weft.Adapter(name).parse(signature, weft.Completion(piece * (40_000 // len(piece))))


def test_deep_nesting_is_refused_and_not_followed() -> None:
    text = '{"counts": ' + '{"a": [' * 500 + "1" + "]}" * 500 + ', "choice": "yes"}'
    for name in ("chat", "json"):
        with pytest.raises(ParseError):
            weft.Adapter(name).parse(SIGNATURES[6], weft.Completion(text))
