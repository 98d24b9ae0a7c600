"""What litellm's tables say of a model, as weft's capabilities."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

from weft import Capabilities, Prices
from weft.errors import UnsupportedModelError

from .library import library, quiet

if TYPE_CHECKING:
    from collections.abc import Mapping

_ALWAYS = {"rollout_id", "n"}  # weft keeps the one to itself, and asks again for the other
_BY_OTHER_NAMES = {
    "max_completion_tokens", "top_logprobs", "response_format", "tools", "tool_choice", "functions", "function_call",
    "stream", "stream_options", "thinking", "max_retries",
}  # fmt: skip
_PARAMETERS = ("temperature", "top_p", "max_tokens", "stop", "seed", "logprobs", "reasoning_effort")


_MEDIA = {"supports_pdf_input": "application/pdf", "supports_video_input": "video/*"}


@lru_cache(maxsize=256)
def abilities_of(model: str) -> Capabilities:
    """Return what a model can do and costs, as far as the tables know it; imports litellm.

    Raises:
        UnsupportedModelError: the name has no provider that litellm knows.
    """
    known, taken = _known(model), _taken(model)
    parameters = {name for name in _PARAMETERS if name in taken} | _ALWAYS
    if "max_completion_tokens" in taken:
        parameters.add("max_tokens")
    return Capabilities(
        context_window=known.get("max_input_tokens") or known.get("max_tokens"),
        max_output=known.get("max_output_tokens"),
        response_schema=bool(known.get("supports_response_schema")),
        tools=bool(known.get("supports_function_calling")),
        n="n" in taken,
        vision=bool(known.get("supports_vision")),
        audio=bool(known.get("supports_audio_input")),
        media=frozenset({kind for name, kind in _MEDIA.items() if known.get(name)}),
        reasoning=bool(known.get("supports_reasoning")),
        parameters=frozenset(parameters),
        extra=taken - frozenset(_PARAMETERS) - _BY_OTHER_NAMES - _ALWAYS,
        prices=_prices(known),
    )


@lru_cache(maxsize=256)
def takes(model: str, parameter: str) -> bool:
    """Tell whether a model takes one of litellm's parameters."""
    return parameter in _taken(model)


@lru_cache(maxsize=256)
def _taken(model: str) -> frozenset[str]:
    litellm = library()
    with quiet():
        taken = litellm.get_supported_openai_params(model)
    if taken is None:
        raise UnsupportedModelError(
            f"litellm knows no provider for {model!r}. Name the model with its provider, such as 'anthropic/claude-…'.",
            provider="litellm",
            model=model,
        )
    return frozenset(taken)


def brings_tokenizer(model: str) -> bool:
    """Tell whether litellm has the model's own tokenizer and does not have to fetch it."""
    return _known(model).get("litellm_provider") in ("openai", "azure")


@lru_cache(maxsize=256)
def _known(model: str) -> Mapping[str, Any]:
    litellm = library()
    with quiet():
        try:
            return dict(litellm.get_model_info(model))
        except Exception:  # noqa: BLE001 - litellm has no class for "not in the table" in all versions
            return {}


def _prices(known: Mapping[str, Any]) -> Prices | None:
    """Return prices for a million tokens out of those for one."""

    def million(name: str) -> float | None:
        price = known.get(name)
        return None if price is None else price * 1e6

    prompt, answer = million("input_cost_per_token"), million("output_cost_per_token")
    if prompt is None or answer is None:
        return None
    return Prices(prompt, answer, million("cache_read_input_token_cost"), million("cache_creation_input_token_cost"))
