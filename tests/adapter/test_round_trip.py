"""The law of an adapter: what it writes it reads back.

``json``, ``xml`` and the other forms that are JSON carry every value exactly. ``chat`` carries text as it stands
between its markers, so white space around a text is not part of it, and in a field that may also be something else than
text, text that spells that other value (``null`` for ``str | None``) is read as that. A line that looks like a marker
is written with a backslash before it.
"""

from __future__ import annotations

import datetime as dt
import decimal
import enum
import re
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import BaseModel

import weft
from weft.adapter import ChatAdapter, JSONAdapter, partial_value
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


def template(read: str) -> weft.Adapter:
    return weft.TemplateAdapter(messages=[("system", "{instructions}"), ("user", "{inputs}\n\n{form}")], read=read)


class Form(NamedTuple):
    """An adapter, what the model can do, and the texts that it carries unchanged."""

    adapter: weft.Adapter
    text: st.SearchStrategy[str]
    abilities: weft.Capabilities = weft.Capabilities()

    def request(self, signature: Any, values: dict[str, Any]) -> weft.Request:
        prompt = weft.Prompt(signature, [{"the_input": "one", **values}])
        return self.adapter.render(prompt, {"the_input": "another"}, self.abilities)

    def answer(self, signature: Any, values: dict[str, Any]) -> Completion:
        """Return the answer that a demonstration shows."""
        turns = self.request(signature, values).messages
        if not self.abilities.tools:
            return Completion(next(turn.text for turn in turns if turn.role == "assistant"))
        arguments = turns[0].parts[-1].text.partition("Arguments of `answer`: ")[2]
        return Completion("", "tool_calls", (weft.ToolCall("1", "answer", arguments),))


labelled_text = chat_text.filter(lambda text: not re.search(r"^\w+:", text, re.MULTILINE))
FORMS = {
    "chat": Form(weft.Adapter("chat"), chat_text),
    "json": Form(weft.Adapter("json"), texts),
    "xml": Form(weft.Adapter("xml"), texts),
    "compact": Form(weft.Adapter("compact"), texts),
    "two-step": Form(weft.Adapter("two-step"), labelled_text),
    "template, chat": Form(template("chat"), chat_text),
    "template, json": Form(template("json"), texts),
    "template, xml": Form(template("xml"), texts),
    "auto": Form(weft.Adapter("auto"), chat_text),
    "auto, schema": Form(weft.Adapter("auto"), chat_text, weft.Capabilities(response_schema=True)),
    "auto, tool": Form(weft.Adapter("auto"), texts, weft.Capabilities(tools=True)),
}


@pytest.mark.parametrize("name", list(FORMS))
def test_an_adapter_reads_what_its_demonstrations_show(name: str) -> None:
    form = FORMS[name]

    @settings(max_examples=40)
    @given(signatures(form.text))
    def check(case: tuple[Any, dict[str, Any]]) -> None:
        signature, values = case
        if form.abilities.tools and not form.request(signature, values).tools:
            return  # a single text, which is asked for in a section
        answer = form.answer(signature, values)
        assert_same(form.adapter.parse(signature, answer), values)
        if answer.text:
            stream = form.adapter.stream_parser(signature)
            deltas = [delta for character in answer.text for delta in stream.feed(character)] + list(stream.finish())
            for field in signature.output_fields.values():
                text = "".join(delta.text for delta in deltas if delta.field == field.name)
                assert partial_value(field, text, last=True) == values[field.name]
        again = form.request(signature.with_instructions(signature.instructions), values)
        assert form.request(signature, values).key() == again.key()

    check()


@given(texts)
def test_chat_drops_white_space_around_a_text_and_nothing_else(text: str) -> None:
    assert read_back(ChatAdapter(), weft.Signature("q -> a"), {"a": text}) == {"a": text.strip()}


@pytest.mark.parametrize(
    "text", ["two\n\nparagraphs", "ünï¢ödé 🧵 \u2028 中文", "``` code ```", '{"a": 1}', "a -> b", ""]
)
@pytest.mark.parametrize("adapter", ["chat", "json", "xml", "auto"])
def test_a_whole_call_carries_text_both_ways(adapter: str, text: str) -> None:
    def echo(request: weft.Request) -> dict[str, str]:
        given = request.messages[-1].text
        return {"echo": given.removeprefix("[[ ## text ## ]]\n").removeprefix("<text>\n").removesuffix("\n</text>")}

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
