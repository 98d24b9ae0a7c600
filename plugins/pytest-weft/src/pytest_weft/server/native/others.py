"""The few paths of TGI, vLLM and SGLang that say what runs there."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..bodies import decoded, joined_text

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ..service import Service
    from ..wire import Incoming


def healthy(service: Service, http: Incoming, names: Mapping[str, str]) -> bytes:
    """Say nothing, which means that all is well."""
    return b""


def tgi_info(service: Service, http: Incoming, names: Mapping[str, str]) -> Any:
    """Return TGI's settings."""
    window = service.settings.named_window
    return {
        "model_id": service.settings.listed_models[0], "model_sha": "0" * 40, "model_pipeline_tag": "text-generation",
        "max_concurrent_requests": 128, "max_best_of": 2, "max_stop_sequences": 4, "max_input_tokens": window - 1,
        "max_total_tokens": window, "router": "text-generation-router", "version": "3.3.6",
    }  # fmt: skip


def vllm_version(service: Service, http: Incoming, names: Mapping[str, str]) -> Any:
    """Return vLLM's version."""
    return {"version": "0.11.0"}


def vllm_tokenize(service: Service, http: Incoming, names: Mapping[str, str]) -> Any:
    """Return as many tokens as the server counts."""
    body = decoded(http.body)
    texts = [str(body["prompt"])] if "prompt" in body else [joined_text(each["content"]) for each in body["messages"]]
    count = sum([service.settings.count_tokens(text) for text in texts])
    return {"count": count, "max_model_len": service.settings.named_window, "tokens": list(range(count))}


def sglang_model(service: Service, http: Incoming, names: Mapping[str, str]) -> Any:
    """Return SGLang's model."""
    name = service.settings.listed_models[0]
    return {"model_path": name, "tokenizer_path": name, "is_generation": True}


def sglang_server(service: Service, http: Incoming, names: Mapping[str, str]) -> Any:
    """Return SGLang's settings."""
    name = service.settings.listed_models[0]
    return {"model_path": name, "context_length": service.settings.named_window, "version": "0.5.3"}
