"""Ollama's own paths: its version, the models on its disk, those in memory, and what it knows of one."""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING, Any

from ..bodies import decoded
from ..problems import Problem

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ..service import Service
    from ..wire import Incoming

DETAILS = {
    "parent_model": "", "format": "gguf", "family": "llama", "families": ["llama"], "parameter_size": "1.2B",
    "quantization_level": "Q4_K_M",
}  # fmt: skip


def greeting(service: Service, http: Incoming, names: Mapping[str, str]) -> bytes:
    """Say that it runs."""
    return b"Ollama is running"


def version(service: Service, http: Incoming, names: Mapping[str, str]) -> Any:
    """Return the version."""
    return {"version": "0.12.6"}


def tags(service: Service, http: Incoming, names: Mapping[str, str]) -> Any:
    """Return the models on the disk."""
    return {"models": [_record(name) for name in service.settings.listed_models]}


def running(service: Service, http: Incoming, names: Mapping[str, str]) -> Any:
    """Return the models in memory: the first one."""
    loaded = {"expires_at": "2030-01-01T00:00:00Z", "size_vram": 0, "context_length": service.settings.named_window}
    return {"models": [{**_record(name), **loaded} for name in service.settings.listed_models[:1]]}


def show(service: Service, http: Incoming, names: Mapping[str, str]) -> Any:
    """Return what it knows of a model."""
    body = decoded(http.body)
    name = str(body.get("model") or body.get("name") or "")
    if name not in service.settings.listed_models:
        raise Problem(404, f"model '{name}' not found")
    window = service.settings.named_window
    return {
        "modelfile": f"FROM {name}\n", "parameters": f"num_ctx                        {window}",
        "template": "{{ .Prompt }}", "details": DETAILS, "capabilities": ["completion", "tools"],
        "model_info": {
            "general.architecture": "llama", "general.parameter_count": 1_200_000_000, "llama.context_length": window,
            "llama.embedding_length": 2048,
        },
    }  # fmt: skip


def _record(name: str) -> dict[str, Any]:
    digest = sha256(name.encode()).hexdigest()
    facts = {"modified_at": "2024-01-01T00:00:00Z", "size": 807_694_464, "digest": digest, "details": DETAILS}
    return {"name": name, "model": name, **facts}
