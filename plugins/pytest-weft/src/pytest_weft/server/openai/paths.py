"""The paths of OpenAI's API, and of Azure's."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..contract import Resource
from .chat import Chat
from .models import model, models
from .vendor import AZURE, OPENAI

if TYPE_CHECKING:
    from ..routes import Routes


def add_openai(routes: Routes) -> None:
    """Add everything under ``/v1``."""
    routes.add("POST", "/v1/chat/completions", Chat(OPENAI))
    routes.add("GET", "/v1/models", Resource(OPENAI, models))
    routes.add("GET", "/v1/models/{model+}", Resource(OPENAI, model))


def add_azure(routes: Routes) -> None:
    """Add the deployments."""
    routes.add("POST", "/openai/deployments/{deployment}/chat/completions", Chat(AZURE))
