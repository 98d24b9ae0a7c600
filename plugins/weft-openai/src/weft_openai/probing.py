"""How `weft doctor` asks each kind of server how it is."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from weft import Probe, ProbedModel
from weft.errors import LMInvalidRequestError

from .reading import EMPTY

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping, Sequence

    from .lm import OpenAILM

_WINDOWS = ("max_model_len", "context_window", "context_length", "max_context_length", "loaded_context_length")
_NUM_CTX = re.compile(r"^num_ctx\s+(\d+)", re.MULTILINE)


async def ask_models(lm: OpenAILM) -> Probe:
    """Ask for the list of models, which every server has."""
    return _judged(lm, "", await _listed(lm))


async def ask_deployments(lm: OpenAILM) -> Probe:
    """Ask Azure, whose list is of models and not of the deployments that can be called."""
    return Probe(lm.client.base_url, "", tuple(await _listed(lm)))


async def ask_openrouter(lm: OpenAILM) -> Probe:
    """Ask for the key as well, since the list of models needs none."""
    await lm.client.get_json("key")
    return _judged(lm, "", await _listed(lm))


async def ask_vllm(lm: OpenAILM) -> Probe:
    """Ask vLLM."""
    listed = await _listed(lm)
    return _judged(lm, (await _maybe(lm, "/version")).get("version", ""), listed)


async def ask_sglang(lm: OpenAILM) -> Probe:
    """Ask SGLang."""
    listed = await _listed(lm)
    return _judged(lm, (await _maybe(lm, "/get_server_info")).get("version", ""), listed)


async def ask_tgi(lm: OpenAILM) -> Probe:
    """Ask Text Generation Inference, which has one model under any name."""
    info = (await lm.client.get_json("/info")).value
    window = info.get("max_total_tokens")
    return _judged(lm, info.get("version", ""), [ProbedModel(info.get("model_id", ""), window)])


async def ask_llamacpp(lm: OpenAILM) -> Probe:
    """Ask llama.cpp's server, which has one model under any name; its context is shared by its slots."""
    listed = await _listed(lm)
    props = await _maybe(lm, "/props")
    window = (props.get("default_generation_settings") or EMPTY).get("n_ctx")
    models = [ProbedModel(model.name, window or model.context_window) for model in listed]
    return _judged(lm, props.get("build_info", ""), models)


async def ask_lmstudio(lm: OpenAILM) -> Probe:
    """Ask LM Studio's own API, which tells context lengths."""
    rows = (await _maybe(lm, "/api/v0/models")).get("data")
    if rows is None:
        return await ask_models(lm)
    models = [ProbedModel(row["id"], row.get("loaded_context_length") or row.get("max_context_length")) for row in rows]
    return _judged(lm, "", models)


async def ask_ollama(lm: OpenAILM) -> Probe:
    """Ask Ollama's own API. The context it runs a model with is known of models that are loaded, or that set it."""
    version = (await lm.client.get_json("/api/version")).value.get("version", "")
    rows = (await lm.client.get_json("/api/tags")).value["models"]
    names = [row["name"] for row in rows]
    loaded = {row["name"]: row.get("context_length") for row in (await _maybe(lm, "/api/ps")).get("models") or ()}
    models = [ProbedModel(name, loaded.get(name)) for name in names]
    asked = next((name for name in names if name in (lm.model, f"{lm.model}:latest")), None)
    if asked is not None and loaded.get(asked) is None:
        shown = (await lm.client.post_json("/api/show", {"model": asked})).value
        models[names.index(asked)] = ProbedModel(asked, _ollama_window(shown))
    return _judged(lm, version, models)


def _ollama_window(shown: Mapping[str, Any]) -> int | None:
    """Return the context that a model sets for itself; where it sets none, the server's setting holds, unseen."""
    found = _NUM_CTX.search(shown.get("parameters") or "")
    return None if found is None else int(found[1])


PROBES: Mapping[str, Callable[[OpenAILM], Awaitable[Probe]]] = {
    "models": ask_models,
    "deployments": ask_deployments,
    "openrouter": ask_openrouter,
    "vllm": ask_vllm,
    "sglang": ask_sglang,
    "tgi": ask_tgi,
    "llamacpp": ask_llamacpp,
    "lmstudio": ask_lmstudio,
    "ollama": ask_ollama,
}


async def _listed(lm: OpenAILM) -> list[ProbedModel]:
    rows = (await lm.client.get_json(lm.path_of("models"))).value.get("data") or ()
    return [ProbedModel(row["id"], _window(row)) for row in rows]


def _window(row: Mapping[str, Any]) -> int | None:
    found = next((row[name] for name in _WINDOWS if row.get(name)), None)
    return found or (row.get("meta") or EMPTY).get("n_ctx_train")


async def _maybe(lm: OpenAILM, path: str) -> Mapping[str, Any]:
    """Return what a path says that not every version of a server has."""
    try:
        return (await lm.client.get_json(path)).value
    except LMInvalidRequestError:
        return {}


def found_model(lm: OpenAILM, models: Sequence[ProbedModel]) -> ProbedModel | None:
    """Return the one of a server's models that an LM is."""
    return next((model for model in models if lm.preset.any_name or _is(lm.model, model.name)), None)


def _judged(lm: OpenAILM, version: str, models: Sequence[ProbedModel]) -> Probe:
    """Return the probe with what is wrong for this LM."""
    found = found_model(lm, models)
    problems: list[str] = []
    if lm.model and found is None:
        problems.append(_missing(lm, models))
    window, wanted = found and found.context_window, lm.capabilities.context_window
    if window and wanted and wanted > window:
        problems.append(
            f"{lm.ref} is run with a context of {window:,} tokens, which is less than context_window={wanted}."
        )
    return Probe(lm.client.base_url, version, tuple(models), tuple(problems))


def _is(asked: str, name: str) -> bool:
    return name in (asked, f"{asked}:latest") or asked.partition(":")[0] == name


def _missing(lm: OpenAILM, models: Sequence[ProbedModel]) -> str:
    offered = ", ".join(repr(model.name) for model in models[:8]) or "none"
    more = ", …" if len(models) > 8 else ""
    start = f" {lm.preset.start.format(model=lm.model)}" if lm.preset.start else ""
    return f"{lm.provider} does not have the model {lm.model!r}; it has {offered}{more}.{start}"
