from __future__ import annotations

import dataclasses
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from weft.errors import InvalidRef
from weft.registry import Ref


@pytest.mark.parametrize(
    ("text", "provider", "name"),
    [
        ("openai/gpt-5-mini", "openai", "gpt-5-mini"),
        ("litellm/openai/gpt-x", "litellm", "openai/gpt-x"),
        ("json", "json", ""),
        ("acme/", "acme", ""),
        ("ollama/llama3:8b", "ollama", "llama3:8b"),
    ],
)
def test_splits_at_the_first_slash(text: str, provider: str, name: str) -> None:
    assert Ref.parse(text) == Ref(provider, name)


@given(st.from_regex(r"[a-z0-9_.-]+(/[^\s]+)?", fullmatch=True))
def test_text_of_a_ref_parses_to_the_same_ref(text: str) -> None:
    ref = Ref.parse(text)
    assert str(ref) == text
    assert Ref.parse(str(ref)) == ref


@pytest.mark.parametrize("text", ["", " ", "/gpt", "open ai/gpt", "openai/gpt 5", "openai/gpt\n", None, 3, b"json"])
def test_what_is_malformed_is_refused_with_an_example(text: Any) -> None:
    with pytest.raises(InvalidRef, match=r"weft\.LM\('openai/gpt-5-mini'\)"):
        Ref.parse(text)


@pytest.mark.parametrize(("kind", "example"), [("rm", "RM('chroma')"), ("adapter", "Adapter('json')")])
def test_the_example_is_of_the_kind_that_was_wanted(kind: str, example: str) -> None:
    with pytest.raises(InvalidRef) as caught:
        Ref.parse("", kind=kind)
    assert example in str(caught.value)


def test_a_class_in_place_of_a_reference_is_named() -> None:
    with pytest.raises(InvalidRef, match="the class dict"):
        Ref.parse(dict)


def test_is_frozen() -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        Ref("a").provider = "b"  # type: ignore[misc]
