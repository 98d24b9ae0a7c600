"""Estimates: what a call takes, without making it."""

from __future__ import annotations

from math import ceil
from typing import TYPE_CHECKING, Literal

from ..runtime.frozen import frozen
from ..runtime.ledger import Usage
from .counts import part_tokens
from .mediacost import media_tokens

if TYPE_CHECKING:
    from .base import LM
    from .messages import PartTokens
    from .records import Request

_USUAL_ANSWER = 256
_LONG_ANSWER = 1024


@frozen
class Estimate:
    """What a call takes, without making it. Answers from weft's cache, which cost nothing, are not foreseen.

    Attributes:
        lm: the model's reference.
        expected: what it probably takes: the prompt's tokens, the usual length of the model's answers, and the price.
        most: what it seldom exceeds; this is what budgets hold back. Cost is None where prices are not known.
        prompt_by: how the prompt's tokens were found: by the provider's ``tokenizer``, from what was ``learned`` of the
            model, or ``assumed`` before its first answer.
        answer_by: what limits the answer in `most`: ``max_tokens``, which is a limit that holds; or what was
            ``learned`` of the model's answers or ``assumed`` before the first, which a longer one exceeds.
        parts: the pieces of the prompt with their tokens, by `most`; dropped and trimmed ones as well.
    """

    lm: str
    expected: Usage
    most: Usage
    prompt_by: Literal["tokenizer", "learned", "assumed"]
    answer_by: Literal["max_tokens", "learned", "assumed"]
    parts: tuple[PartTokens, ...] = ()

    @property
    def input_tokens(self) -> int:
        """The prompt's tokens, as expected."""
        return self.expected.input_tokens

    @property
    def output_tokens(self) -> int:
        """The answers' tokens, as expected."""
        return self.expected.output_tokens

    @property
    def total_tokens(self) -> int:
        """Tokens of the prompt and the answers, as expected."""
        return self.expected.total_tokens

    @property
    def cost(self) -> float | None:
        """US dollars, as expected; None where the price is not known."""
        return self.expected.cost

    def __str__(self) -> str:
        return f"{self.lm}: {self.expected} expected, {self.most} at most"


def estimate(lm: LM, request: Request) -> Estimate:
    """Return what a prepared and fitted request takes, with the table of its parts."""
    expected, most = spending(lm, request)
    learned = lm.meter.has_learned
    answer_by = "max_tokens" if request.max_tokens is not None else "learned" if lm.meter.answer() else "assumed"
    prompt_by = "tokenizer" if lm.counts_exactly else "learned" if learned else "assumed"
    return Estimate(lm.ref, expected, most, prompt_by, answer_by, _with_fitting(part_tokens(lm, request), request))


def spending(lm: LM, request: Request) -> tuple[Usage, Usage]:
    """Return what a call is expected to take, and what it seldom exceeds."""
    bound = lm.count_tokens(request)
    likely = bound if lm.counts_exactly else min(bound, lm.meter.likely(request) + media_tokens(lm, request))
    about, most = answer_tokens(lm, request)
    calls = 1 if lm.capabilities.n else request.n
    expected = _priced(lm, calls * likely, request.n * about, calls)
    return expected, _priced(lm, calls * bound, request.n * most, calls)


def answer_tokens(lm: LM, request: Request) -> tuple[int, int]:
    """Return the tokens of an answer: as expected, and the most: ``max_tokens``, or what answers seldom exceed."""
    limit = request.max_tokens
    seen = lm.meter.answer()
    if seen is not None:
        about, most = ceil(seen[0]), ceil(seen[1])
    else:
        about, most = _USUAL_ANSWER, _LONG_ANSWER
    if limit is not None:
        return min(about, limit), limit
    longest = lm.capabilities.max_output
    return (about, most) if longest is None else (min(about, longest), min(most, longest))


def _priced(lm: LM, prompt: int, answer: int, calls: int) -> Usage:
    prices = lm.capabilities.prices
    return Usage(prompt, answer, calls=calls, cost=None if prices is None else prices.cost(prompt, answer))


def _with_fitting(rows: tuple[PartTokens, ...], request: Request) -> tuple[PartTokens, ...]:
    done = {row.name: row for row in request.fitting}
    return (*(row for row in request.fitting if row.left == 0), *(done.get(row.name, row) for row in rows))
