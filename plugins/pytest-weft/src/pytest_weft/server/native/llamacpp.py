"""llama-server's own paths: health, properties, tokens."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..bodies import decoded

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ..service import Service
    from ..wire import Incoming


def health(service: Service, http: Incoming, names: Mapping[str, str]) -> Any:
    """Say that the model is loaded."""
    return {"status": "ok"}


def props(service: Service, http: Incoming, names: Mapping[str, str]) -> Any:
    """Return the settings of the server."""
    window = service.settings.named_window
    model = service.settings.listed_models[0]
    return {
        "default_generation_settings": {"id": 0, "n_ctx": window, "params": {"temperature": 0.8, "n_predict": -1}},
        "total_slots": 4, "model_alias": model, "model_path": f"/models/{model}.gguf",
        "modalities": {"vision": False, "audio": False}, "chat_template": "{{ messages }}", "build_info": "b6000",
    }  # fmt: skip


def tokenize(service: Service, http: Incoming, names: Mapping[str, str]) -> Any:
    """Return as many tokens as the server counts."""
    text = str(decoded(http.body).get("content", ""))
    return {"tokens": list(range(service.settings.count_tokens(text)))}
