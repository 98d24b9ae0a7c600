"""The presets: one record for each kind of server. What a server can do is stated here and nowhere else."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from weft import Prices
from weft.errors import (
    ContextWindowExceeded,
    LMBillingError,
    LMContentFilterError,
    LMRateLimitError,
    UnsupportedModelError,
)
from weft_http import LimitHeaders, Service, bearer

from .addresses import azure_address, ollama_address
from .models import OPENAI_MODELS
from .preset import SAMPLING, Preset
from .templates import VALUE

if TYPE_CHECKING:
    from collections.abc import Mapping

    from weft.errors import LMError

CODES: Mapping[str, type[LMError]] = {
    "context_length_exceeded": ContextWindowExceeded,
    "exceed_context_size_error": ContextWindowExceeded,
    "string_above_max_length": ContextWindowExceeded,
    "insufficient_quota": LMBillingError,
    "billing_hard_limit_reached": LMBillingError,
    "billing_not_active": LMBillingError,
    "content_filter": LMContentFilterError,
    "content_policy_violation": LMContentFilterError,
    "rate_limit_exceeded": LMRateLimitError,
    "model_not_found": UnsupportedModelError,
    "DeploymentNotFound": UnsupportedModelError,
}

FREE = Prices(input=0.0, output=0.0)
PENALTIES = frozenset({"frequency_penalty", "presence_penalty", "logit_bias"})
LOCAL_SAMPLING = PENALTIES | {"top_k", "min_p", "repetition_penalty"}
BODY = frozenset({"extra_body"})
_OPENAI_EXTRA = (
    PENALTIES
    | BODY
    | {"user", "safety_identifier", "service_tier", "prompt_cache_key", "metadata", "store", "verbosity"}
    | {"parallel_tool_calls", "prompt_cache_retention"}
)


def azure_key(key: str) -> dict[str, str]:
    """Return the header of a key, or of a token of Entra ID, which has two dots in it."""
    return bearer(key) if key.count(".") == 2 else {"api-key": key}


OPENAI = Preset(
    service=Service(
        provider="openai",
        base_url="https://api.openai.com/v1",
        base_url_env=("OPENAI_BASE_URL",),
        key_env=("OPENAI_API_KEY",),
        codes=CODES,
        limits=LimitHeaders(),
    ),
    apis=("chat", "responses", "completions"),
    parameters=SAMPLING | {"logprobs", "reasoning_effort"},
    extra=_OPENAI_EXTRA,
    names={"max_tokens": "max_completion_tokens"},
    n=True,
    batches=True,
    finetunes=True,
    models=OPENAI_MODELS,
)

AZURE = replace(
    OPENAI,
    service=Service(
        provider="azure",
        base_url="",
        base_url_env=("AZURE_OPENAI_ENDPOINT",),
        address_of=azure_address,
        key_env=("AZURE_OPENAI_API_KEY",),
        authorize=azure_key,
        codes=CODES,
        limits=LimitHeaders(),
        request_id="apim-request-id",
    ),
    probe="deployments",
)

VLLM = Preset(
    service=Service(
        provider="vllm",
        base_url="http://127.0.0.1:8000/v1",
        base_url_env=("VLLM_BASE_URL",),
        key_env=("VLLM_API_KEY",),
        key_is_needed=False,
        codes=CODES,
        hint="Is vLLM running? Start it with `vllm serve MODEL`.",
    ),
    apis=("chat", "responses", "completions"),
    parameters=SAMPLING | {"logprobs", "reasoning_effort"},
    extra=LOCAL_SAMPLING | BODY | {"chat_template_kwargs", "min_tokens", "ignore_eos", "priority"},
    grammar={"structured_outputs": {"grammar": VALUE}},
    grammar_kind="EBNF",
    regex={"structured_outputs": {"regex": VALUE}},
    n=True,
    prices=FREE,
    probe="vllm",
    start="Start it with `vllm serve {model}`.",
)

SGLANG = Preset(
    service=Service(
        provider="sglang",
        base_url="http://127.0.0.1:30000/v1",
        base_url_env=("SGLANG_BASE_URL",),
        key_env=("SGLANG_API_KEY",),
        key_is_needed=False,
        codes=CODES,
        hint="Is SGLang running? Start it with `python -m sglang.launch_server --model-path MODEL`.",
    ),
    parameters=SAMPLING | {"logprobs", "reasoning_effort"},
    extra=LOCAL_SAMPLING | BODY | {"chat_template_kwargs", "min_tokens", "ignore_eos", "separate_reasoning"},
    grammar={"ebnf": VALUE},
    grammar_kind="EBNF",
    regex={"regex": VALUE},
    n=True,
    prices=FREE,
    probe="sglang",
    start="Start it with `python -m sglang.launch_server --model-path {model}`.",
)

TGI = Preset(
    service=Service(
        provider="tgi",
        base_url="http://127.0.0.1:8080/v1",
        base_url_env=("TGI_BASE_URL",),
        key_env=("TGI_API_KEY",),
        key_is_needed=False,
        codes=CODES,
        hint="Is TGI running? Start its container with `--model-id MODEL` and publish its port 80 as 8080.",
    ),
    apis=("chat",),
    parameters=SAMPLING | {"logprobs"},
    extra=PENALTIES | BODY,
    schema_form="tgi",
    regex={"response_format": {"type": "regex", "value": VALUE}},
    prices=FREE,
    any_name=True,
    probe="tgi",
)

OLLAMA = Preset(
    service=Service(
        provider="ollama",
        base_url="http://127.0.0.1:11434/v1",
        base_url_env=("OLLAMA_HOST",),
        address_of=ollama_address,
        key_env=("OLLAMA_API_KEY",),
        key_is_needed=False,
        codes=CODES,
        hint="Is Ollama running? Start it with `ollama serve`.",
    ),
    apis=("chat", "responses", "completions"),
    parameters=SAMPLING | {"logprobs", "reasoning_effort"},
    extra=frozenset({"frequency_penalty", "presence_penalty"}) | BODY,
    named_tool=False,
    prices=FREE,
    probe="ollama",
    start="Get it with `ollama pull {model}`.",
)

LMSTUDIO = Preset(
    service=Service(
        provider="lmstudio",
        base_url="http://127.0.0.1:1234/v1",
        base_url_env=("LMSTUDIO_BASE_URL",),
        key_env=("LMSTUDIO_API_KEY",),
        key_is_needed=False,
        codes=CODES,
        hint="Is LM Studio's server running? Start it with `lms server start`.",
    ),
    apis=("chat", "responses", "completions"),
    parameters=SAMPLING | {"reasoning_effort"},
    extra=PENALTIES | BODY | {"top_k", "repeat_penalty", "ttl"},
    named_tool=False,
    prices=FREE,
    probe="lmstudio",
    start="Get it with `lms get {model}`.",
)

LLAMACPP = Preset(
    service=Service(
        provider="llamacpp",
        base_url="http://127.0.0.1:8080/v1",
        base_url_env=("LLAMACPP_BASE_URL",),
        key_env=("LLAMA_API_KEY",),
        key_is_needed=False,
        codes=CODES,
        hint="Is llama.cpp's server running? Start it with `llama-server -m MODEL.gguf`.",
    ),
    apis=("chat", "responses", "completions"),
    parameters=SAMPLING | {"logprobs"},
    extra=PENALTIES | BODY | {"top_k", "min_p", "repeat_penalty", "cache_prompt", "chat_template_kwargs", "id_slot"},
    grammar={"grammar": VALUE},
    grammar_kind="GBNF",
    named_tool=False,
    n=True,
    prices=FREE,
    any_name=True,
    probe="llamacpp",
    start="Start it with `llama-server -m {model}`.",
)

GPT4ALL = Preset(
    service=Service(
        provider="gpt4all",
        base_url="http://127.0.0.1:4891/v1",
        base_url_env=("GPT4ALL_BASE_URL",),
        key_is_needed=False,
        codes=CODES,
        hint="Is GPT4All running? Enable its local API server in the settings of the application.",
    ),
    parameters=frozenset({"temperature", "top_p", "max_tokens", "n", "rollout_id"}),
    extra=BODY,
    schema_form=None,
    tools=False,
    streams=False,
    prices=FREE,
)

MISTRAL = Preset(
    service=Service(
        provider="mistral",
        base_url="https://api.mistral.ai/v1",
        base_url_env=("MISTRAL_BASE_URL",),
        key_env=("MISTRAL_API_KEY",),
        codes=CODES,
        limits=LimitHeaders(
            requests="x-ratelimit-limit-req-minute",
            requests_left="x-ratelimit-remaining-req-minute",
            tokens="x-ratelimit-limit-tokens-minute",
            tokens_left="x-ratelimit-remaining-tokens-minute",
        ),
        request_id="mistral-correlation-id",
    ),
    apis=("chat",),
    extra=frozenset({"frequency_penalty", "presence_penalty", "parallel_tool_calls", "prompt_mode", "safe_prompt"})
    | BODY,
    names={"seed": "random_seed"},
    n=True,
    stream_usage=False,
)

GROQ = Preset(
    service=Service(
        provider="groq",
        base_url="https://api.groq.com/openai/v1",
        base_url_env=("GROQ_BASE_URL",),
        key_env=("GROQ_API_KEY",),
        codes=CODES,
        limits=LimitHeaders(requests="", requests_left=""),  # it counts requests by the day
    ),
    apis=("chat", "responses"),
    parameters=SAMPLING | {"reasoning_effort"},
    extra=frozenset({"service_tier", "user", "parallel_tool_calls", "reasoning_format", "include_reasoning"}) | BODY,
    names={"max_tokens": "max_completion_tokens"},
    batches=True,
)

OPENROUTER = Preset(
    service=Service(
        provider="openrouter",
        base_url="https://openrouter.ai/api/v1",
        base_url_env=("OPENROUTER_BASE_URL",),
        key_env=("OPENROUTER_API_KEY",),
        codes=CODES,
    ),
    apis=("chat", "responses", "completions"),
    parameters=SAMPLING | {"logprobs", "reasoning_effort"},
    extra=LOCAL_SAMPLING | BODY | {"provider", "models", "transforms", "user", "verbosity", "plugins"},
    effort={"reasoning": {"effort": VALUE}},
    effort_tokens={"reasoning": {"max_tokens": VALUE}},
    cache_points=True,
    probe="openrouter",
)

COMPATIBLE = Preset(
    service=Service(provider="openai-compatible", base_url="", key_is_needed=False, codes=CODES, limits=LimitHeaders()),
    apis=("chat", "responses", "completions"),
    parameters=SAMPLING | {"logprobs", "reasoning_effort"},
    extra=_OPENAI_EXTRA | LOCAL_SAMPLING,
    batches=True,
    finetunes=True,
)

PRESETS: Mapping[str, Preset] = {
    preset.service.provider: preset
    for preset in (
        OPENAI,
        AZURE,
        VLLM,
        SGLANG,
        TGI,
        OLLAMA,
        LMSTUDIO,
        LLAMACPP,
        GPT4ALL,
        MISTRAL,
        GROQ,
        OPENROUTER,
        COMPATIBLE,
    )
}
