"""Tools: what a function says of itself, and what is refused before it runs."""

from __future__ import annotations

import asyncio
import threading
from dataclasses import dataclass
from datetime import date
from enum import Enum
from functools import partial
from typing import Annotated, Any, Literal

import pytest
from pydantic import BaseModel, Field

import weft
from weft.errors import InputError, OptionError, ToolError


class Unit(Enum):
    KM = "km"
    MILE = "mile"


class Place(BaseModel):
    name: str
    zip: str = ""


@dataclass
class Span:
    begin: date
    end: date | None = None


def search(
    query: Annotated[str, Field(min_length=2)],
    limit: int = 3,
    *,
    unit: Unit = Unit.KM,
    order: Literal["near", "far"] = "near",
    place: Place | None = None,
    span: Span | None = None,
) -> list[Any]:
    """Find documents.

    Args:
        query: what to look for,
            in a few words.
        limit (int): most results.
    """
    return [query, limit, unit, order, place, span]


TOOL = weft.Tool(search)


def test_a_tool_says_what_its_function_says() -> None:
    assert (TOOL.name, TOOL.desc) == ("search", "Find documents.")
    assert TOOL.spec == weft.ToolSpec("search", "Find documents.", TOOL.parameters)
    properties = TOOL.parameters["properties"]
    assert list(properties) == ["query", "limit", "unit", "order", "place", "span"]
    assert properties["query"] == {
        "type": "string",
        "minLength": 2,
        "description": "what to look for, in a few words.",
    }
    assert properties["limit"] == {"type": "integer", "default": 3, "description": "most results."}
    assert properties["order"]["enum"] == ["near", "far"]
    assert TOOL.parameters["required"] == ["query"]
    assert TOOL.parameters["additionalProperties"] is False
    assert set(TOOL.parameters["$defs"]) == {"Place", "Span", "Unit"}


def test_a_call_is_checked_and_typed() -> None:
    place = Place(name="Paris", zip="75001")
    assert TOOL("cats", place=place) == ["cats", 3, Unit.KM, "near", place, None]
    given: Any = {"limit": "4", "unit": "mile", "place": {"name": "Paris"}, "span": {"begin": "2024-05-01"}}
    assert TOOL(query="cats", **given) == [
        "cats",
        4,
        Unit.MILE,
        "near",
        Place(name="Paris"),
        Span(date(2024, 5, 1)),
    ]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({}, "'query' is missing"),
        ({"query": "c"}, "'query': string should have at least 2 characters"),
        ({"query": "cats", "limit": "many"}, "'limit': input should be a valid integer"),
        ({"query": "cats", "limt": 3}, r"there is no argument 'limt' \(did you mean 'limit'\?\)"),
        ({"query": "cats", "order": "odd"}, "'order': input should be 'near' or 'far'"),
        ({"query": "cats", "place": {}}, "'place.name' is missing"),
        ({"query": "", "limit": "x", "order": "y"}, "'query': .*; 'limit': .*; 'order': "),
    ],
)
def test_what_does_not_fit_is_refused_before_the_function_runs(arguments: Any, message: str) -> None:
    with pytest.raises(InputError, match=f"The arguments of the tool 'search' do not fit: {message}"):
        TOOL(**arguments)


def test_only_so_many_problems_are_listed() -> None:
    with pytest.raises(InputError, match=r"'a6'.*'e6'.*; and 2 more\."):
        TOOL(query="cats", **{f"{letter}6": 1 for letter in "abcdefg"})


def test_a_default_may_be_anything() -> None:
    default = object()

    def show(value: Any = default) -> bool:
        return value is default

    tool = weft.Tool(show)
    assert tool.parameters["properties"] == {"value": {}}
    assert tool()


def test_positions_are_names() -> None:
    with pytest.raises(InputError, match="takes 2 arguments by position, not 3"):
        TOOL("cats", 3, "km")  # type: ignore[misc,call-arg]
    with pytest.raises(InputError, match="was given 'query' twice"):
        TOOL("cats", query="dogs")  # type: ignore[misc]


def test_sync_and_async_functions_either_way() -> None:
    async def later(text: str) -> str:
        await asyncio.sleep(0)
        return text.upper()

    def now(text: str) -> str:
        return f"{text} {threading.current_thread().name}"

    async def main() -> tuple[str, str]:
        return await weft.Tool(later).acall("a"), await weft.Tool(now).acall(text="b")

    assert asyncio.run(main()) == ("A", "b weft-worker")
    assert weft.Tool(later)("a") == "A"
    assert weft.Tool(now)("b") == "b weft-worker"


class Shop:
    """A shop."""

    def __init__(self, goods: dict[str, int]) -> None:
        self.goods = goods

    def price(self, name: str) -> int:
        """Say what something costs."""
        return self.goods[name]

    def __call__(self, name: str, *, count: int = 1) -> int:
        return self.goods[name] * count


