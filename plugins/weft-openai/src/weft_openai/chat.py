"""Chat completions: ``POST chat/completions``."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, cast

from weft import Completion, Delta, Response, ToolCall, ToolCallDelta

from .parameters import add_effort, add_parameters, add_schema
from .reading import EMPTY, StreamRefusal, chat_logprobs, check_refusals, finish_reason, raise_error_in, usage_of
from .turns import add_tools, turns

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from weft import RateLimits, Request

    from .lm import OpenAILM


class ChatWire:
    """The API that every server has."""

    path = "chat/completions"

    def body(self, lm: OpenAILM, request: Request) -> dict[str, Any]:
        """Return the body of a request."""
        preset = lm.preset
        body: dict[str, Any] = {
            "model": lm.model,
            "messages": turns(lm.ref, request.messages, cache_points=preset.cache_points),
        }
        if request.tools:
            add_tools(body, request.tools, request.tool_choice, named_tool=preset.named_tool, nested=True)
        if request.logprobs is not None:
            body["logprobs"] = True
            if request.logprobs:
                body["top_logprobs"] = request.logprobs
        add_effort(body, lm, request)
        add_schema(body, lm, request)
        add_parameters(body, lm, request, preset.names)
        return body

    def streaming(self, lm: OpenAILM, body: dict[str, Any]) -> dict[str, Any]:
        """Return the body that asks for a stream that ends with the usage."""
        body["stream"] = True
        if lm.preset.stream_usage:
            body["stream_options"] = {"include_usage": True}
        return body

    def response(self, lm: OpenAILM, value: Any, limits: RateLimits | None = None) -> Response:
        """Return what an answer says.

        Raises:
            LMError: it is an error, or a refusal.
        """
        raise_error_in(lm, value)
        choices = value["choices"]
        completions = tuple([_completion(choice) for choice in choices])
        usage = usage_of(lm, value.get("usage"))
        if completions and not completions[0].text:
            said = next((choice["message"]["refusal"] for choice in choices if choice["message"].get("refusal")), "")
            check_refusals(lm, completions, said, usage)
        return Response(completions, usage, value.get("model") or "", limits=limits)

    def reader(self, lm: OpenAILM) -> ChunkReader:
        """Return what reads the chunks of one stream."""
        return ChunkReader(lm)


def _completion(choice: Mapping[str, Any]) -> Completion:
    message = choice["message"]
    content = message.get("content")
    text, thought = (content, "") if isinstance(content, str) else _parts(content)
    calls = message.get("tool_calls")
    return Completion(
        text,
        finish_reason(choice.get("finish_reason")),
        tuple(_call(call) for call in calls) if calls else (),
        message.get("reasoning_content") or message.get("reasoning") or thought,
        chat_logprobs(choice.get("logprobs")),
    )


def _parts(content: Any) -> tuple[str, str]:
    """Return text and thoughts of content that comes in parts, or is missing."""
    text, thought = "", ""
    for part in content or ():
        if part.get("type") == "thinking":
            inner = part.get("thinking")
            thought += inner if isinstance(inner, str) else _parts(inner)[0]
        else:
            text += part.get("text") or ""
    return text, thought


def _call(call: Mapping[str, Any]) -> ToolCall:
    function = call["function"]
    return ToolCall(call.get("id") or "", function["name"], _arguments(function.get("arguments")))


def _arguments(given: Any) -> str:
    """Return the arguments as JSON, which some servers have read already."""
    return given if isinstance(given, str) else "" if given is None else json.dumps(given)


class ChunkReader:
    """Reads the chunks of one stream."""

    def __init__(self, lm: OpenAILM) -> None:
        self._lm = lm
        self._refusal = StreamRefusal(lm)

    def read(self, chunk: Any) -> Iterator[Delta]:
        """Give the pieces of a chunk.

        Raises:
            LMError: the chunk is an error.
        """
        raise_error_in(self._lm, chunk)
        model = chunk.get("model") or ""
        for choice in chunk.get("choices") or ():
            yield from self._pieces(choice, model)
        usage = chunk.get("usage")
        if usage:
            yield self._refusal.note(Delta(usage=usage_of(self._lm, usage), model=model))

    def end(self) -> None:
        """End the stream; raises where it was a refusal."""
        self._refusal.end()

    def _pieces(self, choice: Mapping[str, Any], model: str) -> Iterator[Delta]:
        delta = cast("Mapping[str, Any]", choice.get("delta") or EMPTY)
        index = choice.get("index") or 0
        for position, call in enumerate(delta.get("tool_calls") or ()):
            yield self._refusal.note(Delta(index=index, tool_call=_call_delta(call, position), model=model))
        content = delta.get("content")
        text, thought = (content, "") if isinstance(content, str) else _parts(content)
        thought = delta.get("reasoning_content") or delta.get("reasoning") or thought
        ended = choice.get("finish_reason")
        logprobs = chat_logprobs(choice.get("logprobs")) or ()
        reason = finish_reason(ended) if ended else None
        piece = Delta(text, index, thought, logprobs=logprobs, finish_reason=reason, model=model)
        self._refusal.note(piece, delta.get("refusal") or "")
        if text or thought or ended or logprobs:
            yield piece


def _call_delta(call: Mapping[str, Any], position: int) -> ToolCallDelta:
    function = call.get("function") or EMPTY
    index = call.get("index")
    return ToolCallDelta(
        position if index is None else index,
        call.get("id") or "",
        function.get("name") or "",
        _arguments(function.get("arguments")),
    )
