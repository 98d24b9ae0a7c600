"""Streamed answers: pieces on their way to the caller, and the whole that the pipeline goes on with."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ..data.calls import ToolCall
from ..errors import LMTransportError
from ..runtime.ledger import NOTHING
from .records import Completion, Delta, Response, TokenLogprob, ToolCallDelta

if TYPE_CHECKING:
    from collections.abc import Callable

    from ..data.citations import Citation
    from ..runtime.ledger import Usage
    from .base import LM
    from .records import FinishReason, RateLimits, Request


@dataclass(slots=True)
class _Answer:
    """One answer, as far as it has come."""

    text: list[str] = field(default_factory=list[str])
    reasoning: list[str] = field(default_factory=list[str])
    logprobs: list[TokenLogprob] = field(default_factory=list[TokenLogprob])
    citations: list[Citation] = field(default_factory=list["Citation"])
    calls: dict[int, list[str]] = field(default_factory=dict[int, "list[str]"])  # id, name, arguments, state
    finish_reason: FinishReason | None = None

    def completion(self) -> Completion:
        calls = tuple(ToolCall(*self.calls[index]) for index in sorted(self.calls))
        logprobs = tuple(self.logprobs) if self.logprobs else None
        text, reasoning, reason = "".join(self.text), "".join(self.reasoning), self.finish_reason or "stop"
        return Completion(text, reason, calls, reasoning, logprobs, tuple(self.citations))


class Assembly:
    """Puts the pieces of a streamed answer together."""

    def __init__(self) -> None:
        self._answers: dict[int, _Answer] = {}
        self._usage: Usage | None = None
        self._model = ""
        self._limits: RateLimits | None = None

    def add(self, delta: Delta) -> None:
        """Take the next piece."""
        answer = self._answers.get(delta.index)
        if answer is None:
            answer = self._answers[delta.index] = _Answer()
        if delta.text:
            answer.text.append(delta.text)
        if delta.reasoning:
            answer.reasoning.append(delta.reasoning)
        if delta.tool_call is not None:
            piece = delta.tool_call
            call = answer.calls.setdefault(piece.index, ["", "", "", ""])
            call[0], call[1], call[3] = piece.id or call[0], piece.name or call[1], piece.state or call[3]
            call[2] += piece.arguments
        if delta.finish_reason is not None:
            answer.finish_reason = delta.finish_reason
        if delta.logprobs:
            answer.logprobs.extend(delta.logprobs)
        if delta.citations:
            answer.citations.extend(delta.citations)
        self._usage, self._model = delta.usage or self._usage, delta.model or self._model
        self._limits = delta.limits or self._limits

    def response(self, lm: LM) -> Response:
        """Return the whole.

        Raises:
            LMTransportError: the stream ended before every answer had said why it ends.
        """
        answers = [self._answers[index] for index in sorted(self._answers)]
        whole = [answer for answer in answers if answer.finish_reason is not None]
        if not whole or any(answer.text or answer.calls for answer in answers if answer.finish_reason is None):
            raise LMTransportError(
                f"The stream of {lm.ref} ended in the middle of the answer.", provider=lm.provider, model=lm.model
            )
        completions = tuple(answer.completion() for answer in whole)
        return Response(completions, self._usage or NOTHING, self._model, limits=self._limits)


async def assembled(lm: LM, request: Request, sink: Callable[[Delta], None]) -> Response:
    """Make one attempt as a stream: hand every piece on, and return the whole."""
    assembly = Assembly()
    async for delta in lm.stream(request):
        assembly.add(delta)
        sink(delta)
    return assembly.response(lm)


def as_deltas(response: Response) -> list[Delta]:
    """Return a whole answer as the fewest pieces: one an answer, and one a call of a tool."""
    deltas: list[Delta] = []
    for index, answer in enumerate(response.completions):
        for position, call in enumerate(answer.tool_calls):
            piece = ToolCallDelta(position, call.id, call.name, call.arguments, call.state)
            deltas.append(Delta(index=index, tool_call=piece))
        deltas.append(
            Delta(
                answer.text,
                index,
                answer.reasoning,
                logprobs=answer.logprobs or (),
                citations=answer.citations,
                finish_reason=answer.finish_reason,
                usage=response.usage if index == 0 else None,
                model=response.model,
            )
        )
    return deltas


class Pieces:
    """A sink that remembers whether anything came, so that a whole answer is handed on where nothing did."""

    __slots__ = ("_sink", "came")

    def __init__(self, sink: Callable[[Delta], None]) -> None:
        self._sink = sink
        self.came = False

    def __call__(self, delta: Delta) -> None:
        self.came = True
        self._sink(delta)

    def restart(self) -> None:
        """Say that what came is void, where something came."""
        if self.came:
            self._sink(Delta(restart=True))
            self.came = False

    def finish(self, response: Response) -> None:
        """Hand a whole answer on if it did not come in pieces."""
        if not self.came:
            for delta in as_deltas(response):
                self._sink(delta)
