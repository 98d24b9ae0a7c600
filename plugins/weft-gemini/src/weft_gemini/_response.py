"""Answers of Gemini's ``generateContent``, whole or in pieces: completions, tokens and money, refusals."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from weft import Completion, Response, TokenLogprob, ToolCall, Usage
from weft.errors import LMContentFilterError, LMServerError
from weft_http import encoded, sealed

from ._contents import MADE_UP

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from weft.lm.records import FinishReason
    from weft_http import Facts

_REASONS: Mapping[str, FinishReason] = {
    "STOP": "stop",
    "MAX_TOKENS": "length",
    "SAFETY": "content_filter",
    "RECITATION": "content_filter",
    "BLOCKLIST": "content_filter",
    "PROHIBITED_CONTENT": "content_filter",
    "SPII": "content_filter",
    "MALFORMED_FUNCTION_CALL": "error",
    "UNEXPECTED_TOOL_CALL": "error",
    "TOO_MANY_TOOL_CALLS": "error",
    "OTHER": "error",
}


class Said(NamedTuple):
    """What the parts of a content say."""

    text: str
    reasoning: str
    calls: tuple[ToolCall, ...]


def response_of(ref: str, body: Mapping[str, Any], facts: Facts) -> Response:
    """Return what an answer says.

    Raises:
        LMContentFilterError: the prompt or every answer was blocked.
        LMServerError: there is no answer, and no reason why.
        LookupError, TypeError: the JSON is not an answer.
    """
    usage = usage_of(body, facts)
    candidates: list[dict[str, Any]] = body.get("candidates") or []
    check_blocked(ref, body, candidates, usage)
    completions = [_completion(ref, candidate) for candidate in candidates]
    if not completions:
        provider, _, name = ref.partition("/")
        raise LMServerError(f"{ref} sent no answer and no reason why.", provider=provider, model=name, usage=usage)
    return Response(tuple(completions), usage, body.get("modelVersion", ""))


def check_blocked(
    ref: str, body: Mapping[str, Any], candidates: Sequence[Mapping[str, Any]], usage: Usage | None
) -> None:
    """Raise where the prompt, or every answer, was blocked.

    Raises:
        LMContentFilterError: it was; says what Google calls the reason.
    """
    feedback: Mapping[str, Any] = body.get("promptFeedback") or {}
    blocked, what = feedback.get("blockReason"), "the prompt"
    reasons = [candidate.get("finishReason", "") for candidate in candidates]
    if not blocked and reasons and all(_REASONS.get(reason) == "content_filter" for reason in reasons):
        blocked, what = reasons[0], "the answer"
    if blocked:
        provider, _, name = ref.partition("/")
        raise LMContentFilterError(f"{ref} blocked {what}: {blocked}.", provider=provider, model=name, usage=usage)


def usage_of(body: Mapping[str, Any], facts: Facts) -> Usage:
    """Return the tokens of a call. The API counts thoughts apart; here they are a part of the answer's."""
    counts: Mapping[str, int] = body.get("usageMetadata") or {}
    prompt = counts.get("promptTokenCount", 0) + counts.get("toolUsePromptTokenCount", 0)
    thoughts, cached = counts.get("thoughtsTokenCount", 0), counts.get("cachedContentTokenCount", 0)
    answer = counts.get("candidatesTokenCount", 0) + thoughts
    return Usage(prompt, answer, cached, thoughts, calls=1, cost=facts.cost(prompt, answer, cached))


def finish_reason(candidate: Mapping[str, Any], *, has_calls: bool) -> FinishReason | None:
    """Return why an answer ended, or None where it goes on; reasons that are not known yet are an error."""
    reason = candidate.get("finishReason")
    if not reason:
        return None
    return "tool_calls" if has_calls and reason == "STOP" else _REASONS.get(reason, "error")


def said(ref: str, candidate: Mapping[str, Any], calls_before: int = 0) -> Said:
    """Return what the parts of an answer say; the number of calls before them numbers those without an id."""
    texts: list[str] = []
    reasoning: list[str] = []
    calls: list[ToolCall] = []
    content: Mapping[str, Any] = candidate.get("content") or {}
    parts: list[dict[str, Any]] = content.get("parts") or []
    for part in parts:
        call = part.get("functionCall")
        if call is not None:
            calls.append(_call(ref, part, calls_before + len(calls)))
        elif "text" in part:
            (reasoning if part.get("thought") else texts).append(part["text"])
    return Said("".join(texts), "".join(reasoning), tuple(calls))


def _call(ref: str, part: Mapping[str, Any], index: int) -> ToolCall:
    call = part["functionCall"]
    arguments = encoded(call.get("args") or {}).decode()
    name = call["name"]
    return ToolCall(
        call.get("id") or f"{MADE_UP}{name}-{index}", name, arguments, sealed(ref, part.get("thoughtSignature"))
    )


def logprobs_of(candidate: Mapping[str, Any]) -> tuple[TokenLogprob, ...] | None:
    """Return the log-probabilities of an answer's tokens, or None where there are none."""
    result: Mapping[str, Any] = candidate.get("logprobsResult") or {}
    chosen: list[dict[str, Any]] = result.get("chosenCandidates") or []
    if not chosen:
        return None
    tops: list[dict[str, Any]] = result.get("topCandidates") or [{}] * len(chosen)
    return tuple(_logprob(token, top) for token, top in zip(chosen, tops, strict=False))


def _logprob(token: Mapping[str, Any], top: Mapping[str, Any]) -> TokenLogprob:
    others: list[dict[str, Any]] = top.get("candidates") or []
    return TokenLogprob(
        token["token"], token["logProbability"], tuple((other["token"], other["logProbability"]) for other in others)
    )


def _completion(ref: str, candidate: Mapping[str, Any]) -> Completion:
    text, reasoning, calls = said(ref, candidate)
    reason = finish_reason(candidate, has_calls=bool(calls)) or "stop"
    return Completion(text, reason, calls, reasoning, logprobs_of(candidate))
