"""From a model's text to typed values: what is forgiven, what is refused, and what the prompt says about it."""

from __future__ import annotations

import dataclasses
import datetime as dt
import decimal
import enum
import uuid
from typing import Annotated, Any, Literal

import pytest
from pydantic import AfterValidator, BaseModel, Field
from typing_extensions import TypedDict

import weft
from weft.adapter import ChatAdapter, JSONAdapter
from weft.errors import ParseError
from weft.lm.records import Completion


class Colour(enum.Enum):
    RED = "red"
    BLUE = "blue"


class Level(enum.IntEnum):
    LOW = 1
    HIGH = 2


class Point(BaseModel):
    x: int
    y: int = 0


class Shape(BaseModel):
    name: str
    points: list[Point]
    colour: Colour | None = None


@dataclasses.dataclass
class Size:
    width: int
    height: int


class Tag(TypedDict):
    key: str
    weight: float


def even(value: int) -> int:
    if value % 2:
        raise ValueError("must be even")
    return value


Even = Annotated[int, AfterValidator(even)]


def signature(type_: Any, **options: Any) -> Any:
    return weft.Signature({"q": weft.InputField(), "a": (type_, weft.OutputField(**options))})


def chat(type_: Any, text: str, **options: Any) -> Any:
    answer = f"[[ ## a ## ]]\n{text}\n\n[[ ## completed ## ]]"
    return ChatAdapter().parse(signature(type_, **options), Completion(answer))["a"]


def json(type_: Any, text: str, **options: Any) -> Any:
    return JSONAdapter().parse(signature(type_, **options), Completion(f'{{"a": {text}}}'))["a"]


@pytest.mark.parametrize(
    ("type_", "text", "value"),
    [
        (str, "Two words.", "Two words."),
        (str, "3", "3"),
        (int, "3", 3),
        (int, " 3.0 ", 3),
        (float, "2.5", 2.5),
        (float, "1e3", 1000.0),
        (bool, "Yes.", True),
        (bool, "no", False),
        (bool, "true", True),
        (int | None, "null", None),
        (int | None, "N/A", None),
        (int | None, "4", 4),
        (str | None, "None", None),
        (str | None, "12", "12"),
        (Literal["yes", "no"], "YES", "yes"),
        (Literal["yes", "no"], "'no'.", "no"),
        (Literal["yes.", "yes"], "yes.", "yes."),
        (Literal["a", "A"], "A", "A"),
        (Literal["a", "A"], "a", "a"),
        (Literal[1, 2], "2", 2),
        (Literal[True, "maybe"], "true", True),
        (Literal["none", "some"] | None, "none", "none"),
        (Literal["x", "y"] | None, "none", None),
        (Literal["x", "y"] | int, "7", 7),
        (Colour, "red", Colour.RED),
        (Colour, "BLUE", Colour.BLUE),
        (Colour, '"Red"', Colour.RED),
        (Colour | None, "blue", Colour.BLUE),
        (Level, "2", Level.HIGH),
        (Level, "low", Level.LOW),
        (dt.date, "2024-02-29", dt.date(2024, 2, 29)),
        (dt.date, '"2024-02-29"', dt.date(2024, 2, 29)),
        (decimal.Decimal, "0.10", decimal.Decimal("0.10")),
        (list[str], '["a", "b"]', ["a", "b"]),
        (list[str], "['a', 'b']", ["a", "b"]),
        (list[Colour], '["red"]', [Colour.RED]),
        (dict[str, int], '```json\n{"a": 1}\n```', {"a": 1}),
        (tuple[int, str], '[1, "x"]', (1, "x")),
        (set[int], "[1, 2, 2]", {1, 2}),
        (Point, '{"x": 1}', Point(x=1)),
        (Shape, '{"name": "s", "points": [{"x": 1, "y": 2}]}', Shape(name="s", points=[Point(x=1, y=2)])),
        (Size, '{"width": 1, "height": 2}', Size(1, 2)),
        (list[Size], '[{"width": 1, "height": 2}]', [Size(1, 2)]),
        (Tag, '{"key": "k", "weight": 0.5}', {"key": "k", "weight": 0.5}),
        (Point | None, "null", None),
        (Even, "4", 4),
        (Any, "free", "free"),
        (int, "1,234", 1234),
        (int, "**42**", 42),
        (int, "The answer is 42.", 42),
        (int, "x = 3", 3),
        (int, "42 (forty-two)", 42),
        (int, "4 - good", 4),
        (int, "We add 2 and 2.\n4", 4),
        (int, "2 102 650", 2102650),
        (int, "−5", -5),
        (float, "$1,234.50", 1234.5),
        (float, ".5", 0.5),
        (decimal.Decimal, "€ 0.10", decimal.Decimal("0.10")),
        (bool, "Yes, because it did not rain", True),
        (bool, "The claim is false.", False),
        (bool | None, "unknown", None),
        (Literal["yes", "no"], "Yes.\nIt rained.", "yes"),
        (Literal["good", "very good"], "It is very good!", "very good"),
        (Literal["A", "B"], "(B)", "B"),
        (Literal["A", "B"], "Option B", "B"),
        (Literal[1, 2], "Rating: 2", 2),
        (Literal[1, 2], "2.0", 2),
        (Literal["on_hold", "done"], "On hold", "on_hold"),
        (Colour, "Colour.RED", Colour.RED),
        (list[Colour], '["RED"]', [Colour.RED]),
        (dt.date, "5 March 2024", dt.date(2024, 3, 5)),
        (dt.date, "Mon, Mar. 4th, 2024", dt.date(2024, 3, 4)),
        (dt.date, "25/12/2024", dt.date(2024, 12, 25)),
        (dt.date, "5.3.2024", dt.date(2024, 3, 5)),
        (dt.date, "20240305", dt.date(2024, 3, 5)),
        (dt.datetime, "March 5, 2024 2:30 PM", dt.datetime(2024, 3, 5, 14, 30)),
        (dt.datetime, "2024-03-05 14:00 UTC", dt.datetime(2024, 3, 5, 14, tzinfo=dt.UTC)),
        (dt.time, "12:05 am", dt.time(0, 5)),
        (dt.time, "14:30", dt.time(14, 30)),
        (uuid.UUID, "{12345678-1234-5678-1234-567812345678}", uuid.UUID("12345678-1234-5678-1234-567812345678")),
        (list[str], "- a\n- b", ["a", "b"]),
        (list[str], "1) a\n   more\n2) b", ["a\nmore", "b"]),
        (list[str], "a; b, c", ["a", "b, c"]),
        (list[str], "a, b, and c", ["a", "b", "c"]),
        (list[str], "none", []),
        (list[str], "apple", ["apple"]),
        (list[str], 'Tags: ["x", "y"]', ["x", "y"]),
        (list[int], "1, 2", [1, 2]),
        (tuple[int, str], "(1, 'x')", (1, "x")),
        (list[Point], '{"x": 1}', [Point(x=1)]),
        (list[Point], '{"items": [{"x": 1}]}', [Point(x=1)]),
        (list[Point], '"[{\\"x\\": 1}]"', [Point(x=1)]),
        (Point, '[{"x": "1,000", "Y": 2}]', Point(x=1000, y=2)),
        (Point, "x: 1\ny: 2", Point(x=1, y=2)),
        (Point, "Point(x=1, y=2)", Point(x=1, y=2)),
        (Point, 'The point: {"x": 1}. See [1].', Point(x=1)),
        (Shape, "{name: 's', points: [], colour: 'RED'}", Shape(name="s", points=[], colour=Colour.RED)),
        (Size, '{"Width": "1", "HEIGHT": 2}', Size(1, 2)),
        (Tag, "{'key': 7, 'weight': '$1.50'}", {"key": "7", "weight": 1.5}),
        (dict[str, int], "a: 1\nb: 2", {"a": 1, "b": 2}),
        (dict[str, list[int]], '{"a": "1, 2"}', {"a": [1, 2]}),
        (Point | Shape, '{"name": "s", "points": []}', Shape(name="s", points=[])),
    ],
)
def test_text_is_read_as_the_declared_type(type_: Any, text: str, value: Any) -> None:
    found = chat(type_, text)
    assert found == value
    assert type(found) is type(value)


