"""Events of the Responses API."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from weft import Delta, ToolCallDelta

from .reading import EMPTY, StreamRefusal, error_of, response_ending, token_logprob, usage_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from .lm import OpenAILM

_THOUGHTS = ("response.reasoning_summary_text.delta", "response.reasoning_text.delta")
_LAST = ("response.completed", "response.incomplete")


class EventReader:
    """Reads the events of one stream: calls are told apart by their place in the output."""

    def __init__(self, lm: OpenAILM) -> None:
        self._lm = lm
        self._calls: dict[int, int] = {}
        self._refusal = StreamRefusal(lm)
        self._read: Mapping[str, Callable[[Mapping[str, Any]], Iterator[Delta]]] = {
            "response.output_text.delta": self._text,
            "response.output_item.added": self._item,
            "response.function_call_arguments.delta": self._arguments,
            "response.refusal.delta": self._refused,
            "response.failed": self._failed,
            "error": self._failed,
            **dict.fromkeys(_THOUGHTS, _thought),
            **dict.fromkeys(_LAST, self._end),
        }

    def read(self, event: Any) -> Iterator[Delta]:
        """Give the pieces of an event; those that say nothing of the answer give none.

        Raises:
            LMError: the event is an error.
        """
        read = self._read.get(event.get("type"))
        if read is not None:
            for delta in read(event):
                yield self._refusal.note(delta)
        elif event.get("error"):
            raise error_of(self._lm, event["error"])

    def end(self) -> None:
        """End the stream; raises where it was a refusal."""
        self._refusal.end()

    def _text(self, event: Mapping[str, Any]) -> Iterator[Delta]:
        logprobs = tuple(token_logprob(token) for token in event.get("logprobs") or ())
        yield Delta(event["delta"], logprobs=logprobs)

    def _item(self, event: Mapping[str, Any]) -> Iterator[Delta]:
        item = event["item"]
        if item["type"] == "function_call":
            index = self._calls.setdefault(event["output_index"], len(self._calls))
            yield Delta(tool_call=ToolCallDelta(index, item["call_id"], item["name"], item.get("arguments") or ""))

    def _arguments(self, event: Mapping[str, Any]) -> Iterator[Delta]:
        yield Delta(tool_call=ToolCallDelta(self._calls[event["output_index"]], arguments=event["delta"]))

    def _refused(self, event: Mapping[str, Any]) -> Iterator[Delta]:
        yield self._refusal.note(Delta(), event["delta"])

    def _failed(self, event: Mapping[str, Any]) -> Iterator[Delta]:
        error = event.get("error") or (event.get("response") or EMPTY).get("error") or event
        raise error_of(self._lm, error)
        yield  # pyright: ignore[reportUnreachable] - it is a generator as the others are

    def _end(self, event: Mapping[str, Any]) -> Iterator[Delta]:
        response = event["response"]
        usage = usage_of(self._lm, response.get("usage"))
        model = response.get("model") or ""
        yield Delta(finish_reason=response_ending(response, has_calls=bool(self._calls)), usage=usage, model=model)


def _thought(event: Mapping[str, Any]) -> Iterator[Delta]:
    yield Delta(reasoning=event["delta"])
