"""The answers of the corpus, and the types that their signatures name. Needs pydantic and nothing of weft."""

from __future__ import annotations

import datetime as dt
import enum
import json
import tomllib
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel
from pydantic_core import to_jsonable_python


class Person(BaseModel):
    name: str
    age: int
    email: str | None = None


class Colour(enum.Enum):
    RED = "red"
    LIGHT_BLUE = "light blue"


class Rating(enum.Enum):
    POOR = 1
    GOOD = 2


class Trip(BaseModel):
    starts_on: dt.date
    days_away: int
    mood: Literal["good", "bad"]


TYPES: dict[str, Any] = {
    "Colour": Colour,
    "Decimal": Decimal,
    "Person": Person,
    "Rating": Rating,
    "Trip": Trip,
    "date": dt.date,
    "datetime": dt.datetime,
    "time": dt.time,
}


@dataclass(frozen=True)
class Entry:
    """One answer of a model.

    Attributes:
        kind: the file it stands in.
        id: what is wrong with it.
        signature: what was asked for.
        adapter: in which form it was asked for.
        text: the answer.
        finish_reason: why it ended.
        tool_calls: arguments of native tool calls.
        constraints: constraints by field.
        expected: the values, as JSON; None where it must be refused.
        refused: why it must be refused.
    """

    kind: str
    id: str
    signature: str
    adapter: str
    text: str
    finish_reason: str
    tool_calls: tuple[str, ...]
    constraints: dict[str, dict[str, Any]]
    expected: dict[str, Any] | None
    refused: str

    def is_right(self, values: dict[str, Any]) -> bool:
        """Whether an answer was read as it was meant."""
        return self.expected is not None and to_jsonable_python(values) == self.expected


def entries() -> list[Entry]:
    """Return the corpus."""
    found: list[Entry] = []
    for path in sorted(Path(__file__).parent.glob("*.toml")):
        for one in tomllib.loads(path.read_text(encoding="utf-8"))["answer"]:
            expected = json.loads(one["expected"], strict=False) if "expected" in one else None
            found.append(
                Entry(
                    path.stem,
                    one["id"],
                    one["signature"],
                    one.get("adapter", "chat"),
                    one["text"],
                    one.get("finish_reason", "stop"),
                    tuple(one.get("tool_calls", ())),
                    one.get("constraints", {}),
                    expected,
                    one.get("refused", ""),
                )
            )
    return found
