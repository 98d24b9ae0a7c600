"""litellm's answers as weft's records: whole ones, and pieces of streamed ones."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from multidict import CIMultiDict

from weft import Completion, Delta, Embeddings, Response, TokenLogprob, ToolCall, ToolCallDelta, Usage
from weft_http import LimitHeaders

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from weft import Prices, RateLimits

LIMITS = LimitHeaders()
"""The headers that litellm gives, under OpenAI's names, whoever the provider is."""

_REASONS = {"stop": "stop", "length": "length", "tool_calls": "tool_calls", "function_call": "tool_calls"}
_FILTERED = {"content_filter", "refusal", "safety"}


def response_of(answer: Any, prices: Prices | None) -> Response:
    """Return a whole answer, with what its headers say of limits."""
    completions = tuple(_completion(choice) for choice in answer.choices)
    return Response(completions, usage_of(answer, prices), answer.model or "", limits=limits_of(answer))


def deltas_of(chunk: Any, prices: Prices | None) -> Iterator[Delta]:
    """Yield the pieces that a chunk of a stream holds."""
    model = chunk.model or ""
    for choice in chunk.choices:
        delta = choice.delta
        for call in delta.tool_calls or ():
            function = call.function
            piece = ToolCallDelta(call.index or 0, call.id or "", function.name or "", function.arguments or "")
            yield Delta(index=choice.index, tool_call=piece, model=model)
        text, reasoning = delta.content or "", getattr(delta, "reasoning_content", None) or ""
        logprobs = _logprobs(choice) or ()
        reason = None if choice.finish_reason is None else _reason(choice.finish_reason)
        if text or reasoning or logprobs or reason is not None:
            yield Delta(text, choice.index, reasoning, logprobs=logprobs, finish_reason=reason, model=model)
    if getattr(chunk, "usage", None) is not None:
        yield Delta(usage=usage_of(chunk, prices), model=model)


def embeddings_of(answer: Any, prices: Prices | None) -> Embeddings:
    """Return vectors in the order of the texts."""
    vectors = sorted((item["index"], tuple(item["embedding"])) for item in answer.data)
    return Embeddings(tuple(vector for _, vector in vectors), usage_of(answer, prices))


def usage_of(answer: Any, prices: Prices | None) -> Usage:
    """Return what a call spent, in tokens and at the model's prices; nothing where the provider does not say."""
    usage = getattr(answer, "usage", None)
    if usage is None:
        return Usage(calls=1)
    prompt, written = usage.prompt_tokens or 0, getattr(usage, "cache_creation_input_tokens", None) or 0
    answered = getattr(usage, "completion_tokens", None) or 0
    cached = _detail(usage, "prompt_tokens_details", "cached_tokens")
    reasoning = _detail(usage, "completion_tokens_details", "reasoning_tokens")
    cost = None if prices is None else prices.cost(prompt, answered, cached, written)
    return Usage(prompt, answered, cached, reasoning, calls=1, cost=cost)


def plain(headers: Mapping[str, Any]) -> Mapping[str, str]:
    """Return HTTP headers under the provider's names, which litellm puts a word before."""
    return CIMultiDict({name.removeprefix("llm_provider-"): str(value) for name, value in headers.items()})


def limits_of(answer: Any) -> RateLimits | None:
    """Return what the headers of an answer, or of a stream, say of rate limits."""
    hidden: Mapping[str, Any] = getattr(answer, "_hidden_params", None) or {}
    return LIMITS.read(plain(hidden.get("additional_headers") or {}))


def _completion(choice: Any) -> Completion:
    message = choice.message
    calls = tuple(
        ToolCall(call.id or "", call.function.name or "", call.function.arguments or "")
        for call in message.tool_calls or ()
    )
    reasoning = getattr(message, "reasoning_content", None) or ""
    return Completion(message.content or "", _reason(choice.finish_reason), calls, reasoning, _logprobs(choice))


def _reason(reason: str | None) -> Any:
    return "content_filter" if reason in _FILTERED else _REASONS.get(reason or "stop", "stop")


def _logprobs(choice: Any) -> tuple[TokenLogprob, ...] | None:
    content = getattr(getattr(choice, "logprobs", None), "content", None)
    if content is None:
        return None
    return tuple(
        TokenLogprob(token.token, token.logprob, tuple((top.token, top.logprob) for top in token.top_logprobs or ()))
        for token in content
    )


def _detail(usage: Any, part: str, name: str) -> int:
    return getattr(getattr(usage, part, None), name, None) or 0
