"""The law of an adapter: what it writes it reads back.

``json`` carries every value exactly. ``chat`` carries text as it stands between its markers, so white space around
a text is not part of it, and in a field that may also be something else than text, text that spells that other value
(``null`` for ``str | None``) is read as that. A line that looks like a marker is written with a backslash before it.
"""

from __future__ import annotations

import datetime as dt
import decimal
import enum
from typing import TYPE_CHECKING, Any, Literal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import BaseModel

import weft
from weft.adapter import ChatAdapter, JSONAdapter
from weft.lm.records import Completion

if TYPE_CHECKING:
    from weft.adapter.sections import SectionAdapter


class Colour(enum.Enum):
    RED = "red"
    LIGHT_BLUE = "light blue"
    ODD = "x.y, 'z'"


class Level(enum.IntEnum):
    LOW = 1
    HIGH = 2


class Mood(enum.StrEnum):
    GOOD = "good"
    SO_SO = "so-so"


class Item(BaseModel):
    name: str
    sizes: list[int] = []
    inner: dict[str, bool] | None = None


names = st.from_regex(r"[a-z][a-z_0-9]{0,8}", fullmatch=True).filter(lambda name: name.isidentifier())
marker_lines = st.sampled_from(
    [
        "[[ ## a ## ]]",
        "[[ ## completed ## ]] x",
        " > **[[##b##]]",
        "\\[[ ## a ## ]]",
        "\\\\ [[ ## a ## ]]",
        "[[ ##\n a ## ]]",
    ]
)
texts = st.text() | st.lists(st.text(max_size=5) | marker_lines, max_size=6).map("\n".join)
chat_text = texts.map(str.strip)
items = st.builds(
    Item,
    name=st.text(),
    sizes=st.lists(st.integers()),
    inner=st.none() | st.dictionaries(st.text(), st.booleans(), max_size=3),
)
typed: list[tuple[Any, st.SearchStrategy[Any]]] = [
    (int, st.integers()),
    (float, st.floats(allow_nan=False)),
    (bool, st.booleans()),
    (Literal["yes", "no", "it's -> ok.", 7], st.sampled_from(["yes", "no", "it's -> ok.", 7])),
    (Colour, st.sampled_from(Colour)),
    (Level, st.sampled_from(Level)),
    (Mood, st.sampled_from(Mood)),
    (int | None, st.none() | st.integers()),
    (Colour | None, st.none() | st.sampled_from(Colour)),
    (dt.date, st.dates()),
    (dt.datetime, st.datetimes(timezones=st.none() | st.just(dt.UTC))),
    (decimal.Decimal, st.decimals(allow_nan=False, allow_infinity=False)),
    (list[str], st.lists(st.text())),
    (list[Colour], st.lists(st.sampled_from(Colour))),
    (dict[str, int], st.dictionaries(st.text(), st.integers())),
    (tuple[int, str], st.tuples(st.integers(), st.text())),
    (set[int], st.sets(st.integers())),
    (Item, items),
    (list[Item], st.lists(items, max_size=2)),
    (Item | None, st.none() | items),
]


@st.composite
def signatures(draw: st.DrawFn, text: st.SearchStrategy[str]) -> tuple[Any, dict[str, Any]]:
    """A signature of some outputs and values for them."""
    kinds = [(str, text), *typed]
    chosen = draw(st.lists(st.tuples(names, st.sampled_from(kinds)), min_size=1, max_size=4, unique_by=lambda f: f[0]))
    fields: dict[str, Any] = {name: (type_, weft.OutputField()) for name, (type_, _) in chosen}
    values = {name: draw(strategy) for name, (_, strategy) in chosen}
    return weft.Signature({"the_input": weft.InputField(), **fields}), values


def read_back(adapter: SectionAdapter, signature: Any, values: dict[str, Any]) -> dict[str, Any]:
    return adapter.parse(signature, Completion(adapter.write(signature, values)))


def assert_same(found: dict[str, Any], values: dict[str, Any]) -> None:
    assert found == values
    assert [type(value) for value in found.values()] == [type(value) for value in values.values()]


@settings(max_examples=50)
@given(signatures(texts))
def test_json_reads_what_it_writes(case: tuple[Any, dict[str, Any]]) -> None:
    assert_same(read_back(JSONAdapter(), *case), case[1])


@settings(max_examples=50)
@given(signatures(chat_text))
def test_chat_reads_what_it_writes(case: tuple[Any, dict[str, Any]]) -> None:
    assert_same(read_back(ChatAdapter(), *case), case[1])


@given(texts)
def test_chat_drops_white_space_around_a_text_and_nothing_else(text: str) -> None:
    assert read_back(ChatAdapter(), weft.Signature("q -> a"), {"a": text}) == {"a": text.strip()}


@pytest.mark.parametrize(
    "text", ["two\n\nparagraphs", "ünï¢ödé 🧵 \u2028 中文", "``` code ```", '{"a": 1}', "a -> b", ""]
)
@pytest.mark.parametrize("adapter", ["chat", "json"])
def test_a_whole_call_carries_text_both_ways(adapter: str, text: str) -> None:
    def echo(request: weft.Request) -> dict[str, str]:
        return {"echo": request.messages[-1].text.removeprefix("[[ ## text ## ]]\n")}

    predict = weft.Predict("text -> echo", adapter=adapter, lm=weft.LM("scripted/x", answers=echo))
    assert predict(text=text).echo == text


@given(st.text().filter(lambda text: text.strip().casefold() not in {"", "none", "null", "n/a"}))
def test_optional_text_is_text(text: str) -> None:
    signature = weft.Signature("q -> a: str | None")
    assert read_back(JSONAdapter(), signature, {"a": text}) == {"a": text}
    assert read_back(JSONAdapter(), signature, {"a": None}) == {"a": None}
    assert read_back(ChatAdapter(), signature, {"a": None}) == {"a": None}


@given(st.lists(chat_text, min_size=2, max_size=3))
def test_chat_keeps_texts_apart_that_hold_each_others_markers(values: list[str]) -> None:
    signature = weft.Signature("q -> a, b, completed" if len(values) == 3 else "q -> a, b")
    outputs = dict(zip(signature.output_fields, values, strict=True))
    assert read_back(ChatAdapter(), signature, outputs) == outputs
