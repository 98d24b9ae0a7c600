"""Counts of one prompt and its pieces that agree with each other, whoever counts."""

from __future__ import annotations

from math import ceil
from typing import TYPE_CHECKING, Protocol

from .mediacost import media_tokens
from .messages import Message, Part, PartTokens
from .records import Request
from .weights import request_size, text_size

if TYPE_CHECKING:
    from .base import LM


class Counts(Protocol):
    """Counts tokens; less text never has more of them."""

    def prompt(self, request: Request) -> int:
        """Return the tokens of a prompt."""
        ...

    def part(self, part: Part) -> int:
        """Return the tokens that a piece adds to a prompt."""
        ...


class ExactCounts:
    """The provider's own counts."""

    def __init__(self, lm: LM) -> None:
        self.prompt = lm.count_tokens
        self._empty = lm.count_tokens(_alone())

    def part(self, part: Part) -> int:
        return self.prompt(_alone(part)) - self._empty


class LearnedCounts:
    """Counts by weight, at the tokens a unit of weight that are known of the whole prompt."""

    def __init__(self, lm: LM, whole: Request) -> None:
        self._lm = lm
        self._ratio = (lm.count_tokens(whole) - media_tokens(lm, whole)) / request_size(whole).weight

    def prompt(self, request: Request) -> int:
        return self._tokens(request_size(request).weight) + media_tokens(self._lm, request)

    def part(self, part: Part) -> int:
        media = 0 if part.media is None else self._lm.media_tokens(part.media)
        return self._tokens(text_size(part.text).weight) + media

    def _tokens(self, weight: float) -> int:
        return ceil(weight * self._ratio - 1e-6)


def counts_of(lm: LM, request: Request) -> Counts:
    """Return counts for a prompt and what is left of it."""
    return ExactCounts(lm) if lm.counts_exactly else LearnedCounts(lm, request)


def part_tokens(lm: LM, request: Request) -> tuple[PartTokens, ...]:
    """Return what the pieces of a prompt take; those of one name, such as a demonstration's turns, as one."""
    counts = counts_of(lm, request)
    found: dict[str, int] = {}
    for message in request.messages:
        for part in message.parts:
            name = part.name or part.kind
            found[name] = found.get(name, 0) + counts.part(part)
    if request.tools:
        found["tools"] = counts.prompt(_alone().replace(tools=request.tools)) - counts.prompt(_alone())
    if (schema := request.response_schema) is not None:
        found["response schema"] = counts.prompt(_alone().replace(response_schema=schema)) - counts.prompt(_alone())
    return tuple(PartTokens(name, tokens, tokens) for name, tokens in found.items())


def _alone(*parts: Part) -> Request:
    return Request((Message("user", parts),))
