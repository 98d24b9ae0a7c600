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
    """Add everything, under both versions that clients use."""
    for version in ("/v1beta", "/v1"):
        _add_version(routes, f"{version}/models")


def _add_version(routes: Routes, models_path: str) -> None:
    path = f"{models_path}/{{model}}"
    routes.add("POST", f"{path}:generateContent", Generate(streams=False))
    routes.add("POST", f"{path}:streamGenerateContent", Generate(streams=True))
    routes.add("POST", f"{path}:countTokens", Resource(GEMINI, count_tokens))
    routes.add("POST", f"{path}:embedContent", Embed(many=False))
    routes.add("POST", f"{path}:batchEmbedContents", Embed(many=True))
    routes.add("GET", models_path, Resource(GEMINI, models))
    routes.add("GET", path, Resource(GEMINI, model))
