"""Answers of Anthropic's Messages API: completions, tokens and money, and why an answer ended."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from weft import Citation, Completion, Response, ToolCall, Usage
from weft.errors import LMContentFilterError
from weft_http import encoded, sealed

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from weft import RateLimits
    from weft.lm.records import FinishReason

    Cost = Callable[[int, int, int, int], float | None]

_REASONS: Mapping[str, FinishReason] = {
    "end_turn": "stop",
    "stop_sequence": "stop",
    "tool_use": "tool_calls",
    "max_tokens": "length",
    "model_context_window_exceeded": "length",
    "pause_turn": "length",
}
THOUGHTS = ("thinking", "redacted_thinking")


def response_of(ref: str, body: Mapping[str, Any], cost: Cost, limits: RateLimits | None = None) -> Response:
    """Return what an answer says.

    Args:
        ref: the model's reference.
        body: the JSON of the answer.
        cost: what input, output, cached and written tokens cost.
        limits: what its headers report.

    Raises:
        LMContentFilterError: the model refused to answer.
        LookupError, TypeError: the JSON is not a message.
    """
    usage = usage_of(body["usage"], cost)
    reason = finish_reason(ref, body, usage)
    text, reasoning, calls = _read(ref, body["content"])
    cited = tuple(
        citation_of(citation)
        for block in body["content"]
        if block["type"] == "text"
        for citation in block.get("citations") or ()
    )
    completion = Completion(text, reason, calls, reasoning, citations=cited)
    return Response((completion,), usage, body["model"], limits=limits)


def citation_of(citation: Mapping[str, Any]) -> Citation:
    """Return a passage that a text rests on; a document without a title is called by its number, from 1 on."""
    title = citation.get("document_title") or f"document {citation.get('document_index', 0) + 1}"
    return Citation(citation["cited_text"], title)


def finish_reason(ref: str, message: Mapping[str, Any], usage: Usage) -> FinishReason:
    """Return why an answer ended; reasons that are not known yet are an ordinary end.

    Raises:
        LMContentFilterError: the model refused to answer.
    """
    reason = message["stop_reason"]
    if reason == "refusal":
        details: Mapping[str, Any] = message.get("stop_details") or {}
        why = details.get("explanation") or "it said nothing of why."
        provider, _, name = ref.partition("/")
        raise LMContentFilterError(f"{ref} refused to answer: {why}", provider=provider, model=name, usage=usage)
    return _REASONS.get(reason, "stop")


def usage_of(counts: Mapping[str, Any], cost: Cost) -> Usage:
    """Return the tokens of a call. The API counts those of its cache apart; here they are a part of the prompt's."""
    cached, written = counts.get("cache_read_input_tokens") or 0, counts.get("cache_creation_input_tokens") or 0
    prompt, answer = counts["input_tokens"] + cached + written, counts["output_tokens"]
    return Usage(prompt, answer, cached, calls=1, cost=cost(prompt, answer, cached, written))


def _read(ref: str, blocks: Sequence[dict[str, Any]]) -> tuple[str, str, tuple[ToolCall, ...]]:
    """Return the text, the thoughts and the calls of an answer. The first call keeps the thoughts, to be sent back."""
    texts: list[str] = []
    reasoning: list[str] = []
    calls: list[ToolCall] = []
    thoughts: list[dict[str, Any]] = []
    for block in blocks:
        kind = block["type"]
        if kind == "text":
            texts.append(block["text"])
        elif kind in THOUGHTS:
            thoughts.append(block)
            reasoning.append(block.get("thinking", ""))
        elif kind == "tool_use":
            state = "" if calls else sealed(ref, thoughts)
            calls.append(ToolCall(block["id"], block["name"], encoded(block["input"]).decode(), state))
    return "".join(texts), "".join(reasoning), tuple(calls)
