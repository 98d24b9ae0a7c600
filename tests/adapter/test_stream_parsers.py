"""The law of stream parsers: however an answer is cut into pieces, its fields add up to what `parse` reads."""

from __future__ import annotations

import json
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import weft
from weft.adapter import AnswerStream, FieldDelta
from weft.adapter.tagstream import TagScanner
from weft.adapter.xml import XMLAdapter, read_elements
from weft.lm.records import Completion, Delta, ToolCallDelta
from weft.signature.markers import read_sections

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

TWO = weft.Signature("q -> a, b")
ADAPTERS = {"chat": weft.ChatAdapter(), "json": weft.JSONAdapter(), "xml": XMLAdapter()}


def cut(text: str, places: Iterable[int]) -> list[str]:
    edges = [0, *sorted({place % (len(text) + 1) for place in places}), len(text)]
    return [text[start:end] for start, end in pairwise(edges)]


def streamed(adapter: weft.Adapter, signature: Any, pieces: Iterable[str]) -> list[FieldDelta]:
    parser = adapter.stream_parser(signature)
    deltas = [delta for piece in pieces for delta in parser.feed(piece)]
    return [*deltas, *parser.finish()]


def together(deltas: Sequence[FieldDelta]) -> dict[str, str]:
    texts: dict[str, str] = {}
    for delta in deltas:
        texts[delta.field] = texts.get(delta.field, "") + delta.text
    return texts


chat_bits = st.sampled_from([
    "[[ ## a ## ]]", "[[ ## b ## ]]", "[[ ## completed ## ]]", "[[ ## other ## ]]", "[[## a ##]]", "# [[ ## b ## ]] *",
    "[[", "[", "]]", "##", " ", "\n", "\r\n", "\t", "word", "**", "`", "> ", "- x", "\u2028", "ß\x1c", "\\",
    "{a}", "{", ":",
])  # fmt: skip
xml_bits = st.sampled_from([
    "<a>", "</a>", "<b>", "</b>", "<c>", "</c>", "<", "</", ">", "<![CDATA[", "]]>", "]", "]]", " ", "\n", "word",
    "&lt;",
])  # fmt: skip
BITS = {"chat": chat_bits, "xml": xml_bits}
IN_FORM: dict[str, Any] = {
    "chat": lambda text: read_sections(text).keys() >= {"a", "b"},
    "xml": lambda text: read_elements(TWO, text)[1],
}
whitespace = st.text("\n \t", max_size=2)


@st.composite
def json_objects(draw: st.DrawFn) -> str:
    """An object with the fields of TWO and others, spelt in one of the ways that JSON allows."""
    others = st.dictionaries(st.text(max_size=3), st.recursive(st.none() | st.text(), st.lists), max_size=2)
    values = {**draw(others), "a": draw(st.text()), "b": draw(st.text())}
    keys = draw(st.permutations(list(values)))
    separators = (draw(whitespace) + "," + draw(whitespace), draw(whitespace) + ":" + draw(whitespace))
    text = json.dumps({key: values[key] for key in keys}, ensure_ascii=draw(st.booleans()), separators=separators)
    return draw(st.sampled_from(["", "\n", "Here it is:\n```json\n"])) + text + draw(st.sampled_from(["", "\n```"]))


@pytest.mark.parametrize("name", list(BITS))
def test_any_text_in_any_pieces_adds_up_to_what_parse_reads(name: str) -> None:
    @given(st.lists(BITS[name], max_size=25).map("".join), st.lists(st.integers(0, 400), max_size=12))
    def check(text: str, places: list[int]) -> None:
        if not IN_FORM[name](text):
            return
        values = ADAPTERS[name].parse(TWO, Completion(text))
        deltas = streamed(ADAPTERS[name], TWO, cut(text, places))
        assert together(deltas) == values

    check()


