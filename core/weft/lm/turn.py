"""One attempt's turn at an endpoint: it waits for the endpoint's limits, and takes no longer than it may."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, TypeVar

from ..errors import LMTimeoutError
from .attempts import R, counted, option

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine
    from typing import Any

    from .base import LM
    from .limiter import Limiter, Ticket
    from .records import Request

T = TypeVar("T")


def now() -> float:
    """Return the running loop's time in seconds, by which its timeouts end as well."""
    return asyncio.get_running_loop().time()


async def in_turn(
    lm: LM, request: Request, answer: Coroutine[Any, Any, R], check: Callable[[LM, R], R], deadline: float
) -> R:
    """Await an attempt when the endpoint's limits let it, within the time that it and the call may take."""
    limiter = lm.limiter
    try:
        ticket = limiter.try_enter(lambda: lm.expected_tokens(request))
        if ticket.future is not None:
            await _let_in(lm, limiter, ticket, deadline)
    except BaseException:  # also when the call is cancelled: its attempt is never begun
        answer.close()
        raise
    try:
        seconds = min(option(lm, request, "attempt_timeout"), deadline - now())
        response = await counted(lm, within(lm, answer, seconds), check)
    except BaseException as error:  # also when the call is cancelled: its place is free
        limiter.leave(ticket, 0, getattr(error, "limits", None), error)
        raise
    limiter.leave(ticket, response.usage.total_tokens, response.limits, None)
    return response


async def _let_in(lm: LM, limiter: Limiter, ticket: Ticket, deadline: float) -> None:
    try:
        async with asyncio.timeout(_until(deadline)):
            await limiter.wait(ticket)
    except TimeoutError as error:
        raise LMTimeoutError(
            f"The call of {lm.ref} had no turn before its timeout: the endpoint's rate limits are used up.",
            provider=lm.provider,
            model=lm.model,
        ) from error


async def within(lm: LM, answer: Coroutine[Any, Any, T], seconds: float) -> T:
    """Await what a provider was asked, but no longer than so many seconds.

    Raises:
        LMTimeoutError: it took longer.
    """
    if seconds == float("inf"):
        return await answer
    limit = asyncio.timeout(max(0.0, seconds))
    try:
        async with limit:
            return await answer
    except TimeoutError as error:
        if not limit.expired():
            raise
        raise LMTimeoutError(
            f"{lm.ref} did not answer within {round(seconds, 2):g} seconds.", provider=lm.provider, model=lm.model
        ) from error


def _until(deadline: float) -> float | None:
    """Return the seconds to a deadline, as `asyncio.timeout` takes them."""
    return None if deadline == float("inf") else max(0.0, deadline - now())
