"""Declaring a signature: class, string and dict form say the same, and what is wrong is said at once."""

from __future__ import annotations

import datetime as dt
import enum
import sys
import typing
from typing import Annotated, Any, Literal

import pytest
from pydantic import BaseModel, Field

import weft
from weft.errors import OptionError, SignatureError


class Colour(enum.Enum):
    RED = "red"
    BLUE = "blue"


class Item(BaseModel):
    name: str


class Triage(weft.Signature):
    """Say how urgent the ticket is.

    Be strict.
    """

    ticket: str = weft.InputField("what the customer wrote")
    urgency: int = weft.OutputField(ge=1, le=5)
    labels: list[Colour] = weft.OutputField()


def test_class_form() -> None:
    assert Triage.instructions == "Say how urgent the ticket is.\n\nBe strict."
    assert list(Triage.input_fields) == ["ticket"]
    assert list(Triage.output_fields) == ["urgency", "labels"]
    assert Triage.fields["ticket"].desc == "what the customer wrote"
    assert Triage.fields["labels"].type == list[Colour]
    assert Triage.spec == "ticket: str -> urgency: int, labels: list[Colour]"


def test_string_form() -> None:
    signature = weft.Signature("ctx: list[str], q -> answer: Literal['yes', 'no'], score: float | None", "Judge it.")
    assert signature.instructions == "Judge it."
    assert {name: field.type for name, field in signature.input_fields.items()} == {"ctx": list[str], "q": str}
    assert signature.fields["answer"].type == Literal["yes", "no"]
    assert signature.fields["score"].type == float | None


def test_dict_form() -> None:
    signature = weft.Signature({"q": weft.InputField("asked"), "n": (int, weft.OutputField(ge=0))}, name="Counted")
    assert signature.__name__ == "Counted"
    assert signature.spec == "q: str -> n: int"
    assert signature.fields["q"].desc == "asked"
    assert dict(signature.fields["n"].constraints) == {"ge": 0}


def test_instructions_left_out_are_made_from_the_names() -> None:
    assert weft.Signature("a, b -> c").instructions == "Given `a`, `b`, give `c`."


@pytest.mark.parametrize(
    ("spec", "type_"),
    [
        ("q -> a: dict[str, list[int]]", dict[str, list[int]]),
        ("q -> a: tuple[int, ...]", tuple[int, ...]),
        ("q -> a: Optional[int]", int | None),
        ("q -> a: typing.Union[int, str]", int | str),
        ("q -> a: 'list[int]'", list[int]),
        ("q -> a: Literal['it\\'s -> here', 3, None]", Literal["it's -> here", 3, None]),
        ("q -> a: Literal[-1, 'a, b']", Literal[-1, "a, b"]),
        ("q->a:int", int),
        ("q,\n    p\n-> a: int,", int),
    ],
)
def test_types_in_strings(spec: str, type_: Any) -> None:
    assert weft.Signature(spec).output_fields["a"].type == type_


def test_types_by_name_from_a_mapping_or_a_module() -> None:
    spec = "at: datetime.date, c: Colour -> items: list[Item]"
    from_mapping = weft.Signature(spec, types={"Colour": Colour, "Item": Item, "datetime": dt})
    assert from_mapping.fields["items"].type == list[Item]
    assert from_mapping.fields["at"].type is dt.date
    assert weft.Signature("d: date -> a", types=dt).fields["d"].type is dt.date


def test_local_types_of_a_class_come_from_the_mapping() -> None:
    class Local(enum.Enum):
        A = "a"

    class Uses(weft.Signature, types={"Local": Local}):
        q: str = weft.InputField()
        a: Local = weft.OutputField()

    assert Uses.fields["a"].type is Local
    with pytest.raises(SignatureError, match=r"types={'Local': …}.*Did you mean 'Locale'"):

        class Fails(weft.Signature, types={"Locale": Local}):  # pyright: ignore[reportUnusedClass]
            q: str = weft.InputField()
            a: Local = weft.OutputField()


@pytest.mark.parametrize(
    ("spec", "message"),
    [
        ("question, answer", "exactly one '->'.* has 0"),
        ("a -> b -> c", "has 2"),
        ("-> answer", "has no input field"),
        ("question ->", "has no output field"),
        ("a b -> c", "The input side 'a b' is not a list of 'name' or 'name: type'"),
        ("a, 1 -> c", "is not a list"),
        ("a, a -> c", "is not a list|twice"),
        ("a -> b, a", "names the field 'a' twice"),
        ("a=1 -> c", "sets a default; use the class form"),
        ("*a -> c", r"holds '\*'"),
        ("a, /, b -> c", "mean nothing in a signature"),
        ("class -> c", "is not a list"),
        ("_a -> c", "'_a' cannot name a field"),
        ("a -> c: nosuch", "Unknown type 'nosuch'.*pass it as types="),
        ("a -> c: lst[str]", "Unknown type 'lst'.*Did you mean 'list'"),
        ("a -> c: typing.Lst", "Unknown type 'Lst'.*Did you mean 'List'"),
        ("a -> c: print('x')", "is not a type"),
        ("a -> c: 3", "'3' in the signature .* is not a type"),
        ("a -> c: 'x y'", "is not a type"),
        ("a -> c: int[str]", "takes no such arguments"),
        ("a -> c: Literal[open]", "Literal in the signature .* takes values"),
        ("a -> c): pass #", "is not a list"),
        ("a -> c) -> int: pass #", "is not a list"),
        ("a): pass\ndef f(b -> c", "is not a list|exactly one"),
    ],
)
def test_a_wrong_string_is_refused_with_the_place(spec: str, message: str) -> None:
    with pytest.raises(SignatureError, match=message):
        weft.Signature(spec)


