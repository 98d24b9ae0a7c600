"""Small parts that wire formats share: schemas, seals, answers in another form, requests that are not sent."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from conftest import RawServer, answer, client_of
from hypothesis import given
from hypothesis import strategies as st

from weft import Usage
from weft.errors import LMInvalidRequestError, LMRateLimitError, LMServerError
from weft_http import Problem, is_strict, not_sent, reading, sealed, unsealed, with_keywords

NESTED = {
    "$defs": {"title": {"title": "Title", "type": "string"}},
    "title": "Top",
    "type": "object",
    "properties": {
        "title": {"title": "T", "type": "string", "enum": ["title"]},
        "list": {"type": "array", "items": {"title": "I", "type": "integer"}},
        "either": {"anyOf": [{"title": "A", "type": "null"}, {"$ref": "#/$defs/title"}]},
        "free": {"type": "object", "additionalProperties": {"title": "F"}},
        "closed": {"type": "object", "additionalProperties": False},
    },
}
KEPT = frozenset({"$defs", "$ref", "type", "properties", "items", "anyOf", "additionalProperties", "enum"})


def test_keywords_go_at_any_depth_and_names_stay() -> None:
    assert with_keywords(NESTED, KEPT) == {
        "$defs": {"title": {"type": "string"}},
        "type": "object",
        "properties": {
            "title": {"type": "string", "enum": ["title"]},
            "list": {"type": "array", "items": {"type": "integer"}},
            "either": {"anyOf": [{"type": "null"}, {"$ref": "#/$defs/title"}]},
            "free": {"type": "object", "additionalProperties": {}},
            "closed": {"type": "object", "additionalProperties": False},
        },
    }


def test_each_part_can_be_adapted_inner_ones_first() -> None:
    seen: list[Any] = []
    with_keywords({"type": "array", "items": {"type": "string"}}, KEPT, lambda part: seen.append(part["type"]))
    assert seen == ["string", "array"]


CLOSED = {"type": "object", "properties": {"a": {"type": "string"}}, "required": ["a"], "additionalProperties": False}


@pytest.mark.parametrize(
    "part",
    [
        {"type": "integer", "minimum": 1, "description": "a number"},
        {"anyOf": [CLOSED, {"type": "null"}]},
        {"type": "array", "items": {"$ref": "#/$defs/default"}, "minItems": 2},
        {"type": "string", "format": "date", "pattern": "^2"},
    ],
)
def test_schemas_that_strict_modes_take(part: dict[str, Any]) -> None:
    whole = {**CLOSED, "properties": {"a": part}, "$defs": {"default": CLOSED}}
    assert is_strict(whole)


@pytest.mark.parametrize(
    "part",
    [
        {},
        {"type": "object"},
        {**CLOSED, "required": []},
        {"type": "array", "items": {"type": "object", "additionalProperties": {"type": "string"}}},
        {"anyOf": [{"type": "string", "minLength": 1}, {"type": "null"}]},
        {"type": "array", "prefixItems": [{"type": "string"}]},
        {"type": "string", "format": "decimal"},
        {"type": "string", "pattern": "^(?!0)"},
    ],
)
def test_schemas_that_strict_modes_refuse(part: dict[str, Any]) -> None:
    assert not is_strict({**CLOSED, "properties": {"a": part}})
    assert not is_strict({**CLOSED, "$defs": {"b": part}})


@given(st.recursive(st.text() | st.integers(), lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner)))
def test_what_was_sealed_is_opened_by_the_same_model(value: Any) -> None:
    state = sealed("acme/one", value)
    assert unsealed("acme/one", state) == (value or None)
    assert unsealed("acme/two", state) is None


@pytest.mark.parametrize("state", ["", "{", "[]", "7", '{"other": 1}', "c2lnbmF0dXJl"])
def test_the_state_of_another_plugin_is_left_alone(state: str) -> None:
    assert unsealed("acme/one", state) is None


@pytest.mark.parametrize("read", [lambda body: body["text"], lambda body: body[0], lambda body: body.text, int])
def test_an_answer_in_another_form_is_the_servers_error(read: Any) -> None:
    with (
        pytest.raises(LMServerError, match="one sent an answer that is not in the form") as caught,
        reading("acme/one"),
    ):
        read({})
    assert (caught.value.provider, caught.value.model) == ("acme", "one")
    assert caught.value.__cause__ is not None


def test_a_request_that_is_not_sent_costs_nothing() -> None:
    error = not_sent("acme/one/large", "No.")
    assert isinstance(error, LMInvalidRequestError)
    assert (error.provider, error.model, error.usage) == ("acme", "one/large", Usage())


def test_the_wait_may_be_in_the_body(server: RawServer) -> None:
    server.send = answer({}, status=429, Retry_After="3")
    client = client_of(server.url, problem=lambda body: Problem("slow down", (), 0.5))
    with pytest.raises(LMRateLimitError) as caught:
        asyncio.run(client.post_json("answers", {}))
    assert caught.value.retry_after == 0.5
