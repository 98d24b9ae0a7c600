"""Requests in the form that OpenAI's chat completions made common, as plain JSON data."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ..data.calls import ToolCall, ToolSpec
    from .messages import Message
    from .records import Request

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
    turn: dict[str, Any] = {"role": message.role, "content": message.text}
    if message.tool_calls:
        turn["content"] = message.text or None
        turn["tool_calls"] = [_call(call) for call in message.tool_calls]
    if message.tool_call_id:
        turn["tool_call_id"] = message.tool_call_id
    return turn


def _call(call: ToolCall) -> dict[str, Any]:
    return {"id": call.id, "type": "function", "function": {"name": call.name, "arguments": call.arguments}}


def _tool(tool: ToolSpec) -> dict[str, Any]:
    function = {"name": tool.name, "description": tool.description, "parameters": dict(tool.parameters)}
    return {"type": "function", "function": function}


def _choice(choice: str) -> Any:
    named = {"type": "function", "function": {"name": choice}}
    return choice if choice in ("auto", "none", "required") else named
