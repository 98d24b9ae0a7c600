"""How much a model thinks: each is told in the way that it understands, or the call is not made."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from conftest import sent

import weft
from weft.errors import LMInvalidRequestError

if TYPE_CHECKING:
    from pytest_weft.server import ModelServer


@pytest.mark.parametrize(
    ("model", "effort", "expected"),
    [
        ("claude-haiku-4-5", 2048, {"thinking": {"type": "enabled", "budget_tokens": 2048}}),
        ("claude-haiku-4-5", "none", {"thinking": {"type": "disabled"}}),
        ("claude-opus-4-5", "low", {"output_config": {"effort": "low"}}),
        ("claude-opus-4-6", 4096, {"thinking": {"type": "enabled", "budget_tokens": 4096}}),
        ("claude-opus-4-6", "high", {"thinking": {"type": "adaptive"}, "output_config": {"effort": "high"}}),
        ("claude-opus-5", "xhigh", {"thinking": {"type": "adaptive"}, "output_config": {"effort": "xhigh"}}),
        ("claude-opus-5", 0, {"thinking": {"type": "disabled"}}),
        ("claude-fable-5-2", "medium", {"thinking": {"type": "adaptive"}, "output_config": {"effort": "medium"}}),
        ("claude-of-tomorrow", "minimal", {"thinking": {"type": "adaptive"}, "output_config": {"effort": "minimal"}}),
        ("claude-of-tomorrow", 1024, {"thinking": {"type": "enabled", "budget_tokens": 1024}}),
    ],
)
def test_models_are_told_how_much_to_think(
    server: ModelServer, model: str, effort: Any, expected: dict[str, Any]
) -> None:
    weft.LM(f"anthropic/{model}", max_output=9000)("Hi", reasoning_effort=effort)
    body = sent(server)
    assert {name: body[name] for name in ("thinking", "output_config") if name in body} == expected


@pytest.mark.parametrize(
    ("model", "effort", "message"),
    [
        ("claude-haiku-4-5", "low", r"has no reasoning_effort 'low'; it must be a number of tokens of at least 1024"),
        ("claude-opus-4-6", "xhigh", r"must be 'low', 'medium', 'high' or a number of tokens of at least 1024"),
        ("claude-opus-5", 2048, r"takes no number of tokens .* 'low', 'medium', 'high' or 'xhigh'"),
        (
            "claude-fable-5-2",
            "none",
            r"cannot be told not to think; reasoning_effort must be 'low', 'medium', 'high' or 'xhigh'",
        ),
        ("claude-haiku-5-5", 2048, r"takes no number of tokens .* 'low', 'medium' or 'high'"),
    ],
)
def test_what_a_model_does_not_understand_is_not_sent(
    server: ModelServer, model: str, effort: Any, message: str
) -> None:
    with pytest.raises(LMInvalidRequestError, match=message) as caught:
        weft.LM(f"anthropic/{model}")("Hi", reasoning_effort=effort)
    assert (caught.value.provider, caught.value.model) == ("anthropic", model)
    assert server.requests == []


def test_thoughts_are_shown_where_they_are_asked_for(server: ModelServer) -> None:
    weft.LM("anthropic/claude-opus-5-5", thinking_display="summarized")("Hi")
    assert sent(server)["thinking"] == {"type": "adaptive", "display": "summarized"}
    weft.LM("anthropic/claude-haiku-4-5", thinking_display="omitted")("Hi", reasoning_effort=1024)
    assert sent(server)["thinking"] == {"type": "enabled", "budget_tokens": 1024, "display": "omitted"}
