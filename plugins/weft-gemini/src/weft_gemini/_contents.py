"""Turns as Gemini writes them: contents with parts, calls of functions and their answers."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, cast

from weft_http import not_sent, unsealed, wired

from ._media import media_part

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from weft import Message, ToolCall

    Contents = list[dict[str, Any]]

_NO_SIGNATURE = "skip_thought_signature_validator"
"""What Google documents for calls that another model made, where a signature is demanded."""
MADE_UP = "weft-"
"""How the ids begin that were made up for calls that came without one; they are not sent."""


def system_and_contents(
    ref: str, messages: Sequence[Message], *, demands_signatures: bool
) -> tuple[dict[str, Any] | None, Contents]:
    """Return the system instruction and the contents of a conversation.

    All system turns go into the instruction, wherever they stand. Answers of several tools become one content, as the
    API wants it.

    Args:
        ref: the model's reference.
        messages: the turns.
        demands_signatures: whether the model refuses calls that carry no signature of a thought.

    Raises:
        LMInvalidRequestError: a tool's turn answers a call that no turn before makes.
    """
    system = [{"text": message.text} for message in messages if message.role == "system"]
    contents: Contents = []
    names: dict[str, str] = {}
    for message in messages:
        if message.role == "tool":
            _answer(contents, ref, message, names)
        elif message.role == "assistant":
            names.update({call.id: call.name for call in message.tool_calls})
            contents.append({"role": "model", "parts": _said(ref, message, demands_signatures)})
        elif message.role == "user":
            contents.append({"role": "user", "parts": _parts(ref, message) or [{"text": message.text}]})
    return {"parts": system} if system else None, contents


def _parts(ref: str, message: Message) -> list[dict[str, Any]]:
    """Return the text of a turn, and media where they stand in it."""
    if not message.media:
        return [{"text": message.text}]
    return [wired(ref, block, "gemini", media_part, _text) for block in message.blocks]


def _text(text: str) -> dict[str, Any]:
    return {"text": text}


def _said(ref: str, message: Message, demands_signatures: bool) -> list[dict[str, Any]]:
    parts = _parts(ref, message) if message.text else [] if message.tool_calls else [{"text": ""}]
    for index, call in enumerate(message.tool_calls):
        part: dict[str, Any] = {"functionCall": {"name": call.name, "args": _arguments(call), **_id(call.id)}}
        signature = unsealed(ref, call.state)
        if isinstance(signature, str):
            part["thoughtSignature"] = signature
        elif demands_signatures and index == 0:  # of calls side by side, the first one is signed
            part["thoughtSignature"] = _NO_SIGNATURE
        parts.append(part)
    return parts


def _answer(contents: Contents, ref: str, message: Message, names: Mapping[str, str]) -> None:
    name = names.get(message.tool_call_id)
    if name is None:
        raise not_sent(
            ref,
            f"A tool's turn answers the call {message.tool_call_id!r}, which no assistant's turn before it makes; "
            f"{ref} needs both.",
        )
    response = {"name": name, "response": {"result": message.text}, **_id(message.tool_call_id)}
    part = {"functionResponse": response}
    if contents and "functionResponse" in contents[-1]["parts"][0]:
        contents[-1]["parts"].append(part)
    else:
        contents.append({"role": "user", "parts": [part]})


def _id(call: str) -> dict[str, str]:
    return {} if call.startswith(MADE_UP) else {"id": call}


def _arguments(call: ToolCall) -> dict[str, Any]:
    """Return the arguments as the object that the API demands, also where the model wrote none."""
    try:
        value: Any = json.loads(call.arguments)
    except ValueError:
        value = None
    return cast("dict[str, Any]", value) if isinstance(value, dict) else {"arguments": call.arguments}
