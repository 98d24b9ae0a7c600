"""``POST /v1/responses``: items in, items out, whole or as a stream of named events."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from ..bodies import joined_text
from ..contract import Endpoint, Made, Vendor
from ..problems import Problem
from ..records import Answer, Received, Usage
from ..wire import json_text, named_event
from .chat import CREATED, call_id
from .logprobs import entry, token_logprobs
from .response_events import events_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ..wire import Incoming

Item = dict[str, Any]


class Responses(Endpoint):
    """The Responses API; one answer a request."""

    format = "openai.responses"

    def __init__(self, vendor: Vendor) -> None:
        self.vendor = vendor

    def read(self, number: int, http: Incoming, body: Any, names: Mapping[str, str]) -> Received:
        config: Item = body.get("text") or {}
        format_: Item = config.get("format") or {}
        return Received(
            number, self.format, http, body,
            model=body.get("model", ""),
            messages=messages_of(body),
            stream=bool(body.get("stream")),
            max_tokens=body.get("max_output_tokens"),
            schema=format_.get("schema"),
            tools=tuple([tool["name"] for tool in body.get("tools") or () if "name" in tool]),
        )  # fmt: skip

    def whole(self, made: Made) -> Any:
        return _ended(made, items_of(made))

    def events(self, made: Made) -> list[bytes]:
        items = items_of(made)
        start: Item = {**frame(made), "status": "in_progress", "output": [], "usage": None}
        return events_of(start, items, _ended(made, items), shuffled=made.shuffled)

    def error_event(self, problem: Problem) -> bytes:
        error = {
            "type": "error",
            "code": "server_error",
            "message": problem.message,
            "param": None,
            "sequence_number": 0,
        }
        return named_event("error", error)


def messages_of(body: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    """Return roles and texts, the instructions first.

    Raises:
        Problem: there is no input.
    """
    given: Any = body.get("input")
    if not given:
        raise Problem(400, "Missing required parameter: 'input'.")
    items = [{"role": "user", "content": given}] if isinstance(given, str) else cast("list[Item]", given)
    instructions = body.get("instructions")
    system = (("system", instructions),) if instructions else ()
    return (*system, *[(item.get("role", item.get("type", "")), _text_of(item)) for item in items])


def _text_of(item: Item) -> str:
    return joined_text(item.get("content") or item.get("output") or item.get("arguments"))


def frame(made: Made) -> Item:
    """Return what a response has at any time."""
    body = made.received.body
    return {
        "id": f"resp_{made.received.number:012x}", "object": "response", "created_at": CREATED,
        "model": made.received.model, "error": None, "incomplete_details": None,
        "instructions": body.get("instructions"), "max_output_tokens": body.get("max_output_tokens"),
        "metadata": body.get("metadata") or {}, "parallel_tool_calls": True, "previous_response_id": None,
        "reasoning": {"effort": None, "summary": None}, "store": body.get("store", True),
        "temperature": body.get("temperature", 1.0), "text": body.get("text") or {"format": {"type": "text"}},
        "tool_choice": body.get("tool_choice", "auto"), "tools": body.get("tools") or [],
        "top_p": body.get("top_p", 1.0), "truncation": "disabled",
    }  # fmt: skip


def items_of(made: Made) -> list[Item]:
    """Return the output: thoughts, message, tool calls."""
    answer = made.answers[0] if made.answers else None
    if answer is None:
        return []
    number = made.received.number
    items: list[Item] = []
    if answer.reasoning:
        summary = [{"type": "summary_text", "text": answer.reasoning}]
        items.append({"id": f"rs_{number:x}", "type": "reasoning", "summary": summary})
    if answer.text or not answer.tool_calls:
        content = {"type": "output_text", "text": answer.text, "annotations": [], "logprobs": _logprobs(answer, made)}
        message = {"id": f"msg_{number:x}", "type": "message", "role": "assistant", "status": "completed"}
        items.append({**message, "content": [content]})
    for index, call in enumerate(answer.tool_calls):
        ids = {"id": f"fc_{number:x}_{index}", "call_id": call_id(call, number, index)}
        arguments = json_text(dict(call.arguments))
        items.append({**ids, "type": "function_call", "name": call.name, "arguments": arguments, "status": "completed"})
    return items


def _logprobs(answer: Answer, made: Made) -> list[Item]:
    body = made.received.body
    if "message.output_text.logprobs" not in (body.get("include") or ()):
        return []
    return [entry(token, logprob, body.get("top_logprobs") or 0) for token, logprob in token_logprobs(answer)]


def _ended(made: Made, items: list[Item]) -> Item:
    ending = made.answers[0].ending if made.answers else "stop"
    reason = {"length": "max_output_tokens", "content_filter": "content_filter"}.get(ending)
    return {
        **frame(made),
        "status": "incomplete" if reason else "completed",
        "incomplete_details": {"reason": reason} if reason else None,
        "output": items,
        "usage": usage_record(made.usage),
    }


def usage_record(usage: Usage) -> Item:
    """Return the usage as responses report it."""
    return {
        "input_tokens": usage.prompt,
        "input_tokens_details": {"cached_tokens": usage.cached, "cache_write_tokens": usage.cache_written},
        "output_tokens": usage.completion,
        "output_tokens_details": {"reasoning_tokens": usage.reasoning},
        "total_tokens": usage.prompt + usage.completion,
    }
