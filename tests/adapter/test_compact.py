"""Types in a few words instead of a JSON schema."""

from __future__ import annotations

import datetime as dt  # noqa: TC003 - the signature reads its annotations
from enum import Enum
from typing import Any, Literal

import pytest
from pydantic import BaseModel, Field

import weft
from weft.lm.records import Completion


class Size(Enum):
    S = "small"
    L = "large"


class Item(BaseModel):
    """What is ordered."""

    name: str = Field(description="as on\nthe bill")
    count: int = Field(ge=1, default=1)
    parts: list[Item] = []


class Order(weft.Signature):
    """Read the order."""

    mail: str = weft.InputField("what was written")
    item: Item = weft.OutputField("the first one")
    size: Size | None = weft.OutputField()
    tags: list[Literal["gift", "fast"]] = weft.OutputField(max_length=3)
    extra: dict[str, int] = weft.OutputField()
    pair: tuple[int, str] = weft.OutputField()
    when: dt.date = weft.OutputField()


def test_the_shape_says_names_types_and_descriptions() -> None:
    (message, _) = weft.Predict(Order, adapter="compact", lm=weft.LM("scripted/x")).render(mail="?").messages
    assert (
        message.text
        == '''Read the order.

Inputs:
- `mail`: what was written

Outputs: `item`, `size`, `tags`, `extra`, `pair`, `when`

Answer with a JSON object of this shape, without the comments:

{
  "item": Item, // the first one
  "size": Size | null,
  "tags": ("gift" | "fast")[], // at most 3 long
  "extra": map<string, integer>,
  "pair": [integer, string],
  "when": string (date),
}

The types in it:

Item = {
  "name": string, // as on the bill
  "count": integer, // at least 1
  "parts": Item[],
} // What is ordered.

Size = "small" | "large"'''
    )


def test_it_is_much_shorter_than_the_schema_and_sends_none() -> None:
    lm = weft.LM("scripted/x", response_schema=True)
    requests = [weft.Predict(Order, adapter=name, lm=lm).render(mail="?") for name in ("json", "compact")]
    long, short = (len(request.messages[0].text) for request in requests)
    assert short < long / 2
    assert [request.response_schema for request in requests] == [None, None]
    assert weft.Predict("q -> a: int", adapter="compact", lm=lm).render(q="?").response_schema is None


@pytest.mark.parametrize(
    "text", ['{"name": "nail", "count": 2}', "{name: 'nail', count: 2}", '```\n{name: "nail", count: 2}\n```']
)
def test_answers_in_the_likeness_of_the_shape_are_read(text: str) -> None:
    found: Any = weft.CompactAdapter().parse(weft.Signature("q -> name, count: int"), Completion(text))
    assert found == {"name": "nail", "count": 2}
