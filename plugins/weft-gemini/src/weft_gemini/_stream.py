"""The events of a streamed answer as pieces of it; each event is an answer of its own, with the next characters."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from weft import Delta, ToolCallDelta

from ._response import check_blocked, finish_reason, logprobs_of, said, usage_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from weft_http import Facts


class Events:
    """Reads the events of one stream, in order.

    Args:
        ref: the model's reference.
        facts: what is known of the model, for its prices.
        n: the number of answers asked for. Of several, those that are blocked are answers without text.
    """

    def __init__(self, ref: str, facts: Facts, n: int) -> None:
        self._ref, self._facts, self._n = ref, facts, n
        self._calls: Counter[int] = Counter()

    def read(self, event: Mapping[str, Any]) -> Iterator[Delta]:
        """Give the pieces that an event brings.

        Raises:
            LMContentFilterError: the prompt or the answer was blocked.
            LookupError, TypeError: the event is not what the API documents.
        """
        candidates: list[dict[str, Any]] = event.get("candidates") or []
        usage = usage_of(event, self._facts) if "usageMetadata" in event else None
        check_blocked(self._ref, event, candidates if self._n == 1 else (), usage)
        for candidate in candidates:
            yield from self._pieces(candidate)
        if usage is not None and (not candidates or any(candidate.get("finishReason") for candidate in candidates)):
            yield Delta(usage=usage, model=event.get("modelVersion", ""))

    def _pieces(self, candidate: Mapping[str, Any]) -> Iterator[Delta]:
        index: int = candidate.get("index", 0)
        text, reasoning, calls = said(self._ref, candidate, self._calls[index])
        for call in calls:
            piece = ToolCallDelta(self._calls[index], call.id, call.name, call.arguments, call.state)
            self._calls[index] += 1
            yield Delta(index=index, tool_call=piece)
        reason = finish_reason(candidate, has_calls=bool(self._calls[index]))
        logprobs = logprobs_of(candidate) or ()
        if text or reasoning or reason or logprobs:
            yield Delta(text, index, reasoning, logprobs=logprobs, finish_reason=reason)
