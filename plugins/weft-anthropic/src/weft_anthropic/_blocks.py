"""Turns as Anthropic writes them: content blocks, marks of the prompt cache, calls of tools and their answers."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any, cast

from weft import Message
from weft_http import unsealed, wired

from ._media import media_block

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from weft import Part, ToolCall

    Blocks = list[dict[str, Any]]

_MOST_MARKS = 4  # the API takes no more; the last ones cover the most of the prompt


def system_and_turns(ref: str, messages: Sequence[Message]) -> tuple[str | Blocks, Blocks]:
    """Return the system prompt, which stands apart, and the other turns.

    All system turns go into the prompt, wherever they stand. Answers of several tools become one turn of the user, as
    the API wants it. Otherwise a turn is a turn.
    """
    system = [message for message in messages if message.role == "system"]
    others = [message for message in messages if message.role != "system"]
    marks = _marks([*system, *others])
    prompt = _content(ref, [part for message in system for part in message.parts], marks)
    turns: Blocks = []
    for message in others:
        _add(turns, ref, message, _content(ref, message.parts, marks))
    return prompt, turns


def _marks(messages: Sequence[Message]) -> Iterator[bool]:
    """Say for each cache point in turn whether it is marked."""
    points = sum(part.cache_point for message in messages for part in message.parts)
    return iter([index >= points - _MOST_MARKS for index in range(points)])


def _add(turns: Blocks, ref: str, message: Message, content: str | Blocks) -> None:
    if message.role == "tool":
        answer = {"type": "tool_result", "tool_use_id": message.tool_call_id, "content": content}
        if turns and _is_tool_turn(turns[-1]):
            turns[-1]["content"].append(answer)
        else:
            turns.append({"role": "user", "content": [answer]})
    elif message.tool_calls:
        thoughts = unsealed(ref, message.tool_calls[0].state) or ()
        calls = [_call(call) for call in message.tool_calls]
        turns.append({"role": "assistant", "content": [*thoughts, *_blocks(content), *calls]})
    else:
        turns.append({"role": message.role, "content": content})


def _is_tool_turn(turn: dict[str, Any]) -> bool:
    content = turn["content"]
    return isinstance(content, list) and cast("Blocks", content)[0]["type"] == "tool_result"


def _content(ref: str, parts: Sequence[Part], marks: Iterator[bool]) -> str | Blocks:
    """Return the text of parts, or blocks where there are media; blocks of text end where the cache has a mark."""
    marked = [replace(part, cache_point=part.cache_point and next(marks)) for part in parts]
    if not any(part.cache_point or part.media for part in marked):
        return "\n\n".join([part.text for part in marked])
    blocks: Blocks = []
    for block in Message("user", tuple(marked)).blocks:
        piece = wired(ref, block, "anthropic", media_block, _text)
        blocks.append({**piece, "cache_control": {"type": "ephemeral"}} if block.cache_point else piece)
    return blocks


def _text(text: str) -> dict[str, Any]:
    return {"type": "text", "text": text}


def _blocks(content: str | Blocks) -> Blocks:
    if isinstance(content, str):
        return [{"type": "text", "text": content}] if content else []  # the API refuses empty texts
    return content


def _call(call: ToolCall) -> dict[str, Any]:
    return {"type": "tool_use", "id": call.id, "name": call.name, "input": _input(call.arguments)}


def _input(arguments: str) -> dict[str, Any]:
    """Return the arguments as the object that the API demands, also where the model wrote none."""
    try:
        value: Any = json.loads(arguments)
    except ValueError:
        value = None
    return cast("dict[str, Any]", value) if isinstance(value, dict) else {"arguments": arguments}
