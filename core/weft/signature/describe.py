"""Types in words and in JSON schema: what a prompt says about a field."""

from __future__ import annotations

import json
import types
from enum import Enum
from typing import TYPE_CHECKING, Any, Literal, Union, get_args, get_origin

from ..data.text import text_of as text_of
from .fields import CONSTRAINTS, bare_type, members

if TYPE_CHECKING:
    from .fields import Field

_WORDS = {
    bool: "must be true or false",
    int: "must be a whole number",
    float: "must be a number",
}


def type_name(type_: Any) -> str:
    """Return a type as a Python reader would write it."""
    type_ = bare_type(type_)
    origin, arguments = get_origin(type_), get_args(type_)
    if type_ is None or type_ is type(None):
        return "None"
    if origin in (Union, types.UnionType):
        return " | ".join(type_name(argument) for argument in arguments)
    if origin is Literal:
        return f"Literal[{', '.join(repr(argument) for argument in arguments)}]"
    if origin is not None and arguments:
        inner = ", ".join("..." if argument is ... else type_name(argument) for argument in arguments)
        return f"{getattr(origin, '__name__', str(origin))}[{inner}]"
    return getattr(type_, "__name__", str(type_))


def choices(type_: Any) -> list[str] | None:
    """Return the texts a Literal or Enum type allows, or None for any other type."""
    if get_origin(type_) is Literal:
        return [_choice_text(value) for value in get_args(type_)]
    if isinstance(type_, type) and issubclass(type_, Enum):
        return [_choice_text(member.value) for member in type_]
    return None


def _told_apart(texts: list[str]) -> list[str]:
    """Return choices as a list separated by semicolons can hold them: in quotes if one of them has a semicolon."""
    return [json.dumps(text, ensure_ascii=False) for text in texts] if any(";" in text for text in texts) else texts


def _choice_text(value: Any) -> str:
    return value if isinstance(value, str) else str(value.value) if isinstance(value, Enum) else json.dumps(value)


def expectation(field: Field) -> str:
    """Return what a value must be, as a clause for the prompt; empty where any text will do."""
    return ", ".join(part for part in (_type_clause(field), *_constraint_clauses(field)) if part)


def _type_clause(field: Field) -> str:
    type_, suffix = _without_none(field.type)
    allowed = choices(type_)
    if allowed is not None:
        return f"must be one of: {'; '.join(_told_apart(allowed))}{suffix}"
    if type_ in _WORDS:
        return f"{_WORDS[type_]}{suffix}"
    if isinstance(type_, type) and issubclass(type_, str):
        return f"{getattr(type_, 'expected', '')}{suffix}".removeprefix(" ")
    schema = json.dumps(schema_of(field), ensure_ascii=False)
    return f"must be JSON for the schema {schema}"


def _without_none(type_: Any) -> tuple[Any, str]:
    alternatives = members(type_)
    if len(alternatives) == 2 and alternatives[1] is type(None):
        return alternatives[0], " or null"
    return bare_type(type_), ""


def _constraint_clauses(field: Field) -> list[str]:
    return [CONSTRAINTS[name].format(value) for name, value in field.constraints.items()]


def schema_of(field: Field) -> dict[str, Any]:
    """Return the JSON schema of a field's values; ``{}`` for a type that has none."""
    from pydantic.errors import PydanticInvalidForJsonSchema

    try:
        return field.adapter.json_schema()
    except PydanticInvalidForJsonSchema:
        return {}
