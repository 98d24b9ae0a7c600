"""LM Studio's own paths: its models, with their state and length of context."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..problems import Problem

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ..service import Service
    from ..settings import Settings
    from ..wire import Incoming


def models(service: Service, http: Incoming, names: Mapping[str, str]) -> Any:
    """Return all models; the first one is loaded."""
    data = [_record(name, service.settings) for name in service.settings.listed_models]
    return {"object": "list", "data": data}


def model(service: Service, http: Incoming, names: Mapping[str, str]) -> Any:
    """Return one model."""
    if names["model"] not in service.settings.listed_models:
        raise Problem(404, f"Model '{names['model']}' not found.")
    return _record(names["model"], service.settings)


def _record(name: str, settings: Settings) -> dict[str, Any]:
    is_loaded = name == settings.listed_models[0]
    record: dict[str, Any] = {
        "id": name, "object": "model", "type": "llm", "publisher": "weft", "arch": "llama",
        "compatibility_type": "gguf", "quantization": "Q4_K_M", "state": "loaded" if is_loaded else "not-loaded",
        "max_context_length": 131072,
    }  # fmt: skip
    return {**record, "loaded_context_length": settings.named_window} if is_loaded else record
