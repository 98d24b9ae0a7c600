"""Which native paths each flavour has."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..contract import Resource
from ..openai.dialects import OLLAMA, dialect_of
from . import llamacpp, lmstudio, ollama, others

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any

    from ..routes import Routes
    from ..service import Service
    from ..settings import Flavour
    from ..wire import Incoming

    Respond = Callable[[Service, Incoming, Mapping[str, str]], Any]

PATHS: dict[Flavour, dict[tuple[str, str], Respond]] = {
    "ollama": {
        ("GET", "/"): ollama.greeting,
        ("GET", "/api/version"): ollama.version,
        ("GET", "/api/tags"): ollama.tags,
        ("GET", "/api/ps"): ollama.running,
        ("POST", "/api/show"): ollama.show,
    },
    "llamacpp": {
        ("GET", "/health"): llamacpp.health,
        ("GET", "/props"): llamacpp.props,
        ("POST", "/tokenize"): llamacpp.tokenize,
    },
    "tgi": {("GET", "/health"): others.healthy, ("GET", "/info"): others.tgi_info},
    "vllm": {
        ("GET", "/health"): others.healthy,
        ("GET", "/version"): others.vllm_version,
        ("POST", "/tokenize"): others.vllm_tokenize,
    },
    "sglang": {
        ("GET", "/health"): others.healthy,
        ("GET", "/get_model_info"): others.sglang_model,
        ("GET", "/get_server_info"): others.sglang_server,
    },
    "lmstudio": {
        ("GET", "/api/v0/models"): lmstudio.models,
        ("GET", "/api/v0/models/{model+}"): lmstudio.model,
    },
}


def add_native(routes: Routes, flavour: Flavour) -> None:
    """Add the paths that only this flavour has."""
    vendor = OLLAMA if flavour == "ollama" else dialect_of(flavour)
    for (method, path), respond in PATHS.get(flavour, {}).items():
        routes.add(method, path, Resource(vendor, respond))
