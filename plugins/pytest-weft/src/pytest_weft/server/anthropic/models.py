"""Anthropic's models, and the count of a prompt's tokens."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..bodies import decoded
from ..problems import Problem
from .messages import messages_of, require_version

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ..service import Service
    from ..wire import Incoming


def models(service: Service, http: Incoming, names: Mapping[str, str]) -> Any:
    """Return one page with all models."""
    require_version(http)
    data = [_record(name) for name in service.settings.listed_models]
    return {"data": data, "has_more": False, "first_id": data[0]["id"], "last_id": data[-1]["id"]}


def model(service: Service, http: Incoming, names: Mapping[str, str]) -> Any:
    """Return one model."""
    require_version(http)
    if names["model"] not in service.settings.listed_models:
        raise Problem(404, f"model: {names['model']}")
    return _record(names["model"])


def count_tokens(service: Service, http: Incoming, names: Mapping[str, str]) -> Any:
    """Return the tokens of a prompt, counted as messages are."""
    require_version(http)
    count = service.settings.count_tokens
    return {"input_tokens": sum([count(text) for _, text in messages_of(decoded(http.body))])}


def _record(name: str) -> dict[str, Any]:
    return {"type": "model", "id": name, "display_name": name, "created_at": "2024-01-01T00:00:00Z"}
