"""The attempts of a call: what is tried again, and when; every one of them is counted.

What is tried again is what the error's class says (`LMError.retryable`): never a wrong key, a wrong request or a prompt
that is too long. The wait grows exponentially with full jitter (Brooker 2015, "Exponential Backoff And Jitter") and is
never shorter than the provider asks for. A wait that would end after the deadline is not begun.
"""

from __future__ import annotations

import random
import time
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from ..errors import LMError, PluginContractError
from ..runtime import ledger
from ..runtime.events import emit, observed
from ..runtime.loop import enter_loop
from ..runtime.settings import settings
from .records import Response, Usage
from .streaming import assembled

if TYPE_CHECKING:
    from collections.abc import Awaitable, Coroutine

    from .base import LM
    from .records import Request
    from .streaming import Pieces

_FIRST_WAIT_SECONDS = 0.5
_LONGEST_WAIT_SECONDS = 60.0


async def attempt(lm: LM, request: Request, pieces: Pieces | None) -> Response:
    """Make the call, again where that is of use, and put every attempt on the ledger.

    Raises:
        LMError: the call failed, and trying again is of no use, not allowed, or too late.
    """
    if not lm.waits:  # it only computes: there is nothing to limit, to wait for, or to try again
        return await counted(lm, _answer(lm, request, pieces))
    await enter_loop()
    from .turn import in_turn  # brings asyncio, which models that only compute do without

    deadline = _deadline(lm, request)
    failed = 0
    while True:
        try:
            response = await in_turn(lm, request, _answer(lm, request, pieces), deadline)
        except LMError as error:
            failed += 1
            wait = _wait_after(failed, error)
            if not error.retryable or failed > option(lm, request, "retries") or time.monotonic() + wait >= deadline:
                raise
            emit("lm.retry", lm=lm.ref, path=ledger.current_path(), error=error, attempt=failed, seconds=wait)
        else:
            return response if not failed else replace(response, usage=response.usage + Usage(calls=failed))
        if pieces is not None:
            pieces.restart()
        await _pause(wait)


def _answer(lm: LM, request: Request, pieces: Pieces | None) -> Coroutine[Any, Any, Response]:
    """Return one attempt, not yet begun: as a stream where the caller wants pieces and the provider has them."""
    return assembled(lm, request, pieces) if pieces is not None and lm.streams else lm.generate(request)


async def counted(lm: LM, answer: Awaitable[Response]) -> Response:
    """Await an attempt and put it on the ledger, whether it succeeds or fails."""
    ref, path, started = lm.ref, ledger.current_path(), time.perf_counter()
    try:
        response = _checked(lm, await answer)
    except BaseException as error:  # also when it breaks the contract or is cancelled: the attempt was made
        usage = getattr(error, "usage", None)
        ledger.record(ref, path, Usage(calls=1) if usage is None else usage)
        emit("lm.error", lm=ref, path=path, error=error, seconds=time.perf_counter() - started)
        raise
    ledger.record(ref, path, response.usage)
    if observed():
        emit("lm.end", lm=ref, path=path, usage=response.usage, cached=False, seconds=time.perf_counter() - started)
    return response


def option(lm: LM, request: Request, name: str) -> float:
    """Return what the call, the LM or the settings say, in this order; infinity for None in the settings."""
    value = getattr(request, name)
    if value is None:
        value = getattr(lm, name)
    if value is None:
        value = settings.get(name)
    return float("inf") if value is None else value


def _deadline(lm: LM, request: Request) -> float:
    return time.monotonic() + option(lm, request, "timeout")


def _wait_after(failed: int, error: LMError) -> float:
    longest = min(_LONGEST_WAIT_SECONDS, _FIRST_WAIT_SECONDS * 2 ** (failed - 1))
    wait = random.uniform(0, longest)  # noqa: S311 - spreads load, guards nothing
    return wait if error.retry_after is None else error.retry_after + wait / 4


async def _pause(seconds: float) -> None:
    import asyncio

    await asyncio.sleep(seconds)


def _checked(lm: LM, response: Response) -> Response:
    """Check what the provider gave and fill in what it left out: calls, model, and the price where it is known."""
    if not isinstance(response, Response) or not response.completions:  # pyright: ignore[reportUnnecessaryIsInstance]
        raise PluginContractError(f"{lm.ref} returned {response!r}; generate must return a Response with a completion.")
    usage, prices = response.usage, lm.capabilities.prices
    cost = usage.cost
    if not cost:
        tokens = (usage.input_tokens, usage.output_tokens, usage.cached_tokens)
        cost = None if prices is None else prices.cost(*tokens)
    if cost != usage.cost or not usage.calls:
        usage = Usage(
            usage.input_tokens, usage.output_tokens, usage.cached_tokens, usage.reasoning_tokens, usage.calls or 1, cost
        )
    elif response.model:
        return response
    return Response(response.completions, usage, response.model or lm.model, limits=response.limits)