@pytest.mark.parametrize(
    ("type_", "text", "value"),
    [
        (str, '"  as it is \\n"', "  as it is \n"),
        (str, "3", "3"),
        (str, "true", "true"),
        (str, '["a", 1]', '["a", 1]'),
        (bool, '"yes"', True),
        (int, '"3"', 3),
        (Literal["yes", "no"], '"Yes"', "yes"),
        (Literal[1, "1"], "1", 1),
        (Literal[1, "1"], '"1"', "1"),
        (Level, "2", Level.HIGH),
        (int | None, "null", None),
        (str | None, '" x "', " x "),
        (list[Point], '[{"x": 1}]', [Point(x=1)]),
        (list[int], '"[1, 2]"', [1, 2]),
    ],
)
def test_json_is_read_as_the_declared_type(type_: Any, text: str, value: Any) -> None:
    found = json(type_, text)
    assert found == value
    assert type(found) is type(value)


def test_white_space_that_json_carries_is_kept_in_constrained_text_too() -> None:
    assert json(str, '" x "', max_length=3) == " x "


@pytest.mark.parametrize(
    ("read", "type_", "text", "options", "message"),
    [
        (chat, int, "three", {}, "The field 'a' must be int: input should be a valid integer"),
        (chat, bool, "perhaps", {}, "The field 'a' must be bool"),
        (chat, Literal["yes", "no"], "perhaps", {}, "The field 'a' must be one of 'yes', 'no'."),
        (chat, Colour, "green", {}, "The field 'a' must be one of 'red', 'blue'."),
        (chat, Literal["a", "b"], "A or b", {}, "must be one of 'a', 'b'."),
        (chat, Shape, '{"name": "s", "points": [{"x": "one"}]}', {}, "points.0.x: input should be a valid integer"),
        (chat, list[int], "[1, two]", {}, "must be list[int]: 1: input should be a valid integer"),
        (chat, Even, "3", {}, "must be even"),
        (chat, int, "9", {"ge": 1, "le": 5}, "less than or equal to 5"),
        (chat, str, "long text", {"max_length": 4}, "at most 4 characters"),
        (chat, str, "abc", {"pattern": "^[0-9]+$"}, "match pattern"),
        (chat, list[int], "[]", {"min_length": 1}, "at least 1 item"),
        (chat, Annotated[int, Field(lt=3)], "3", {}, "less than 3"),
        (json, str, "null", {}, "The field 'a' must be str, not null."),
        (json, int, '{"x": 1}', {}, "The field 'a' must be int"),
        (json, int, "true", {}, "must be a number, not true."),
        (json, int, "3.7", {}, "valid integer"),
        (json, float, '"85%"', {}, "'85%' may mean the number before the sign or a hundredth of it."),
        (chat, int, "about 5", {}, "valid integer"),
        (chat, int, "5 million", {}, "valid integer"),
        (chat, int, "- 3", {}, "valid integer"),
        (chat, int, "It is not 42", {}, "valid integer"),
        (chat, int, "3\nor\n4", {}, "the answer gives 3 and 4."),
        (chat, float, "1,5", {}, "valid number"),
        (chat, bool, "It is not true", {}, "a word that may deny it."),
        (chat, bool, "Yes and no", {}, "must be bool"),
        (chat, Literal["yes", "no"], "Yes, there is no doubt", {}, "The answer names several of them."),
        (chat, Literal["good", "bad"], "good, not bad", {}, "The answer names several of them."),
        (chat, Literal["good", "bad"], "hardly good but never bad", {}, "names several"),
        (chat, Literal["good", "bad"], "not good", {}, "a word that may deny it."),
        (chat, Literal["A", "B"], "A dog", {}, "must be one of 'A', 'B'."),
        (chat, dt.date, "03/04/2024", {}, "in '03/04/2024' either number may be the month."),
        (chat, dt.date, "Feb 30, 2024", {}, "must be date"),
        (chat, dt.datetime, "2024", {}, "must be a datetime, not the number 2024."),
        (json, dt.datetime | None, "2024", {}, "must be a datetime, not the number 2024."),
        (json, list[dt.datetime], "[2024]", {}, "must be a datetime, not the number 2024."),
        (json, dt.time, "1430", {}, "must be a time, not the number 1430."),
        (chat, list[str], "a, b and c", {}, "'b and c' may be one entry or two."),
        (chat, list[int], "1,234", {}, "'1,234' may be one number or several."),
        (chat, list[str], "I think so, and I hope, for the best of all.", {}, "must be list[str]"),
        (chat, list[str], "- a\n  - b", {}, "must be list[str]"),
        (chat, list[int], "[1]\n[2]", {}, "must be list[int]"),
        (chat, list[int], "[1, 2", {}, "must be list[int]"),
        (json, list[str], '"a, b, c"', {"max_length": 2}, "at most 2 items"),
    ],
)
def test_what_does_not_fit_is_a_parse_error(
    read: Any, type_: Any, text: str, options: dict[str, Any], message: str
) -> None:
    with pytest.raises(ParseError) as caught:
        read(type_, text, **options)
    assert message in caught.value.problem
    assert text in caught.value.raw