@given(json_objects(), st.lists(st.integers(0, 400), max_size=12))
def test_any_spelling_of_json_adds_up_to_what_parse_reads(text: str, places: list[int]) -> None:
    values = weft.JSONAdapter().parse(TWO, Completion(text))
    deltas = streamed(weft.JSONAdapter(), TWO, cut(text, places))
    assert together(deltas) == values
    parser = weft.JSONAdapter().stream_parser(TWO)
    before_the_end = [delta for piece in cut(text, places) for delta in parser.feed(piece)]
    assert {delta.field for delta in before_the_end if delta.last} == {"a", "b"}


@pytest.mark.parametrize("name", list(ADAPTERS))
def test_every_text_of_an_answer_in_form_comes_piece_by_piece(name: str) -> None:
    @given(st.text(), st.text(), st.lists(st.integers(0, 400), max_size=12))
    def check(a: str, b: str, places: list[int]) -> None:
        adapter = ADAPTERS[name]
        text = adapter.write(TWO, {"a": a, "b": b})
        deltas = streamed(adapter, TWO, cut(text, places))
        assert together(deltas) == adapter.parse(TWO, Completion(text))
        assert [delta.field for delta in deltas if delta.last] == ["a", "b"]

    check()


def test_a_marker_is_never_shown_however_it_is_cut() -> None:
    text = "[[ ## a ## ]]\none [[ 1 ]]\n\n**[[ ## b ## ]]**\ntwo\n\n[[ ## completed ## ]]\n"
    for size in range(1, len(text)):
        pieces = [text[start : start + size] for start in range(0, len(text), size)]
        assert together(streamed(weft.ChatAdapter(), TWO, pieces)) == {"a": "one [[ 1 ]]", "b": "two"}


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("[[ ## a ## ]]\n# one\n[[ ## b ## ]]\n> [[ ## tw", {"a": "# one", "b": "> [[ ## tw"}),
        ("[[ ## a ## ]]\n\\[[ ## b ## ]]\n\\\\# [[ ## x ## ]]\n[[ ## b ## ]]\n\\ two", None),
        (
            "[[ ## a ## ]]\n{a}\n\n[[ ## b ## ]]\n{b}\n\n[[ ## a ## ]]\none\n[[ ## b ## ]]\ntwo",
            {"a": "one", "b": "two"},
        ),
        ("[[ ## a ## ]]\n{a}\n[[ ## b ## ]]\n{b", {"a": "{a}", "b": "{b"}),
        ("[[ ## a ## ]]\none\n[[ ## b ## ]]\ntwo\n[[ ## a ## ]]\nagain", {"a": "one", "b": "two"}),
        ("[[ ## a ## ]]: one\n[[ ## b ## ]] two [[ ## completed ## ]] \n", {"a": "one", "b": "two"}),
        (
            "[[ ## a ## ]]\none\n[[ ## b ## ]]\nsay [[ ## completed ## ]] twice",
            {"a": "one", "b": "say [[ ## completed ## ]] twice"},
        ),
        ("[[ ## a ## ]]\n" + "-" * 300 + "\n[[ ## b ## ]]\n[[ ## " + "b" * 300, None),
        ("[[ ## a ## ]]\n\n \n[[ ## b ## ]]", {"a": "", "b": ""}),
    ],
)
def test_sections_as_models_write_them(text: str, values: dict[str, str] | None) -> None:
    read = weft.ChatAdapter().parse(TWO, Completion(text))
    assert values in (None, read)
    for size in (1, 2, 3, 7, 1000):
        pieces = [text[start : start + size] for start in range(0, len(text), size)]
        deltas = streamed(weft.ChatAdapter(), TWO, pieces)
        assert together(deltas) == read
        assert sorted(delta.field for delta in deltas if delta.last) == ["a", "b"]


