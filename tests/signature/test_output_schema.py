"""The JSON schema of outputs, as strict servers want it."""

from __future__ import annotations

import datetime as dt
import json
from typing import Annotated, Any, Literal

import pytest
from pydantic import BaseModel, Field

import weft
from weft.signature.schema import output_schema


class Cat(BaseModel):
    kind: Literal["cat"] = "cat"
    lives: int = 9


class Dog(BaseModel):
    kind: Literal["dog"] = "dog"
    title: str | None = None


class Tree(BaseModel):
    """A branch."""

    name: str
    parts: list[Tree] = []


def schema_of(**types: Any) -> dict[str, Any]:
    return output_schema(signature(**types)).schema


def signature(**types: Any) -> Any:
    fields = {name: (type_, weft.OutputField(f"the {name}")) for name, type_ in types.items()}
    return weft.Signature({"question": weft.InputField(), **fields})


def objects(schema: Any) -> list[dict[str, Any]]:
    """Return every schema of an object within a schema."""
    if isinstance(schema, list):
        return [found for one in schema for found in objects(one)]
    if not isinstance(schema, dict):
        return []
    own = [schema] if "properties" in schema or schema.get("type") == "object" else []
    return own + [found for one in schema.values() for found in objects(one)]


def test_every_object_is_closed_and_every_property_required() -> None:
    schema = schema_of(pets=list[Cat | Dog], tree=Tree, when=dt.date | None)
    for found in objects(schema):
        assert found["additionalProperties"] is False
        assert found["required"] == list(found["properties"])
    assert schema["required"] == ["pets", "tree", "when"]
    assert "default" not in json.dumps(schema)


def test_alternatives_are_any_of_and_references_stand_alone() -> None:
    pet = Annotated[Cat | Dog, Field(discriminator="kind")]
    schema = schema_of(pet=pet, tree=Tree, other=list[Tree])
    assert "oneOf" not in json.dumps(schema)
    assert "discriminator" not in json.dumps(schema)
    assert schema["properties"]["pet"]["anyOf"] == [{"$ref": "#/$defs/Cat"}, {"$ref": "#/$defs/Dog"}]
    assert schema["properties"]["tree"] == {"anyOf": [{"$ref": "#/$defs/Tree"}], "description": "the tree"}
    assert schema["properties"]["other"]["items"] == {"$ref": "#/$defs/Tree"}


def test_a_property_may_be_called_as_a_keyword() -> None:
    assert list(schema_of(default=str, title=Dog)["properties"]) == ["default", "title"]
    assert list(schema_of(title=Dog)["properties"]["title"]["properties"]) == ["kind", "title"]


def models_of_one_name() -> tuple[type[BaseModel], type[BaseModel]]:
    class Entry(BaseModel):
        title: str

    first = Entry

    class Entry(BaseModel):  # type: ignore[no-redef]
        amount: int
        below: list[Entry] = []

    return first, Entry


def test_two_models_of_one_name_have_a_definition_each() -> None:
    one, other = models_of_one_name()
    fields: dict[str, Any] = {
        "a": (list[one], weft.OutputField()),
        "b": (list[other], weft.OutputField()),
        "c": (list[one], weft.OutputField()),
    }
    schema = output_schema(weft.Signature({"q": weft.InputField(), **fields})).schema
    assert set(schema["$defs"]) == {"Entry", "Entry2"}
    assert schema["properties"]["a"]["items"] == schema["properties"]["c"]["items"] == {"$ref": "#/$defs/Entry"}
    assert schema["properties"]["b"]["items"] == {"$ref": "#/$defs/Entry2"}
    assert list(schema["$defs"]["Entry"]["properties"]) == ["title"]
    assert schema["$defs"]["Entry2"]["properties"]["below"]["items"] == {"$ref": "#/$defs/Entry2"}


@pytest.mark.parametrize(
    ("type_", "is_closed"),
    [
        (int, True),
        (list[Cat], True),
        (tuple[int, str], True),
        (Cat | None, True),
        (dict[str, int], False),
        (list[dict[str, str]], False),
        (Any, False),
        (list[Any], False),
        (list, False),
    ],
)
def test_what_cannot_be_closed_is_said(type_: Any, is_closed: bool) -> None:
    assert output_schema(signature(answer=type_)).is_closed is is_closed


def test_keys_come_in_the_order_of_the_declaration() -> None:
    texts = {json.dumps(schema_of(b=Tree, a=list[Dog], c=Literal["y", "x"])) for _ in range(3)}
    assert len(texts) == 1
    assert list(schema_of(b=int, a=int)["properties"]) == ["b", "a"]
