"""A request in the form of Anthropic's Messages API."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from weft_http import not_sent

from ._blocks import system_and_turns
from ._schema import output_schema
from ._thinking import thinking_of

if TYPE_CHECKING:
    from weft import Request, ToolSpec

    from ._models import Model

EXTRA = frozenset({"metadata", "service_tier", "thinking_display", "top_k"})
"""Anthropic's own parameters; all but ``thinking_display`` are sent as they are."""


def body_of(ref: str, name: str, model: Model, request: Request) -> dict[str, Any]:
    """Return the JSON of a request, without ``stream``.

    Raises:
        LMInvalidRequestError: the model is known not to take the request; says what to do.
    """
    _check(ref, model, request)
    system, turns = system_and_turns(ref, request.messages)
    body: dict[str, Any] = {"model": name, "max_tokens": _limit(ref, model, request), "messages": turns}
    if system:
        body["system"] = system
    sampling = {
        "temperature": request.temperature,
        "top_p": request.top_p,
        "stop_sequences": list(request.stop) or None,
    }
    body |= {field: value for field, value in sampling.items() if value is not None}
    if request.tools:
        body["tools"] = [_tool(tool) for tool in request.tools]
        if request.tool_choice is not None:
            body["tool_choice"] = _choice(request.tool_choice)
    extra = dict(request.extra)
    body.update(thinking_of(ref, model, request.reasoning_effort, extra.pop("thinking_display", None)))
    if request.response_schema is not None:
        form = {"type": "json_schema", "schema": output_schema(ref, request.response_schema)}
        body["output_config"] = {**body.get("output_config", {}), "format": form}
    return {**body, **extra}


def _limit(ref: str, model: Model, request: Request) -> int:
    """Return ``max_tokens``, which the API demands: what was asked for, or all that the model has."""
    limit = request.max_tokens or model.max_output
    if limit is None:
        raise not_sent(
            ref,
            f"Anthropic's API needs a number of tokens for the answer, and the most that {ref} can give is not known; "
            "pass max_tokens for a call, or max_output to the LM.",
        )
    return limit


def _check(ref: str, model: Model, request: Request) -> None:
    if model.sampling == "one" and request.temperature is not None and request.top_p is not None:
        raise not_sent(ref, f"{ref} takes temperature or top_p, and not both.")
    if not model.prefill and request.messages[-1].role == "assistant":
        raise not_sent(ref, f"{ref} does not go on with a begun answer; the last turn must be the user's or a tool's.")
    if request.response_schema is not None and any(
        media.options.get("citations") for message in request.messages for media in message.media
    ):
        raise not_sent(
            ref, f"{ref} cites documents in free answers only, which are held to no schema; use adapter='chat'."
        )
    if not model.forced_tools and request.tools and request.tool_choice not in (None, "auto", "none"):
        raise not_sent(ref, f"{ref} cannot be made to call a tool; tool_choice must be 'auto' or 'none'.")


def _tool(tool: ToolSpec) -> dict[str, Any]:
    described = {"description": tool.description} if tool.description else {}
    return {"name": tool.name, **described, "input_schema": tool.parameters}


def _choice(choice: str) -> dict[str, str]:
    kinds = {"auto": "auto", "none": "none", "required": "any"}
    return {"type": kinds[choice]} if choice in kinds else {"type": "tool", "name": choice}
