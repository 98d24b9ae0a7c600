"""Gemini's models, and the count of a prompt's tokens."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..bodies import decoded
from ..problems import Problem
from .generate import messages_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ..service import Service
    from ..settings import Settings
    from ..wire import Incoming

METHODS = ["generateContent", "countTokens", "embedContent", "batchEmbedContents"]


def models(service: Service, http: Incoming, names: Mapping[str, str]) -> Any:
    """Return all models."""
    return {"models": [_record(name, service.settings) for name in service.settings.listed_models]}


def model(service: Service, http: Incoming, names: Mapping[str, str]) -> Any:
    """Return one model."""
    if names["model"] not in service.settings.listed_models:
        raise Problem(404, f"models/{names['model']} is not found for API version v1beta.")
    return _record(names["model"], service.settings)


def count_tokens(service: Service, http: Incoming, names: Mapping[str, str]) -> Any:
    """Return the tokens of a prompt, counted as requests are."""
    body = decoded(http.body)
    count = service.settings.count_tokens
    total = sum([count(text) for _, text in messages_of(body.get("generateContentRequest") or body)])
    return {"totalTokens": total, "promptTokensDetails": [{"modality": "TEXT", "tokenCount": total}]}


def _record(name: str, settings: Settings) -> dict[str, Any]:
    return {
        "name": f"models/{name}", "version": "001", "displayName": name, "description": "A test model.",
        "inputTokenLimit": settings.named_window, "outputTokenLimit": settings.named_window,
        "supportedGenerationMethods": METHODS,
    }  # fmt: skip
