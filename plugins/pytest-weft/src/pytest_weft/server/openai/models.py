"""``GET /v1/models``: the list of models, with what servers of open models add to OpenAI's fields."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..problems import Problem
from .chat import CREATED

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ..service import Service
    from ..settings import Flavour, Settings
    from ..wire import Incoming

OWNERS: dict[Flavour, str] = {
    "vllm": "vllm",
    "sglang": "sglang",
    "ollama": "library",
    "llamacpp": "llamacpp",
    "lmstudio": "organization_owner",
}


def models(service: Service, http: Incoming, names: Mapping[str, str]) -> Any:
    """Return the list of all models."""
    settings = service.settings
    return {"object": "list", "data": [model_record(name, settings) for name in settings.listed_models]}


def model(service: Service, http: Incoming, names: Mapping[str, str]) -> Any:
    """Return one model."""
    name = names["model"]
    if name not in service.settings.listed_models:
        raise Problem(404, f"The model '{name}' does not exist")
    return model_record(name, service.settings)


def model_record(name: str, settings: Settings) -> dict[str, Any]:
    """Return a model as the server of this flavour lists it."""
    owner = OWNERS.get(settings.flavour, "system")
    record: dict[str, Any] = {"id": name, "object": "model", "created": CREATED, "owned_by": owner}
    if settings.flavour in ("vllm", "sglang"):
        record |= {"root": name, "parent": None, "max_model_len": settings.named_window}
    if settings.flavour == "llamacpp":
        window = settings.named_window
        record["meta"] = {"vocab_type": 2, "n_vocab": 32000, "n_ctx_train": window, "n_embd": 64, "n_params": 125_000}
    return record