def test_characters_come_as_soon_as_they_are_certain() -> None:
    parser = weft.ChatAdapter().stream_parser(TWO)
    assert list(parser.feed("[[ ## a ## ]]\nGood ")) == [FieldDelta("a", "Good")]
    assert list(parser.feed("morning\n\n[[ ##")) == [FieldDelta("a", " morning")]
    assert list(parser.feed(" b ## ]]\nx")) == [FieldDelta("a", "", last=True), FieldDelta("b", "x")]
    parser = weft.ChatAdapter().stream_parser(TWO)
    assert list(parser.feed("[[ ## a ## ]]\n{a}\n[[ ## a ## ]]\n{a}, say")) == [FieldDelta("a", "{a}, say")]
    parser = weft.JSONAdapter().stream_parser(TWO)
    assert list(parser.feed('{"a": "Caf\\u00')) == [FieldDelta("a", "Caf")]
    assert list(parser.feed("e9 \\ud83d")) == [FieldDelta("a", "é ")]
    assert list(parser.feed('\\ude00", "b": "')) == [FieldDelta("a", "😀"), FieldDelta("a", "", last=True)]


def fed(adapter: weft.Adapter, signature: Any, text: str, size: int) -> list[FieldDelta]:
    """Return what comes before the end."""
    parser = adapter.stream_parser(signature)
    return [delta for start in range(0, len(text), size) for delta in parser.feed(text[start : start + size])]


@pytest.mark.parametrize("size", [1, 2, 3, 1000])
def test_values_of_other_types_come_as_their_json(size: int) -> None:
    signature = weft.Signature("q -> sizes: list[int], n: int, inner: dict[str, str], flag: bool")
    text = ' {"sizes": [1, [2] ], "n": 7 , "inner":{"a}": "\\"]"} , "other": {"n": [1]}, "flag":true}'
    deltas = fed(weft.JSONAdapter(), signature, text, size)
    assert together(deltas) == {"sizes": "[1, [2] ]", "n": "7", "inner": '{"a}": "\\"]"}', "flag": "true"}
    assert [delta.field for delta in deltas if delta.last] == ["sizes", "n", "inner", "flag"]


@pytest.mark.parametrize("size", [1, 2, 3, 1000])
@pytest.mark.parametrize(
    "value", ["42", "-1.50", "true", '{"b":[1,2],  "ü": "\\u00fc"}', '["x" ]', '"a\\tb\tc\nd"', '"\\\\u00e9"']
)
def test_whatever_json_comes_for_a_text_is_the_text_that_parse_reads(value: str, size: int) -> None:
    text = f'{{"a": {value}, "b":{value}}}'
    deltas = fed(weft.JSONAdapter(), TWO, text, size)
    assert together(deltas) == weft.JSONAdapter().parse(TWO, Completion(text))
    assert [delta.field for delta in deltas if delta.last] == ["a", "b"]


@pytest.mark.parametrize("size", [1, 2, 3, 1000])
@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("So:\n<a>\none <b>not</b> </ a>\n</a> and <b>two</b>.", {"a": "one <b>not</b> </ a>", "b": "two"}),
        ("<a><![CDATA[ </a> ]]]]><![CDATA[> ]]>\n</a><b>x <![CDATA[ y ]]> z </b>", {"a": " </a> ]]> ", "b": "x  y  z"}),
        ("<a></a><b> \n</b><a>again</a>", {"a": "", "b": ""}),
        ("<a>one</a>\n<b>\ntwo </", {"a": "one", "b": "two </"}),
        ("<a>one</a>\n<b><![CDATA[two ]] ", {"a": "one", "b": "two ]] "}),
    ],
)
def test_tags_as_models_write_them(text: str, values: dict[str, str], size: int) -> None:
    assert XMLAdapter().parse(TWO, Completion(text)) == values
    parser = TagScanner(["a", "b"])
    deltas = [delta for start in range(0, len(text), size) for delta in parser.feed(text[start : start + size])]
    deltas += parser.finish()
    assert {**dict.fromkeys(("a", "b"), ""), **together(deltas)} == values
    assert [delta.field for delta in deltas if delta.last] == (["a", "b"] if text.endswith((">", ".")) else ["a"])


