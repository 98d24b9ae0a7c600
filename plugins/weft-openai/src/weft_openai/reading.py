"""What all answers have: why they end, what they spent, log-probabilities, errors in their place."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from weft import TokenLogprob, Usage
from weft.errors import LMContentFilterError
from weft_http import encoded

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from weft import Completion, Delta
    from weft.errors import LMError

    from .lm import OpenAILM

FINISH_REASONS: Mapping[str, Any] = {
    "stop": "stop",
    "length": "length",
    "tool_calls": "tool_calls",
    "content_filter": "content_filter",
    "function_call": "tool_calls",
    "eos": "stop",
    "eos_token": "stop",
    "stop_sequence": "stop",
    "end_turn": "stop",
    "model_length": "length",
    "max_tokens": "length",
    "abort": "error",
    "error": "error",
}
"""Why an answer ends, in weft's words; whatever else a server says is ``stop``."""

EMPTY: Mapping[str, Any] = {}
"""Stands for an object that an answer leaves out."""


def finish_reason(said: str | None) -> Any:
    """Return why an answer ended."""
    return FINISH_REASONS.get(said or "stop", "stop")


def response_ending(value: Mapping[str, Any], *, has_calls: bool) -> Any:
    """Return why an answer of the Responses API ended."""
    if value.get("status") == "incomplete":
        reason = (value.get("incomplete_details") or EMPTY).get("reason")
        return "content_filter" if reason == "content_filter" else "length"
    return "tool_calls" if has_calls else "stop"


def usage_of(lm: OpenAILM, fields: Mapping[str, Any] | None) -> Usage:
    """Return the usage that an answer reports, in the words of any of the three APIs."""
    if not fields:  # what it cost is known only where nothing costs anything
        prices = lm.facts.prices
        is_free = prices is not None and not (prices.input or prices.output)
        return Usage(calls=1, cost=0.0 if is_free else None)
    read = fields.get
    cached, reasoning = 0, 0
    details = read("prompt_tokens_details") or read("input_tokens_details")
    if details:
        cached = details.get("cached_tokens") or 0
    details = read("completion_tokens_details") or read("output_tokens_details")
    if details:
        reasoning = details.get("reasoning_tokens") or 0
    prompt = read("prompt_tokens") or read("input_tokens") or 0
    answer = read("completion_tokens") or read("output_tokens") or 0
    cost, facts = read("cost") or 0.0, lm.facts  # where there is no cost, weft makes it of the usual prices
    if not cost and facts.long_prompt is not None and prompt > facts.long_prompt:
        cost = facts.cost(prompt, answer, cached)
    return Usage(prompt, answer, min(cached, prompt), min(reasoning, answer), 1, cost)


def chat_logprobs(fields: Mapping[str, Any] | None) -> tuple[TokenLogprob, ...] | None:
    """Return the log-probabilities of a choice or of a piece of one; None where there are none."""
    tokens = fields.get("content") if fields else None
    return tuple(token_logprob(token) for token in tokens) if tokens else None


def token_logprob(token: Mapping[str, Any]) -> TokenLogprob:
    """Return one token's record."""
    top: Sequence[Mapping[str, Any]] = token.get("top_logprobs") or ()
    ranked = sorted(((entry["token"], float(entry["logprob"])) for entry in top), key=lambda pair: -pair[1])
    return TokenLogprob(token["token"], float(token["logprob"]), tuple(ranked))


def raise_error_in(lm: OpenAILM, value: Any) -> None:
    """Raise for an answer that came with status 200 and is an error all the same.

    Raises:
        LMError: of the class that fits.
    """
    error = cast("dict[str, Any]", value).get("error") if isinstance(value, dict) else None
    if error:
        raise error_of(lm, error)


def error_of(lm: OpenAILM, error: Any) -> LMError:
    """Return the error that the field ``error`` of an answer or of an event stands for."""
    fields = cast("dict[str, Any]", error) if isinstance(error, dict) else {"message": str(error)}
    code = fields.get("code")
    status = (
        code if isinstance(code, int) and 400 <= code < 600 else _STATUSES.get(str(code or fields.get("type")), 500)
    )
    return lm.client.refusal(encoded({"error": fields}), status=status, headers={})


_STATUSES = {"rate_limit_exceeded": 429, "invalid_prompt": 400, "invalid_request_error": 400}


def refused(lm: OpenAILM, said: str, usage: Usage | None = None) -> LMContentFilterError:
    """Return the error of an answer that is a refusal, or of which a filter left nothing."""
    words = f"refuses to answer: {said}" if said else "gave no answer: its content filter took it out."
    return LMContentFilterError(f"{lm.ref} {words}", provider=lm.provider, model=lm.model, usage=usage)


def check_refusals(lm: OpenAILM, completions: Sequence[Completion], said: str, usage: Usage) -> None:
    """Raise where nothing of the answers is one.

    Args:
        lm: the model.
        completions: its answers.
        said: what it says instead of an answer.
        usage: what the call spent.

    Raises:
        LMContentFilterError: the model refuses, or a filter left nothing.
    """
    if any(answer.text or answer.tool_calls for answer in completions):
        return
    if said or any(answer.finish_reason == "content_filter" for answer in completions):
        raise refused(lm, said, usage)


class StreamRefusal:
    """Notes in a stream whether there is an answer, and says at its end where there is none."""

    def __init__(self, lm: OpenAILM) -> None:
        self._lm = lm
        self._said = ""
        self._is_filtered = False
        self._is_answered = False
        self._usage: Usage | None = None

    def note(self, delta: Delta, said: str = "") -> Delta:
        """Take a piece, and what the model says instead of one."""
        self._said += said
        self._is_answered = self._is_answered or bool(delta.text or delta.tool_call)
        self._is_filtered = self._is_filtered or delta.finish_reason == "content_filter"
        self._usage = delta.usage or self._usage
        return delta

    def end(self) -> None:
        """End the stream.

        Raises:
            LMContentFilterError: the model refused, or a filter left nothing.
        """
        if not self._is_answered and (self._said or self._is_filtered):
            raise refused(self._lm, self._said, self._usage)
