"""Turns of a conversation as chat completions want them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable

    from weft import Message, ToolSpec


def turns(messages: Iterable[Message], *, cache_points: bool = False) -> list[dict[str, Any]]:
    """Return the messages; with `cache_points`, prompts say how far they should be cached."""
    return [
        {"role": message.role, "content": message.text}
        if not (message.tool_calls or message.tool_call_id or cache_points)
        else _turn(message, cache_points)
        for message in messages
    ]


def _turn(message: Message, cache_points: bool) -> dict[str, Any]:
    content: Any = _marked(message) if cache_points else message.text
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


def _marked(message: Message) -> Any:
    """Return a turn's text in pieces that end where the prompt should be cached, or as it is without such a place."""
    if not any(part.cache_point for part in message.parts):
        return message.text
    pieces: list[dict[str, Any]] = []
    text = ""
    for position, part in enumerate(message.parts):
        text += part.text if position == 0 else f"\n\n{part.text}"
        if part.cache_point:
            pieces.append({"type": "text", "text": text, "cache_control": {"type": "ephemeral"}})
            text = ""
    return [*pieces, {"type": "text", "text": text}] if text else pieces


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
