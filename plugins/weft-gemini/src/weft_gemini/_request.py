"""A request in the form of Gemini's ``generateContent``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from weft_http import with_keywords

from ._contents import system_and_contents
from ._thinking import thinking_config

if TYPE_CHECKING:
    from collections.abc import Mapping

    from weft import Request, ToolSpec

    from ._models import Model

_CONFIG: Mapping[str, str] = {
    "top_k": "topK",
    "presence_penalty": "presencePenalty",
    "frequency_penalty": "frequencyPenalty",
}
_BODY: Mapping[str, str] = {"safety_settings": "safetySettings", "cached_content": "cachedContent"}
EXTRA = frozenset({*_CONFIG, *_BODY, "include_thoughts"})
"""Gemini's own parameters."""

_KEYWORDS = frozenset({
    "$anchor", "$defs", "$id", "$ref", "additionalProperties", "anyOf", "const", "description", "enum", "format",
    "items", "maxItems", "maximum", "minItems", "minimum", "oneOf", "prefixItems", "properties", "propertyOrdering",
    "required", "title", "type",
})  # fmt: skip


def body_of(ref: str, model: Model, request: Request) -> dict[str, Any]:
    """Return the JSON of a request.

    Raises:
        LMInvalidRequestError: the model is known not to take the request; says what to do.
    """
    system, contents = system_and_contents(ref, request.messages, demands_signatures=model.thinking == "level")
    body: dict[str, Any] = {"contents": contents}
    if system is not None:
        body["systemInstruction"] = system
    config = {**_sampling(request), **_form(request)}
    thinking = thinking_config(ref, model, request.reasoning_effort, request.extra.get("include_thoughts"))
    if thinking:
        config["thinkingConfig"] = thinking
    if config:
        body["generationConfig"] = config
    if request.tools:
        body["tools"] = [{"functionDeclarations": [_declaration(tool) for tool in request.tools]}]
        if request.tool_choice is not None:
            body["toolConfig"] = {"functionCallingConfig": _calling(request.tool_choice)}
    body.update({_BODY[name]: value for name, value in request.extra.items() if name in _BODY})
    return body


def _sampling(request: Request) -> dict[str, Any]:
    fields = {
        "temperature": request.temperature,
        "topP": request.top_p,
        "maxOutputTokens": request.max_tokens,
        "stopSequences": list(request.stop) or None,
        "seed": request.seed,
        "candidateCount": request.n if request.n > 1 else None,
        "responseLogprobs": None if request.logprobs is None else True,
        "logprobs": request.logprobs or None,
    }
    own = {_CONFIG[name]: value for name, value in request.extra.items() if name in _CONFIG}
    return {name: value for name, value in {**fields, **own}.items() if value is not None}


def _form(request: Request) -> dict[str, Any]:
    if request.response_schema is None:
        return {}
    schema = with_keywords(request.response_schema, _KEYWORDS)
    return {"responseMimeType": "application/json", "responseJsonSchema": schema}


def _declaration(tool: ToolSpec) -> dict[str, Any]:
    return {
        "name": tool.name,
        "description": tool.description,
        "parametersJsonSchema": with_keywords(tool.parameters, _KEYWORDS),
    }


def _calling(choice: str) -> dict[str, Any]:
    modes = {"auto": "AUTO", "none": "NONE", "required": "ANY"}
    return {"mode": modes[choice]} if choice in modes else {"mode": "ANY", "allowedFunctionNames": [choice]}
