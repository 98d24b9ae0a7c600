"""The paths of Gemini's API."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..contract import Resource
from .embed import Embed
from .generate import Generate
from .models import count_tokens, model, models
from .vendor import GEMINI

if TYPE_CHECKING:
    from ..routes import Routes


def add_gemini(routes: Routes) -> None:
    """Add everything under ``/v1beta``."""
    routes.add("POST", "/v1beta/models/{model}:generateContent", Generate(streams=False))
    routes.add("POST", "/v1beta/models/{model}:streamGenerateContent", Generate(streams=True))
    routes.add("POST", "/v1beta/models/{model}:countTokens", Resource(GEMINI, count_tokens))
    routes.add("POST", "/v1beta/models/{model}:embedContent", Embed(many=False))
    routes.add("POST", "/v1beta/models/{model}:batchEmbedContents", Embed(many=True))
    routes.add("GET", "/v1beta/models", Resource(GEMINI, models))
    routes.add("GET", "/v1beta/models/{model}", Resource(GEMINI, model))
