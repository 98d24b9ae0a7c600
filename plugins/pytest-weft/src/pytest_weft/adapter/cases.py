"""Signatures with answers that every adapter must be able to write and read back."""

from __future__ import annotations

from enum import Enum
from typing import Any, Literal

from pydantic import BaseModel

import weft


class Color(Enum):
    """A choice that is an Enum."""

    RED = "red"
    BLUE = "blue"


class Place(BaseModel):
    """A model inside a model."""

    city: str
    population: int | None = None


class Person(BaseModel):
    """A model with nested values."""

    name: str
    home: Place
    tags: list[str] = []


Level = Literal["low", "high"]

CASES: dict[str, tuple[Any, Any]] = {
    "text": (str, "forty-two"),
    "sentence": (str, "The answer, in short: 'yes'. Isn't it?"),
    "digits as text": (str, "007"),
    "lines": (str, "first line\n\nthird line\n  indented"),
    "unicode": (str, "naïve Ωmega 東京 😀"),
    "quotes and braces": (str, 'he said "a {b} \\ [c] </d> & e: f"'),
    "int": (int, 42),
    "negative int": (int, -7),
    "float": (float, 2.5),
    "true": (bool, True),
    "false": (bool, False),
    "literal": (Level, "high"),
    "enum": (Color, Color.BLUE),
    "list of text": (list[str], ["a", "b, c", 'd "e"']),
    "empty list": (list[str], []),
    "list of int": (list[int], [1, -2, 3]),
    "dict": (dict[str, int], {"a": 1, "b c": 2}),
    "nested model": (Person, Person(name="Ada", home=Place(city="Köln", population=1), tags=["x", "y: z"])),
    "list of models": (list[Place], [Place(city="Rome"), Place(city="Oslo", population=7)]),
    "optional, given": (int | None, 5),
    "optional, none": (int | None, None),
    "optional text": (str | None, "here"),
}


def signature(**outputs: Any) -> type[weft.Signature]:
    """Return a signature with one text input and outputs of these types."""
    fields: dict[str, Any] = {"question": (str, weft.InputField(desc="what is asked"))}
    fields.update({name: (type_, weft.OutputField(desc=f"the {name} wanted")) for name, type_ in outputs.items()})
    return weft.Signature(fields, "Answer the question of the customer.")  # pyright: ignore[reportReturnType, reportCallIssue]


TWO = {"reason": str, "score": int}
TWO_VALUES = {"reason": "The customer was friendly and\nasked politely for a refund.", "score": 4}
