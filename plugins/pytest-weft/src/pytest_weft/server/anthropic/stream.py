"""The events of a streamed message: each content block starts, grows and stops."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..records import pieces_of
from ..wire import json_text, named_event

if TYPE_CHECKING:
    from ..contract import Made

Block = dict[str, Any]
Event = tuple[str, dict[str, Any]]


def events_of(message: Block, blocks: list[Block], end: Block, made: Made) -> list[bytes]:
    """Return all events, from the start of the message to its end."""
    by_block = [_block_events(index, block) for index, block in enumerate(blocks)]
    last = {"delta": end, "usage": {"output_tokens": made.usage.completion}}
    events: list[Event] = [
        ("message_start", {"message": message}),
        ("ping", {}),
        *_in_order(by_block, shuffled=made.shuffled),
        ("message_delta", last),
        ("message_stop", {}),
    ]
    return [named_event(name, {"type": name, **data}) for name, data in events]


def _in_order(by_block: list[list[Event]], *, shuffled: bool) -> list[Event]:
    if not shuffled:
        return [event for events in by_block for event in events]
    mixed: list[Event] = []
    while any(by_block):
        mixed += [events.pop(0) for events in reversed(by_block) if events]
    return mixed


def _block_events(index: int, block: Block) -> list[Event]:
    start, deltas = _opened(block)
    return [
        ("content_block_start", {"index": index, "content_block": start}),
        *(("content_block_delta", {"index": index, "delta": delta}) for delta in deltas),
        ("content_block_stop", {"index": index}),
    ]


def _opened(block: Block) -> tuple[Block, list[Block]]:
    """Return a block as it starts, empty, and what is added to it."""
    if block["type"] == "text":
        return {**block, "text": ""}, [{"type": "text_delta", "text": piece} for piece in pieces_of(block["text"])]
    if block["type"] == "thinking":
        deltas = [{"type": "thinking_delta", "thinking": piece} for piece in pieces_of(block["thinking"])]
        signature = {"type": "signature_delta", "signature": block["signature"]}
        return {"type": "thinking", "thinking": "", "signature": ""}, [*deltas, signature]
    arguments = json_text(block["input"])
    half = len(arguments) // 2
    parts = ("", arguments[:half], arguments[half:])
    return {**block, "input": {}}, [{"type": "input_json_delta", "partial_json": part} for part in parts]