@pytest.mark.parametrize("name", list(ADAPTERS))
def test_an_answer_in_another_form_comes_at_its_end(name: str) -> None:
    signature = weft.Signature("q -> a")
    assert streamed(ADAPTERS["chat"], signature, ["Par", "is\n"]) == [FieldDelta("a", "Paris", last=True)]
    assert streamed(ADAPTERS[name], TWO, ["I cannot", " say."]) == []


class Lines(weft.Adapter):
    """A third party's adapter that knows nothing of streams."""

    def render(self, prompt: Any, inputs: Any, capabilities: Any) -> Any: ...

    def parse(self, signature: Any, completion: Completion) -> dict[str, Any]:
        return weft.adapter.typed_fields(
            signature, dict(zip(signature.output_fields, completion.text.splitlines(), strict=False)), completion
        )


def test_an_adapter_without_a_parser_gives_its_fields_at_the_end() -> None:
    signature = weft.Signature("q -> a, sizes: list[int]")
    parser = Lines().stream_parser(signature)
    assert list(parser.feed("one\n[1, ")) == []
    assert list(parser.feed("2]")) == []
    assert list(parser.finish()) == [FieldDelta("a", "one", last=True), FieldDelta("sizes", "[1, 2]", last=True)]


def test_an_attempt_that_is_made_again_starts_anew() -> None:
    stream = AnswerStream(weft.ChatAdapter(), TWO)
    assert list(stream.feed(Delta("[[ ## a ## ]]\nhal"))) == [FieldDelta("a", "hal")]
    assert list(stream.feed(Delta(restart=True))) == []
    assert list(stream.feed(Delta("another answer", index=1))) == []
    deltas = [*stream.feed(Delta("[[ ## a ## ]]\nwhole\n[[ ## b ## ]]\n2")), *stream.finish()]
    assert together(deltas) == {"a": "whole", "b": "2"}


def test_the_arguments_of_the_answer_tool_are_the_answer() -> None:
    stream = AnswerStream(weft.Adapter("auto"), TWO)
    assert list(stream.feed(Delta("I will answer {now}."))) == []
    calls = [(0, "answer", '{"a": "on'), (1, "search", '{"a": "no"}'), (0, "", 'e", "b": "two"}')]
    pieces = [Delta(tool_call=ToolCallDelta(index, name=name, arguments=part)) for index, name, part in calls]
    deltas = [delta for piece in pieces for delta in stream.feed(piece)]
    assert together([*deltas, *stream.finish()]) == {"a": "one", "b": "two"}


@pytest.mark.parametrize("name", list(ADAPTERS))
@pytest.mark.parametrize(
    "thoughts", ["<think>\n{}\n</think>\n\n", "\n<Thinking>{}</Thinking><think></think>", "[THINK]{}[/THINK]"]
)
def test_thoughts_before_an_answer_are_not_part_of_it(name: str, thoughts: str) -> None:
    drafted = ADAPTERS[name].write(TWO, {"a": "a draft", "b": "b"})
    text = thoughts.replace("{}", drafted) + ADAPTERS[name].write(TWO, {"a": "<think>", "b": "two"})
    for size in (1, 3, 1000):
        pieces = [text[start : start + size] for start in range(0, len(text), size)]
        assert together(streamed(ADAPTERS[name], TWO, pieces)) == {"a": "<think>", "b": "two"}


def test_an_output_may_be_called_as_thoughts_are() -> None:
    signature = weft.Signature("q -> thought, a")
    text = "<thought>\nwell\n</thought>\n<a>\none\n</a>"
    assert together(streamed(XMLAdapter(), signature, list(text))) == {"thought": "well", "a": "one"}
    assert together(streamed(weft.ChatAdapter(), weft.Signature("q -> a"), list("<thin"))) == {"a": "<thin"}
    assert streamed(weft.ChatAdapter(), TWO, list("<think>without end")) == []