def test_methods_objects_and_partials_are_functions_too() -> None:
    shop = Shop({"pen": 2})
    price = weft.Tool(shop.price)
    assert (price.name, price.desc, price("pen")) == ("price", "Say what something costs.", 2)
    total = weft.Tool(shop, name="total")
    assert (total.desc, total("pen", count=3)) == ("A shop.", 6)
    pens = weft.Tool(partial(shop.price, name="pen"))
    assert (pens.name, pens()) == ("price", 2)
    assert pens.parameters["properties"]["name"] == {"default": "pen", "type": "string"}
    assert weft.Tool(Span).parameters["properties"]["begin"] == {"type": "string", "format": "date"}
    place = weft.Tool(Place, name="place", desc="A place.")
    assert place(name="Oslo") == Place(name="Oslo")


def test_names_that_pydantic_or_weft_use_are_free() -> None:
    def odd(self: int, schema: int, name: int, _hidden: int, /, model_x: int, *, desc: int, **rest: int) -> list[int]:
        return [self, schema, name, _hidden, model_x, desc, *rest.values()]

    tool = weft.Tool(odd)
    assert tool.parameters["additionalProperties"] == {"type": "integer"}
    arguments = '{"self": 1, "schema": 2, "name": 3, "_hidden": 4, "model_x": 5, "desc": 6, "more": "7"}'
    assert asyncio.run(tool.run(arguments)).text == "[1, 2, 3, 4, 5, 6, 7]"


def test_anything_is_taken_where_nothing_is_said() -> None:
    def free(a, b=None, **rest):  # type: ignore[no-untyped-def]
        return [a, b, rest]

    tool: weft.Tool[..., Any] = weft.Tool(free)
    assert tool.parameters["properties"]["a"] == {}
    assert tool(a={"x": [1]}, c=3) == [{"x": [1]}, None, {"c": 3}]


def test_what_cannot_be_a_tool() -> None:
    def many(*texts: str) -> None: ...
    def odd(value: asyncio.Event) -> None: ...

    unknown: dict[str, Any] = {}
    exec("def unknown(value: 'Nowhere') -> None: ...", unknown)
    for function, message in [
        (many, r"'many' cannot be a tool: a model gives every argument a name, and \*texts have none"),
        (odd, "'odd' cannot be a tool: Unable to generate pydantic-core schema for .*Event"),
        (unknown["unknown"], "Unknown type 'Nowhere' in 'unknown'; its types must be at module level"),
        (lambda x: x, r"'<lambda>' cannot name a tool.*Tool\(function, name=…\)"),
        (3, "The tool 'int' needs a function"),
        (None, "A tool is made of a function, or of name=… and parameters=…"),
        (TOOL, r"'Tool' is a Tool already; use \.changed\(…\)"),
    ]:
        with pytest.raises(ToolError, match=message):
            weft.Tool(function)
    with pytest.raises(ToolError, match="timeout of the tool 'search' must be a number of seconds above 0, not 0"):
        weft.Tool(search, timeout=0)
    with pytest.raises(ToolError, match="max_characters of the tool 'search' must be at least 1"):
        weft.Tool(search, max_characters=0)
    with pytest.raises(OptionError, match=r"Tool has no option 'nam'\. Did you mean 'name'"):
        weft.Tool(search, nam="x")  # type: ignore[call-overload]


def test_a_changed_tool_is_another_one() -> None:
    changed = TOOL.changed(desc="Find cats.", name="cats")
    assert (changed.spec.description, changed.name, TOOL.desc) == ("Find cats.", "cats", "Find documents.")
    assert changed("tom") == TOOL("tom")
    with pytest.raises(OptionError, match="Did you mean 'desc'"):
        TOOL.changed(descr="x")
    with pytest.raises(ToolError, match=r"A Tool is immutable; use \.changed\(desc=…\)"):
        TOOL.desc = "x"


def test_a_schema_of_somebody_else_is_what_the_model_sees_and_what_is_checked() -> None:
    def serve(**arguments: Any) -> Any:
        return arguments

    schema = {"properties": {"a": {"type": "integer"}, "b": {"enum": [1, 2]}}, "required": ["a"]}
    tool = weft.Tool(serve, name="serve", desc="Served.", parameters=schema)
    assert tool.spec == weft.ToolSpec("serve", "Served.", {"type": "object", **schema})
    assert tool(a=3, c="more") == {"a": 3, "c": "more"}
    with pytest.raises(InputError, match="'a' must be of type integer; 'b' must be one of 1, 2"):
        tool(a="x", b=3)


def test_a_tool_without_a_function_can_be_told_and_not_run() -> None:
    tool = weft.Tool(name="ask_user", desc="Ask.", parameters={"properties": {"text": {"type": "string"}}})
    assert not tool.runs
    with pytest.raises(ToolError, match="'ask_user' has no function: whoever offers it must carry out its calls"):
        tool(text="?")