def test_a_string_runs_no_code() -> None:
    with pytest.raises(SignatureError):
        weft.Signature("a -> c: __import__('os').system('true')")
    with pytest.raises(SignatureError):
        weft.Signature("a -> c: (lambda: 1)")


def test_what_a_class_may_not_hold() -> None:
    with pytest.raises(SignatureError, match=r"Stray\.x is 3; a field is declared with InputField"):
        type(weft.Signature)("Stray", (weft.Signature,), {"x": 3})
    with pytest.raises(SignatureError, match=r"'answer' of Bare needs = InputField\(\) or = OutputField"):
        type(weft.Signature)("Bare", (weft.Signature,), {"__annotations__": {"answer": int}})
    with pytest.raises(OptionError, match="Did you mean 'types'"):
        type(weft.Signature)("Odd", (weft.Signature,), {}, typs={})


@pytest.mark.parametrize("value", [3, str, (int, str), weft.InputField])
def test_a_dict_of_something_else_is_refused(value: Any) -> None:
    with pytest.raises(SignatureError, match="The field 'a' must be InputField"):
        weft.Signature({"a": value})


def test_a_signature_is_needed() -> None:
    with pytest.raises(SignatureError, match="not 3"):
        weft.Predict(3)  # type: ignore[call-overload]
    with pytest.raises(SignatureError, match="has no output field"):
        weft.Predict(weft.Signature({"a": weft.InputField()}))
    with pytest.raises(SignatureError, match="is a signature, not a record"):
        Triage("a -> b")


@pytest.mark.parametrize("declare", [weft.InputField, weft.OutputField])
def test_options_of_fields_are_checked(declare: Any) -> None:
    with pytest.raises(OptionError, match=r"has no option 'max_len'. Did you mean 'max_length'"):
        declare(max_len=3)
    with pytest.raises(OptionError, match="a default or a default_factory, not both"):
        declare(default=3, default_factory=list)


def test_a_subclass_adds_fields_and_keeps_instructions() -> None:
    class More(Triage):
        reason: str = weft.OutputField()
        language: str = weft.InputField(default="en")

    assert list(More.fields) == ["ticket", "language", "urgency", "labels", "reason"]
    assert More.instructions == Triage.instructions
    assert issubclass(More, Triage)


def test_notes_of_pydantic_say_what_our_own_options_say() -> None:
    class Noted(weft.Signature):
        q: Annotated[str, Field(description="asked", default="?")] = weft.InputField()
        n: Annotated[int, Field(ge=1, le=9, description="how many")] = weft.OutputField(le=5)

    assert Noted.fields["q"].desc == "asked"
    assert Noted.fields["q"].default_value() == "?"
    assert Noted.fields["n"].type is int
    assert dict(Noted.fields["n"].constraints) == {"ge": 1, "le": 5}


@pytest.mark.parametrize(
    ("type_", "constraint"), [(int, {"pattern": "x"}), (str, {"ge": 1}), (float, {"max_length": 3}), (bool, {"ge": 1})]
)
def test_a_constraint_that_cannot_apply_is_refused(type_: Any, constraint: dict[str, Any]) -> None:
    with pytest.raises(SignatureError, match=f"The field 'n' is {type_.__name__}, to which '{next(iter(constraint))}'"):
        weft.Signature({"q": weft.InputField(), "n": (type_, weft.OutputField(**constraint))})


@pytest.mark.skipif(sys.version_info >= (3, 12), reason="pydantic takes it from 3.12 on")
def test_a_type_pydantic_refuses_is_named_before_any_call() -> None:
    class Half(typing.TypedDict):
        name: str

    predict = weft.Predict(weft.Signature("q -> n: Half", types={"Half": Half}))
    calls: list[Any] = []
    lm = weft.LM("scripted/x", answers=lambda request: calls.append(request) or "3")
    with pytest.raises(SignatureError, match=r"the field 'n' .*typing_extensions\.TypedDict"):
        predict(q="?", lm=lm)
    assert calls == []


def test_equality_is_by_content() -> None:
    assert weft.Signature("a -> b: int").equals(weft.Signature("a -> b: int"))
    assert not weft.Signature("a -> b: int").equals(weft.Signature("a -> b"))
    assert not weft.Signature("a -> b").equals(weft.Signature("a -> b", "Else."))