@pytest.mark.parametrize(
    ("type_", "options", "says"),
    [
        (str, {}, "- `a` (str)"),
        (str, {"desc": "in short"}, "- `a` (str): in short"),
        (int, {"ge": 1, "le": 5}, "- `a` (int): must be a whole number, at least 1, at most 5"),
        (Annotated[int, Field(ge=1)], {}, "- `a` (int): must be a whole number, at least 1"),
        (float, {"multiple_of": 0.5}, "must be a number, a multiple of 0.5"),
        (str, {"max_length": 9, "pattern": "^a"}, "at most 9 long, matching the pattern ^a"),
        (bool | None, {}, "- `a` (bool | None): must be true or false or null"),
        (Literal["yes", "no"], {}, "- `a` (str): must be one of: yes; no"),
        (Colour, {}, "- `a` (str): must be one of: red; blue"),
        (list[int], {}, 'must be JSON for the schema {"items": {"type": "integer"}, "type": "array"}'),
    ],
)
def test_types_and_constraints_are_stated_in_the_prompt(type_: Any, options: dict[str, Any], says: str) -> None:
    prompt = weft.Predict(signature(type_, **options), lm=weft.LM("scripted/x")).render(q="?").messages[0].text
    assert says in prompt


def test_an_answer_left_out() -> None:
    read = ChatAdapter().parse
    assert read(signature(int | None), Completion("[[ ## b ## ]]\n1")) == {"a": None}
    assert read(signature(int, default=7), Completion("[[ ## b ## ]]\n1")) == {"a": 7}
    with pytest.raises(ParseError, match="lacks the field 'a'"):
        read(signature(int), Completion("[[ ## b ## ]]\n1"))
