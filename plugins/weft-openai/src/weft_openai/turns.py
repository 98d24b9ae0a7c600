"""Turns of a conversation as chat completions want them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from weft.lm.chat_form import media_form
from weft_http import not_sent, wired

if TYPE_CHECKING:
    from collections.abc import Iterable

    from weft import Message, ToolSpec


def turns(ref: str, messages: Iterable[Message], *, cache_points: bool = False) -> list[dict[str, Any]]:
    """Return the messages; with `cache_points`, prompts say how far they should be cached.

    Raises:
        LMInvalidRequestError: a turn holds media that the API has no form for.
    """
    return [
        {"role": message.role, "content": message.text}
        if not (message.tool_calls or message.tool_call_id or message.media or cache_points)
        else _turn(ref, message, cache_points)
        for message in messages
    ]


def _turn(ref: str, message: Message, cache_points: bool) -> dict[str, Any]:
    content = _content(ref, message, cache_points)
    turn: dict[str, Any] = {"role": message.role, "content": content}
    if message.tool_calls:
        turn["content"] = content or None
        turn["tool_calls"] = [
            {"id": call.id, "type": "function", "function": {"name": call.name, "arguments": call.arguments}}
            for call in message.tool_calls
        ]
    if message.tool_call_id:
        turn["tool_call_id"] = message.tool_call_id
    return turn


def _content(ref: str, message: Message, cache_points: bool) -> Any:
    """Return a turn's text, or pieces where it holds media or should be cached up to a place within it."""
    if not (message.media or (cache_points and any(part.cache_point for part in message.parts))):
        return message.text
    check_role(ref, message)
    pieces: list[dict[str, Any]] = []
    for block in message.blocks:
        piece = wired(ref, block, "openai-chat", media_form, _text)
        pieces.append(
            {**piece, "cache_control": {"type": "ephemeral"}} if cache_points and block.cache_point else piece
        )
    return pieces


def check_role(ref: str, message: Message) -> None:
    """Refuse media in turns that are text in OpenAI's APIs.

    Raises:
        LMInvalidRequestError: there are such media.
    """
    for media in message.media:
        if message.role != "user" and not media.is_text:
            raise not_sent(ref, f"{ref} takes media in turns of the user, and not {media!r} in the {message.role}'s.")


def _text(text: str) -> dict[str, Any]:
    return {"type": "text", "text": text}


def add_tools(
    body: dict[str, Any], tools: tuple[ToolSpec, ...], choice: str | None, *, named_tool: bool, nested: bool
) -> None:
    """Add the tools and which of them may be called.

    Args:
        body: the body of the request.
        tools: the tools.
        choice: ``auto``, ``none``, ``required`` or a tool's name.
        named_tool: whether the server can be told a name; otherwise it is offered that tool alone.
        nested: whether a function is described in a field of its own.
    """
    if choice not in (None, *_MODES) and not named_tool:
        tools, choice = tuple(tool for tool in tools if tool.name == choice), "required"
    body["tools"] = [_tool(tool, nested) for tool in tools]
    if choice in _MODES:
        body["tool_choice"] = choice
    elif choice is not None:
        name = {"name": choice}
        body["tool_choice"] = {"type": "function", "function": name} if nested else {"type": "function", **name}


_MODES = ("auto", "none", "required")


def _tool(tool: ToolSpec, nested: bool) -> dict[str, Any]:
    fields = {"name": tool.name, "description": tool.description, "parameters": tool.parameters}
    return {"type": "function", "function": fields} if nested else {"type": "function", **fields}
