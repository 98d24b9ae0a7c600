"""How much a model thinks: each is told in the way that it understands, or the call is not made."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from conftest import FLASH, sent

import weft
from weft.errors import LMInvalidRequestError

if TYPE_CHECKING:
    from pytest_weft.server import ModelServer


@pytest.mark.parametrize(
    ("model", "effort", "expected"),
    [
        ("gemini-2.5-flash", 2048, {"thinkingBudget": 2048}),
        ("gemini-2.5-flash", "none", {"thinkingBudget": 0}),
        ("gemini-2.5-pro", "medium", {"thinkingBudget": 8192}),
        ("gemini-3.8-flash", "low", {"thinkingLevel": "LOW"}),
        ("gemini-3.5-flash", "minimal", {"thinkingLevel": "MINIMAL"}),
        ("gemini-of-tomorrow", "xhigh", {"thinkingLevel": "XHIGH"}),
        ("gemini-of-tomorrow", 100, {"thinkingBudget": 100}),
        ("gemini-of-tomorrow", 0, {"thinkingBudget": 0}),
    ],
)
def test_models_are_told_how_much_to_think(
    server: ModelServer, model: str, effort: Any, expected: dict[str, Any]
) -> None:
    weft.LM(f"gemini/{model}")("Hi", reasoning_effort=effort)
    assert sent(server)["generationConfig"] == {"thinkingConfig": expected}


@pytest.mark.parametrize(
    ("model", "effort", "message"),
    [
        ("gemini-2.5-flash", "xhigh", r"it must be 'minimal', 'low', 'medium', 'high' or a number of tokens"),
        ("gemini-2.5-pro", "none", r"cannot be told not to think"),
        (
            "gemini-3.8-flash",
            "none",
            r"cannot be told not to think; reasoning_effort must be 'low', 'medium' or 'high'",
        ),
        ("gemini-3.8-flash", "minimal", r"has no reasoning_effort 'minimal'; it must be 'low', 'medium' or 'high'"),
        ("gemini-3.8-flash", 2048, r"takes no number of tokens"),
    ],
)
def test_what_a_model_does_not_understand_is_not_sent(
    server: ModelServer, model: str, effort: Any, message: str
) -> None:
    with pytest.raises(LMInvalidRequestError, match=message):
        weft.LM(f"gemini/{model}")("Hi", reasoning_effort=effort)
    assert server.requests == []


def test_thoughts_are_shown_where_they_are_asked_for(server: ModelServer) -> None:
    weft.LM(FLASH, include_thoughts=True)("Hi")
    assert sent(server)["generationConfig"] == {"thinkingConfig": {"includeThoughts": True}}
    weft.LM(FLASH)("Hi", reasoning_effort=9, include_thoughts=False)
    assert sent(server)["generationConfig"] == {"thinkingConfig": {"thinkingBudget": 9, "includeThoughts": False}}
