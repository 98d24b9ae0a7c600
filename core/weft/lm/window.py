"""The context window: a prompt is made to fit before it is paid for, and once more if the model finds it too long."""

from __future__ import annotations

from math import ceil
from typing import TYPE_CHECKING

from ..errors import ContextWindowExceeded
from .counts import counts_of, part_tokens
from .fitting import Fitted, fit
from .mediacost import has_media, media_tokens
from .weights import most_tokens

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .base import LM
    from .messages import PartTokens
    from .records import Request

_USUAL_ANSWER = 1024
_UNTOLD_EXCESS = 1.15
"""By how much a prompt is taken to be too long where the provider only says that it is."""
_UNSURE_EXCESS = 1.5
"""The same where weft's own count is an estimate, which was wrong: the call is made only once more, and should fit."""
_UNEVEN = 1.1
"""How much more of the tokens may be in what is left than an estimate says."""


def fitted(lm: LM, request: Request) -> Request:
    """Return the request with as little left out as the model's context window demands; mostly the request itself.

    A model whose tokens weft only estimates is asked when it is not certain that the prompt is too long: a prompt that
    is refused costs nothing.

    Raises:
        ContextWindowExceeded: what may not be left out does not fit.
    """
    window = window_of(lm)
    if window is None or _most_tokens(lm, request) <= window // 2 - (request.max_tokens or 0):
        return request
    found = fit(request, counts_of(lm, request), window - answer_room(lm, request, window))
    if found.fits or _at_least(lm, found) <= window - (request.max_tokens or 0):
        return found.request
    raise _exceeded(lm, request, found, window)


def refitted(lm: LM, whole: Request, sent: Request, error: ContextWindowExceeded) -> Request | None:
    """Return a shorter form of a request that the model found too long, or None; what the error says is learned."""
    if error.window is not None:
        lm.meter.window = error.window
    window = window_of(lm)
    if window is None:
        return None
    counts, least = counts_of(lm, whole), window - (whole.max_tokens or 0)
    counted = counts.prompt(sent)
    room = (window - answer_room(lm, whole, window)) * min(1.0, counted / _refused(lm, error, counted, least))
    found = fit(whole, counts, int(room))
    told = error.tokens or least * _UNTOLD_EXCESS
    is_news = error.tokens or told > counted  # what is only known to be more teaches no less
    if is_news and not lm.counts_exactly and not has_media(whole):
        lm.meter.teach(sent, told)
    return None if found.request.messages == sent.messages else found.request


def _refused(lm: LM, error: ContextWindowExceeded, counted: int, least: int) -> float:
    """Return how many tokens a refused prompt is taken to have, of which at least `least` are known."""
    if lm.counts_exactly:
        return error.tokens or max(counted, least) * _UNTOLD_EXCESS
    return error.tokens * _UNEVEN if error.tokens else max(counted * _UNTOLD_EXCESS, least * _UNSURE_EXCESS)


def window_of(lm: LM) -> int | None:
    """Return the context window in tokens: the one that is declared, or a smaller one that an error told."""
    declared, told = lm.capabilities.context_window, lm.meter.window
    return declared if told is None or (declared is not None and declared < told) else told


def answer_room(lm: LM, request: Request, window: int) -> int:
    """Return the tokens of the window that are kept free for the answer.

    They are `max_tokens`; else the longest answer that the model can give, if that leaves half of the window; else what
    its answers seldom exceed, but at most a quarter of the window.
    """
    if request.max_tokens is not None:
        return request.max_tokens
    most = lm.capabilities.max_output
    if most is not None and most <= window // 2:
        return most
    seen = lm.meter.answer()
    return min(window // 4, _USUAL_ANSWER if seen is None else ceil(seen[1]))


def _at_least(lm: LM, found: Fitted) -> int:
    return found.tokens if lm.counts_exactly else lm.meter.least(found.request) + media_tokens(lm, found.request)


def _most_tokens(lm: LM, request: Request) -> int:
    return most_tokens(request) + media_tokens(lm, request)


def _exceeded(lm: LM, request: Request, found: Fitted, window: int) -> ContextWindowExceeded:
    done = {row.name: row for row in found.request.fitting}
    rows = [done.get(row.name, row) for row in part_tokens(lm, request)]
    tokens = f"{found.tokens} tokens of the prompt" if lm.counts_exactly else f"prompt's tokens, about {found.tokens},"
    answer = f" and {request.max_tokens} of the answer (max_tokens)" if request.max_tokens else ""
    without = ", with all left out that may be" if done else ""
    return ContextWindowExceeded(
        f"The {tokens}{answer} exceed the context window of {window} tokens of {lm.ref}{without}.{_table(rows)}",
        provider=lm.provider,
        model=lm.model,
        tokens=found.tokens,
        window=window,
        parts=rows,
    )


def _table(rows: Sequence[PartTokens]) -> str:
    """Return a prompt's pieces as lines, where there are several, and what to do."""
    if len(rows) < 2:
        return ""
    width = max(len(row.name) for row in rows)
    lines = [f"\n  {row.name:<{width}}  {row.tokens:>8}  {row.done}" for row in rows]
    return "".join(
        [" Give less, take a larger window, or declare an input with trim='end', which lets it be cut.", *lines]
    )
