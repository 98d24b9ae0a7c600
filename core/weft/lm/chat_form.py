"""Requests in the form that OpenAI's chat completions made common, as plain JSON data."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ..data.calls import ToolCall, ToolSpec
    from ..data.media import Media
    from .blocks import Block
    from .messages import Message
    from .records import Request

_SOUND = {"mpeg": "mp3", "x-wav": "wav", "wave": "wav", "x-m4a": "m4a"}
_SENT_AS_GIVEN = ("temperature", "top_p", "max_tokens", "seed")


def chat_body(request: Request) -> dict[str, Any]:
    """Return what a call sends beside the model's name: messages, tools, form of the answer and sampling parameters."""
    body: dict[str, Any] = {"messages": [chat_message(message) for message in request.messages]}
    if request.tools:
        body["tools"] = [_tool(tool) for tool in request.tools]
    if request.tool_choice is not None:
        body["tool_choice"] = _choice(request.tool_choice)
    if request.response_schema is not None:
        schema = {"name": "answer", "strict": True, "schema": dict(request.response_schema)}
        body["response_format"] = {"type": "json_schema", "json_schema": schema}
    given = {name: getattr(request, name) for name in _SENT_AS_GIVEN}
    body.update({name: value for name, value in given.items() if value is not None})
    if request.stop:
        body["stop"] = list(request.stop)
    if request.n != 1:
        body["n"] = int(request.n)
    return body


def chat_message(message: Message) -> dict[str, Any]:
    """Return a turn: role and content, and calls of tools where there are any."""
    content = [chat_piece(block) for block in message.blocks] if message.media else message.text
    turn: dict[str, Any] = {"role": message.role, "content": content}
    if message.tool_calls:
        turn["content"] = content or None
        turn["tool_calls"] = [_call(call) for call in message.tool_calls]
    if message.tool_call_id:
        turn["tool_call_id"] = message.tool_call_id
    return turn


def chat_piece(block: Block) -> dict[str, Any]:
    """Return a block of a turn that holds media; what has no form is text that says what it was."""
    media = block.media
    piece = None if media is None else media.wire("openai-chat") or media_form(media)
    return {"type": "text", "text": block.text} if piece is None else dict(piece)


def media_form(media: Media) -> dict[str, Any] | None:
    """Return media as chat completions have them, which many servers understand; None: there is no form."""
    if media.media_type.startswith("image/") and media.file_id is None:
        detail = {"detail": media.options["detail"]} if "detail" in media.options else {}
        return {"type": "image_url", "image_url": {"url": media.data_uri, **detail}}
    if media.file_id is not None:
        return {"type": "file", "file": {"file_id": media.file_id}}
    if media.url is not None or media.is_text:
        return None
    if media.media_type.startswith("audio/"):
        return {"type": "input_audio", "input_audio": {"data": media.base64, "format": sound_format(media)}}
    return {"type": "file", "file": {"filename": file_name(media), "file_data": media.data_uri}}


def sound_format(media: Media) -> str:
    """Return the format of sound in a word, such as ``mp3``."""
    kind = media.media_type.partition("/")[2]
    return _SOUND.get(kind, kind)


def file_name(media: Media) -> str:
    """Return the name of a file, which is made up where it has none."""
    return media.name or f"file.{media.media_type.rpartition('/')[2]}"


def _call(call: ToolCall) -> dict[str, Any]:
    return {"id": call.id, "type": "function", "function": {"name": call.name, "arguments": call.arguments}}


def _tool(tool: ToolSpec) -> dict[str, Any]:
    function = {"name": tool.name, "description": tool.description, "parameters": dict(tool.parameters)}
    return {"type": "function", "function": function}


def _choice(choice: str) -> Any:
    named = {"type": "function", "function": {"name": choice}}
    return choice if choice in ("auto", "none", "required") else named
