"""``POST /v1/chat/completions``: messages in, choices out, whole or as a stream of chunks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..bodies import joined_text, required_list, texts_of
from ..contract import Endpoint, Made, Vendor
from ..records import Answer, Received, ToolCall, Usage, pieces_of
from ..wire import data_event, json_text
from .logprobs import chat_logprobs

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ..wire import Incoming

CREATED = 1_700_000_000
DONE = b"data: [DONE]\n\n"
Event = dict[str, Any]


class Chat(Endpoint):
    """Chat completions of OpenAI; of Azure, where the path names the model."""

    format = "openai.chat"

    def __init__(self, vendor: Vendor) -> None:
        self.vendor = vendor

    def read(self, number: int, http: Incoming, body: Any, names: Mapping[str, str]) -> Received:
        messages = required_list(body, "messages")
        return Received(
            number, self.format, http, body,
            model=names.get("deployment") or body.get("model", ""),
            messages=tuple([(message.get("role", ""), joined_text(message.get("content"))) for message in messages]),
            stream=bool(body.get("stream")),
            n=body.get("n") or 1,
            max_tokens=body.get("max_completion_tokens", body.get("max_tokens")),
            schema=schema_of(body.get("response_format")),
            tools=tuple([tool["function"]["name"] for tool in body.get("tools") or ()]),
            stop=texts_of(body.get("stop")),
        )  # fmt: skip

    def whole(self, made: Made) -> Any:
        choices = [_choice(index, answer, made.received) for index, answer in enumerate(made.answers)]
        return {
            "id": completion_id(made), "object": "chat.completion", "created": CREATED,
            "model": made.received.model, "choices": choices, "usage": usage_record(made.usage),
            "service_tier": "default", "system_fingerprint": "fp_weft",
        }  # fmt: skip

    def events(self, made: Made) -> list[bytes]:
        options: Mapping[str, Any] = made.received.body.get("stream_options") or {}
        with_usage = bool(options.get("include_usage"))
        frame: Event = {
            "id": completion_id(made), "object": "chat.completion.chunk", "created": CREATED,
            "model": made.received.model, "system_fingerprint": "fp_weft",
        }  # fmt: skip
        unknown = {"usage": None} if with_usage else {}
        events = [
            data_event({**frame, "choices": [choice], **unknown})
            for index, answer in enumerate(made.answers)
            for choice in _chunks(index, answer, made)
        ]
        if with_usage:
            events.append(data_event({**frame, "choices": [], "usage": usage_record(made.usage)}))
        return [*events, DONE]


def completion_id(made: Made) -> str:
    """Return the id of an answer."""
    return f"chatcmpl-{made.received.number:012x}"


def schema_of(response_format: Mapping[str, Any] | None) -> Mapping[str, Any] | None:
    """Return the schema of a response format; one that only asks for JSON permits any object."""
    format_ = response_format or {}
    if format_.get("type") == "json_schema":
        return format_["json_schema"].get("schema", {})
    return {"type": "object"} if format_.get("type") == "json_object" else None


def usage_record(usage: Usage) -> Event:
    """Return the usage as chat completions report it."""
    return {
        "prompt_tokens": usage.prompt,
        "completion_tokens": usage.completion,
        "total_tokens": usage.prompt + usage.completion,
        "prompt_tokens_details": {
            "cached_tokens": usage.cached, "cache_write_tokens": usage.cache_written, "audio_tokens": 0,
        },
        "completion_tokens_details": {
            "reasoning_tokens": usage.reasoning, "audio_tokens": 0, "accepted_prediction_tokens": 0,
            "rejected_prediction_tokens": 0,
        },
    }  # fmt: skip


def call_id(call: ToolCall, number: int, index: int) -> str:
    """Return the id of a tool call."""
    return call.id or f"call_{number:x}_{index}"


def _choice(index: int, answer: Answer, received: Received) -> Event:
    message: Event = {"role": "assistant", "content": answer.text or None, "refusal": None}
    if answer.text == "" and not answer.tool_calls:
        message["content"] = ""
    if answer.reasoning:
        message["reasoning_content"] = answer.reasoning
    if answer.tool_calls:
        message["tool_calls"] = [_call(call, received.number, i) for i, call in enumerate(answer.tool_calls)]
    logprobs = chat_logprobs(answer, received.body)
    return {"index": index, "message": message, "logprobs": logprobs, "finish_reason": answer.ending}


def _call(call: ToolCall, number: int, index: int) -> Event:
    function = {"name": call.name, "arguments": json_text(dict(call.arguments))}
    return {"id": call_id(call, number, index), "type": "function", "function": function}


def _chunks(index: int, answer: Answer, made: Made) -> list[Event]:
    deltas: list[Event] = [{"role": "assistant", "content": "", "refusal": None}]
    deltas += [{"reasoning_content": piece} for piece in pieces_of(answer.reasoning)]
    deltas += [{"content": piece} for piece in pieces_of(answer.text)]
    deltas += [{"tool_calls": [delta]} for delta in _call_deltas(answer.tool_calls, made)]
    chunks = [{"index": index, "delta": delta, "logprobs": None, "finish_reason": None} for delta in deltas]
    _add_logprobs(chunks, answer, made.received)
    return [*chunks, {"index": index, "delta": {}, "logprobs": None, "finish_reason": answer.ending}]


def _add_logprobs(chunks: list[Event], answer: Answer, received: Received) -> None:
    logprobs = chat_logprobs(answer, received.body)
    if logprobs is not None:
        texts = [chunk for chunk in chunks if chunk["delta"].get("content")]
        for chunk, entry in zip(texts, logprobs["content"], strict=True):
            chunk["logprobs"] = {"content": [entry], "refusal": None}


def _call_deltas(calls: Sequence[ToolCall], made: Made) -> list[Event]:
    by_call = [_pieces_of_call(call, made.received.number, index) for index, call in enumerate(calls)]
    if not made.shuffled:
        return [delta for deltas in by_call for delta in deltas]
    mixed: list[Event] = []
    while any(by_call):
        mixed += [deltas.pop(0) for deltas in reversed(by_call) if deltas]
    return mixed


def _pieces_of_call(call: ToolCall, number: int, index: int) -> list[Event]:
    whole = _call(call, number, index)
    arguments: str = whole["function"]["arguments"]
    half = len(arguments) // 2
    start = {"index": index, **whole, "function": {"name": call.name, "arguments": ""}}
    parts = [part for part in (arguments[:half], arguments[half:]) if part]
    return [start, *({"index": index, "function": {"arguments": part}} for part in parts)]
