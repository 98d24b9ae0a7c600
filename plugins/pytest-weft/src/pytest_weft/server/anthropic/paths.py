"""The paths of Anthropic's API; the list of models shares its path with OpenAI's."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..contract import Resource
from . import batches
from .messages import Messages
from .models import count_tokens, model, models
from .vendor import ANTHROPIC

if TYPE_CHECKING:
    from ..routes import Routes


def add_anthropic(routes: Routes) -> None:
    """Add messages, their batches and the models."""
    routes.add("POST", "/v1/messages", Messages())
    routes.add("POST", "/v1/messages/count_tokens", Resource(ANTHROPIC, count_tokens))
    routes.add("POST", "/v1/messages/batches", Resource(ANTHROPIC, batches.create))
    routes.add("GET", "/v1/messages/batches", Resource(ANTHROPIC, batches.listing))
    routes.add("GET", "/v1/messages/batches/{batch}", Resource(ANTHROPIC, batches.retrieve))
    routes.add("POST", "/v1/messages/batches/{batch}/cancel", Resource(ANTHROPIC, batches.cancel))
    routes.add("GET", "/v1/messages/batches/{batch}/results", Resource(ANTHROPIC, batches.results))
    routes.add("GET", "/v1/models", Resource(ANTHROPIC, models))
    routes.add("GET", "/v1/models/{model+}", Resource(ANTHROPIC, model))
