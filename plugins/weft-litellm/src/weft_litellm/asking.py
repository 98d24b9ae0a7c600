"""A request in litellm's words, which are OpenAI's."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from weft.errors import LMInvalidRequestError
from weft.lm.chat_form import media_form
from weft_http import is_strict, wired

from .abilities import takes
from .library import library

if TYPE_CHECKING:
    from collections.abc import Mapping

    from weft import Media, Message, Request

    from .model import LiteLLM

_SENT = ("temperature", "top_p", "max_tokens", "seed")


def arguments_of(lm: LiteLLM, request: Request) -> dict[str, Any]:
    """Return the keyword arguments of ``litellm.acompletion`` for a request.

    Raises:
        LMInvalidRequestError: a number of tokens to reason with, for a model that takes a word, or media for which
            there is no form.
    """
    prices = lm.capabilities.prices
    is_told = prices is not None and prices.cache_write is not None  # who charges for writing is told what to write
    arguments: dict[str, Any] = {"messages": messages_of(lm.ref, request, marked=is_told)}
    arguments |= {name: value for name in _SENT if (value := getattr(request, name)) is not None}
    if request.stop:
        arguments["stop"] = list(request.stop)
    if request.n > 1:
        arguments["n"] = request.n
    if request.logprobs is not None:
        arguments |= {"logprobs": True} | ({"top_logprobs": request.logprobs} if request.logprobs else {})
    if request.reasoning_effort is not None:
        arguments |= _reasoning(lm, request.reasoning_effort)
    if request.response_schema is not None:
        arguments["response_format"] = _held_to(request.response_schema)
    if request.tools:
        arguments["tools"] = _tools(request)
        arguments |= {} if request.tool_choice is None else {"tool_choice": _choice(request.tool_choice)}
    return {**arguments, **request.extra}


def messages_of(ref: str, request: Request, *, marked: bool = False) -> list[dict[str, Any]]:
    """Return the turns; `marked`: with the cache points of a provider that must be told of them."""
    return [_turn(message, _content(ref, message, marked=marked)) for message in request.messages]


def tokens_of(model: str, request: Request) -> int:
    """Return the tokens of a prompt as litellm counts them, for a model whose tokenizer it brings along.

    Media count as the text that stands for them; litellm would fetch images to look at them.
    """
    count: Any = library().token_counter
    texts = [_turn(message, message.text) for message in request.messages]
    tokens = count(model=model, messages=texts, tools=_tools(request) or None)
    if request.response_schema is None:
        return tokens
    return tokens + count(model=model, text=json.dumps(request.response_schema, default=dict))


def _turn(message: Message, content: Any) -> dict[str, Any]:
    turn: dict[str, Any] = {"role": message.role, "content": content}
    if message.tool_calls:
        turn["tool_calls"] = [
            {"id": call.id, "type": "function", "function": {"name": call.name, "arguments": call.arguments}}
            for call in message.tool_calls
        ]
        turn["content"] = turn["content"] or None
    if message.tool_call_id:
        turn["tool_call_id"] = message.tool_call_id
    return turn


def _content(ref: str, message: Message, *, marked: bool) -> Any:
    """Return the text; in blocks where it holds media, or cache points that are marked."""
    if not message.media and not (marked and any(part.cache_point for part in message.parts)):
        return message.text
    blocks: list[dict[str, Any]] = []
    for block in message.blocks:
        piece = wired(ref, block, "openai-chat", _form, _text)
        blocks.append({**piece, "cache_control": {"type": "ephemeral"}} if marked and block.cache_point else piece)
    return blocks


def _form(media: Media) -> dict[str, Any] | None:
    """Return media as litellm has them: as OpenAI, and files by URL besides."""
    if media.url is not None and not media.media_type.startswith(("image/", "audio/")):
        return {"type": "file", "file": {"file_id": media.url, "format": media.media_type}}
    return media_form(media)


def _text(text: str) -> dict[str, Any]:
    return {"type": "text", "text": text}


def _reasoning(lm: LiteLLM, effort: str | int) -> dict[str, Any]:
    if isinstance(effort, str):
        return {"reasoning_effort": effort}
    if not takes(lm.model, "thinking"):
        raise LMInvalidRequestError(
            f"{lm.ref} takes no number of tokens as reasoning_effort. Give it a word, such as 'low'.",
            provider=lm.provider,
            model=lm.model,
        )
    return {"thinking": {"type": "enabled", "budget_tokens": effort} if effort else {"type": "disabled"}}


def _held_to(schema: Mapping[str, Any]) -> dict[str, Any]:
    held: dict[str, Any] = {"name": "answer", "schema": dict(schema)}
    return {"type": "json_schema", "json_schema": {**held, "strict": True} if is_strict(schema) else held}


def _tools(request: Request) -> list[dict[str, Any]]:
    return [
        {
            "type": "function",
            "function": {"name": tool.name, "description": tool.description, "parameters": dict(tool.parameters)},
        }
        for tool in request.tools
    ]


def _choice(choice: str) -> Any:
    if choice in ("auto", "none", "required"):
        return choice
    return {"type": "function", "function": {"name": choice}}
