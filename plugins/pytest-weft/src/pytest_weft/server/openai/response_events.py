"""The events of a streamed response: each item is added, grows, and is done."""

from __future__ import annotations

from typing import Any

from ..records import pieces_of
from ..wire import named_event

Item = dict[str, Any]
Event = tuple[str, Item]


def events_of(start: Item, items: list[Item], end: Item, *, shuffled: bool) -> list[bytes]:
    """Return all events, numbered, from the start of the response to its end."""
    by_item = [_item_events(index, item) for index, item in enumerate(items)]
    events: list[Event] = [
        ("response.created", {"response": start}),
        ("response.in_progress", {"response": start}),
        *(_mixed(by_item) if shuffled else [event for events in by_item for event in events]),
        (f"response.{end['status']}", {"response": end}),
    ]
    return [
        named_event(name, {"type": name, "sequence_number": number, **data})
        for number, (name, data) in enumerate(events)
    ]


def _mixed(by_item: list[list[Event]]) -> list[Event]:
    mixed: list[Event] = []
    while any(by_item):
        mixed += [events.pop(0) for events in reversed(by_item) if events]
    return mixed


def _item_events(index: int, item: Item) -> list[Event]:
    grow = {"message": _message, "function_call": _call, "reasoning": _reasoning}[item["type"]]
    started, middle = grow(item, {"item_id": item["id"], "output_index": index})
    return [
        ("response.output_item.added", {"output_index": index, "item": started}),
        *middle,
        ("response.output_item.done", {"output_index": index, "item": item}),
    ]


def _message(item: Item, place: Item) -> tuple[Item, list[Event]]:
    (part,) = item["content"]
    place = {**place, "content_index": 0}
    empty: Item = {**part, "text": "", "logprobs": []}
    deltas = pieces_of(part["text"])
    logprobs = [[each] for each in part["logprobs"]] or [[] for _ in deltas]
    middle: list[Event] = [
        ("response.content_part.added", {**place, "part": empty}),
        *(
            ("response.output_text.delta", {**place, "delta": delta, "logprobs": each})
            for delta, each in zip(deltas, logprobs, strict=True)
        ),
        ("response.output_text.done", {**place, "text": part["text"], "logprobs": part["logprobs"]}),
        ("response.content_part.done", {**place, "part": part}),
    ]
    return {**item, "status": "in_progress", "content": []}, middle


def _call(item: Item, place: Item) -> tuple[Item, list[Event]]:
    arguments: str = item["arguments"]
    half = len(arguments) // 2
    name = "response.function_call_arguments"
    middle: list[Event] = [
        *((f"{name}.delta", {**place, "delta": part}) for part in (arguments[:half], arguments[half:])),
        (f"{name}.done", {**place, "name": item["name"], "arguments": arguments}),
    ]
    return {**item, "status": "in_progress", "arguments": ""}, middle


def _reasoning(item: Item, place: Item) -> tuple[Item, list[Event]]:
    (part,) = item["summary"]
    place = {**place, "summary_index": 0}
    name = "response.reasoning_summary"
    middle: list[Event] = [
        (f"{name}_part.added", {**place, "part": {**part, "text": ""}}),
        *((f"{name}_text.delta", {**place, "delta": piece}) for piece in pieces_of(part["text"])),
        (f"{name}_text.done", {**place, "text": part["text"]}),
        (f"{name}_part.done", {**place, "part": part}),
    ]
    return {**item, "summary": []}, middle
