"""The events of a streamed answer as pieces of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from weft import Delta, ToolCallDelta
from weft_http import sealed

from ._response import THOUGHTS, citation_of, finish_reason, usage_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from weft import RateLimits

    from ._response import Cost

    Event = Mapping[str, Any]


class Events:
    """Reads the events of one stream. Those of different content blocks may come mixed.

    Args:
        ref: the model's reference.
        cost: what input, output, cached and written tokens cost.
    """

    def __init__(self, ref: str, cost: Cost) -> None:
        self._ref, self._cost = ref, cost
        self._limits: RateLimits | None = None
        self._counts: dict[str, Any] = {}
        self._thoughts: dict[int, dict[str, Any]] = {}
        self._calls: dict[int, bool] = {}  # whether arguments have come, by the block's index

    def take_limits(self, limits: RateLimits) -> None:
        """Let the first piece carry what the answer's headers report."""
        self._limits = limits

    def read(self, event: Event) -> Delta | None:
        """Return the piece that an event brings, or None where it brings none; kinds yet to come bring none.

        Raises:
            LMContentFilterError: the model refused to answer.
            LookupError, TypeError: the event is not what the API documents.
        """
        match event["type"]:
            case "content_block_delta":
                return self._delta(event["index"], event["delta"])
            case "content_block_start":
                return self._begun(event["index"], event["content_block"])
            case "content_block_stop":
                return self._ended(event["index"])
            case "message_start":
                self._counts.update(event["message"]["usage"])
                return Delta(model=event["message"]["model"], limits=self._limits)
            case "message_delta":
                return self._last(event)
            case _:
                return None

    def _begun(self, index: int, block: Event) -> Delta | None:
        if block["type"] in THOUGHTS:
            self._thoughts[index] = dict(block)
        if block["type"] != "tool_use":
            return Delta(block["text"]) if block.get("text") else None
        self._calls[index] = False
        return Delta(tool_call=ToolCallDelta(index, block["id"], block["name"]))

    def _delta(self, index: int, delta: Event) -> Delta | None:
        match delta["type"]:
            case "text_delta":
                return Delta(delta["text"])
            case "input_json_delta":
                return self._arguments(index, delta["partial_json"])
            case "thinking_delta":
                self._think(index, "thinking", delta["thinking"])
                return Delta(reasoning=delta["thinking"])
            case "signature_delta":
                self._think(index, "signature", delta["signature"])
                return None
            case "citations_delta":
                return Delta(citations=(citation_of(delta["citation"]),))
            case _:
                return None

    def _think(self, index: int, field: str, text: str) -> None:
        thought = self._thoughts[index]
        thought[field] = thought.get(field, "") + text

    def _ended(self, index: int) -> Delta | None:
        return self._arguments(index, "{}") if self._calls.get(index) is False else None

    def _arguments(self, index: int, text: str) -> Delta | None:
        if not text:
            return None
        self._calls[index] = True
        return Delta(tool_call=ToolCallDelta(index, arguments=text))

    def _last(self, event: Event) -> Delta:
        counts: dict[str, Any] = event.get("usage") or {}
        self._counts.update({name: count for name, count in counts.items() if count is not None})
        usage = usage_of(self._counts, self._cost)
        if event["delta"].get("stop_reason") is None:
            return Delta(usage=usage)
        reason = finish_reason(self._ref, event["delta"], usage)
        return Delta(tool_call=self._state(), finish_reason=reason, usage=usage)

    def _state(self) -> ToolCallDelta | None:
        """Return the piece of the first call that keeps the thoughts, now that they are whole."""
        if not self._calls or not self._thoughts:
            return None
        thoughts = [self._thoughts[index] for index in sorted(self._thoughts)]
        return ToolCallDelta(min(self._calls), state=sealed(self._ref, thoughts))
