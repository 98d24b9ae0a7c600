"""The attempts of a call: what is tried again, and when; every one of them is counted.

What is tried again is what the error's class says (`LMError.retryable`): never a wrong key, a wrong request or a prompt
that is too long. The wait grows exponentially with full jitter (Brooker 2015, "Exponential Backoff And Jitter") and is
never shorter than the provider asks for. A wait that would end after the deadline is not begun.
"""

from __future__ import annotations

import random
import time
from dataclasses import replace
from typing import TYPE_CHECKING, Any, TypeVar

from ..errors import LMError, PluginContractError
from ..runtime import ledger
from ..runtime.budget import current_budget
from ..runtime.events import emit, observed
from ..runtime.ledger import NOTHING
from ..runtime.loop import enter_loop
from ..runtime.settings import settings
from .records import Response, Usage
from .streaming import assembled

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Coroutine

    from .base import LM
    from .jobs import Embeddings
    from .records import Request
    from .streaming import Pieces

R = TypeVar("R", bound="Response | Embeddings")

_FIRST_WAIT_SECONDS = 0.5
_LONGEST_WAIT_SECONDS = 60.0


async def attempt(lm: LM, request: Request, pieces: Pieces | None) -> Response:
    """Make a call, as a stream where the caller wants pieces and the provider has them; see `attempts`."""
    if pieces is not None and lm.streams:
        return await attempts(lm, request, lambda: assembled(lm, request, pieces), checked, pieces.restart)
    return await attempts(lm, request, lambda: lm.generate(request), checked)


async def attempts(
    lm: LM,
    request: Request,
    begin: Callable[[], Coroutine[Any, Any, R]],
    check: Callable[[LM, R], R],
    restart: Callable[[], None] | None = None,
) -> R:
    """Make a call, again where that is of use, and put every attempt on the ledger.

    Args:
        lm: who is called.
        request: what is asked; it may say how often and for how long.
        begin: returns one attempt, not yet begun.
        check: checks what the provider gave, and fills in what it left out.
        restart: told before an attempt is made again.

    Raises:
        LMError: the call failed, and trying again is of no use, not allowed, or too late.
    """
    if not lm.waits:  # it only computes: there is nothing to limit, to wait for, or to try again
        return await counted(lm, begin(), check)
    await enter_loop()
    from .turn import in_turn, now  # brings asyncio, which models that only compute do without

    deadline = now() + option(lm, request, "timeout")
    failed, spent = 0, NOTHING
    while True:
        try:
            answer = await in_turn(lm, request, begin(), check, deadline)
        except LMError as error:
            failed += 1
            spent += spent_on(lm, error)
            wait = wait_after(failed, error)
            if not error.retryable or failed > option(lm, request, "retries") or now() + wait >= deadline:
                raise
            if (budget := current_budget()) is not None:
                budget.check_again(lm.ref)
            emit("lm.retry", lm=lm.ref, path=ledger.current_path(), error=error, attempt=failed, seconds=wait)
        else:
            return answer if not failed else replace(answer, usage=answer.usage + spent)
        if restart is not None:
            restart()
        await _pause(wait)


async def counted(lm: LM, answer: Awaitable[R], check: Callable[[LM, R], R]) -> R:
    """Await an attempt and put it on the ledger, whether it succeeds or fails."""
    ref, path, started = lm.ref, ledger.current_path(), time.perf_counter()
    try:
        response = check(lm, await answer)
    except BaseException as error:  # also when it breaks the contract or is cancelled: the attempt was made
        ledger.record(ref, path, spent_on(lm, error))
        emit("lm.error", lm=ref, path=path, error=error, seconds=time.perf_counter() - started)
        raise
    ledger.record(ref, path, response.usage)
    if observed():
        emit("lm.end", lm=ref, path=path, usage=response.usage, cached=False, seconds=time.perf_counter() - started)
    return response


def spent_on(lm: LM, error: BaseException) -> Usage:
    """Return what a failed attempt spent: a call, and what the provider says of it; nothing where it says just that."""
    usage = getattr(error, "usage", None)
    if not isinstance(usage, Usage):
        return Usage(calls=1)
    return usage if usage == ledger.NOTHING else priced(lm, usage)


def option(lm: LM, request: Request, name: str) -> float:
    """Return what the call, the LM or the settings say, in this order; infinity for None in the settings."""
    value = getattr(request, name)
    if value is None:
        value = getattr(lm, name)
    if value is None:
        value = settings.get(name)
    return float("inf") if value is None else value


def wait_after(failed: int, error: LMError) -> float:
    """Return the seconds to wait before the next attempt, after so many that failed."""
    longest = min(_LONGEST_WAIT_SECONDS, _FIRST_WAIT_SECONDS * 2 ** (failed - 1))
    wait = random.uniform(0, longest)  # noqa: S311 - spreads load, guards nothing
    return wait if error.retry_after is None else error.retry_after + wait / 4


async def _pause(seconds: float) -> None:
    import asyncio

    await asyncio.sleep(seconds)


def checked(lm: LM, response: Response) -> Response:
    """Check what the provider gave and fill in what it left out: calls, model, and the price where it is known."""
    if not isinstance(response, Response) or not response.completions:  # pyright: ignore[reportUnnecessaryIsInstance]
        raise PluginContractError(f"{lm.ref} returned {response!r}; generate must return a Response with a completion.")
    usage = priced(lm, response.usage)
    if usage is response.usage and response.model:
        return response
    return Response(response.completions, usage, response.model or lm.model, limits=response.limits)


def priced(lm: LM, usage: Usage) -> Usage:
    """Return the usage of one attempt with its cost, None where the price is unknown."""
    cost = usage.cost
    if not cost:
        prices = lm.capabilities.prices
        said = (usage.input_tokens, usage.output_tokens, usage.cached_tokens)
        is_known = prices is not None and (cost is not None or usage.total_tokens)
        cost = prices.cost(*said) if prices is not None and is_known else None
    if cost == usage.cost and usage.calls:
        return usage
    return Usage(
        usage.input_tokens, usage.output_tokens, usage.cached_tokens, usage.reasoning_tokens, usage.calls or 1, cost
    )
