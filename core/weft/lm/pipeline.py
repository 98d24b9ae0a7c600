"""The way of every call: context window, cache, budget, attempts, history, events. A provider sees only the attempt."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, TypeVar

from ..errors import ContextWindowExceeded, LMTimeoutError
from ..runtime import ledger
from ..runtime.budget import current_budget
from ..runtime.events import emit, observed
from ..runtime.loop import enter_loop
from ..runtime.settings import settings
from .attempts import attempt, option
from .batched import batched, gathering_of
from .cache import CACHE
from .cache_flight import single_flight
from .cache_key import key_of
from .estimates import spending
from .history import remember
from .mediacost import check_media
from .records import Response, Usage
from .rehearsal import current_rehearsal
from .streaming import Pieces
from .window import fitted, refitted, window_of

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

    from .base import LM
    from .cache_key import Key
    from .records import Delta, Request
    from .rehearsal import Rehearsal

R = TypeVar("R")


async def complete(lm: LM, request: Request, sink: Callable[[Delta], None] | None = None) -> Response:
    """Answer a request whose parameters are final, and tell `sink` of the pieces as they come.

    Raises:
        ContextWindowExceeded: the prompt cannot be made to fit.
        LMError: the call failed; what it spent, if anything, is on the ledger.
    """
    check_media(lm, request)
    pieces = None if sink is None else Pieces(sink)
    if (rehearsal := current_rehearsal()) is not None:
        return _rehearsed(rehearsal, lm, request, pieces)
    if lm.capabilities.context_window is None and lm.meter.window is None:
        sent = request
    elif (sent := fitted(lm, request)) is not request:
        _tell_fitted(lm, sent)
    try:
        response = await _answered(lm, sent, pieces)
    except ContextWindowExceeded as error:
        shorter = refitted(lm, request, sent, error)
        if shorter is None:
            raise
        response = await _answered_once_more(lm, shorter, pieces)
    if pieces is not None:
        pieces.finish(response)
    return response


def _rehearsed(rehearsal: Rehearsal, lm: LM, request: Request, pieces: Pieces | None) -> Response:
    response = rehearsal.answer(lm, request)
    if pieces is not None:
        pieces.finish(response)
    return response


async def _answered_once_more(lm: LM, request: Request, pieces: Pieces | None) -> Response:
    """Answer a request that the model found too long before it was made to fit better."""
    _tell_fitted(lm, request)
    if pieces is not None:
        pieces.restart()
    response = await _answered(lm, request, pieces)
    return response if response.cached else replace(response, usage=response.usage + Usage(calls=1))


def _tell_fitted(lm: LM, request: Request) -> None:
    emit("prompt.fitted", lm=lm.ref, path=ledger.current_path(), parts=request.fitting, window=window_of(lm))


async def _answered(lm: LM, request: Request, pieces: Pieces | None) -> Response:
    """Answer from the cache, from an equal call under way, or by a call."""
    mode = request.cache or lm.cache or settings.get("cache")
    if mode == "off":
        response = await _paid(lm, request, pieces)
        return _unpaid(lm, request, response) if response.cached else response
    key = key_of(lm, request)
    if mode != "refresh" and (found := CACHE.recall(key)) is not None:
        return _unpaid(lm, request, found)
    response, is_own = await _alone_or_together(lm, request, mode, key, pieces)
    if not is_own and not response.cached:
        response = replace(response, usage=ledger.NOTHING, cached=True)
    return _unpaid(lm, request, response) if response.cached else response


async def _alone_or_together(
    lm: LM, request: Request, mode: str, key: Key, pieces: Pieces | None
) -> tuple[Response, bool]:
    """Return the answer, and whether the call was made for this caller alone."""

    def patience() -> float:
        return float("inf") if gathering_of(lm) is not None else option(lm, request, "timeout")

    try:
        return await single_flight((mode, *key), lambda: _cached_or_paid(lm, request, mode, key, pieces), patience)
    except LMTimeoutError:
        raise  # the call's own
    except TimeoutError as error:
        raise LMTimeoutError(
            f"The call of {lm.ref} waited for an equal one, which had no answer before this call's timeout.",
            provider=lm.provider,
            model=lm.model,
        ) from error


async def _cached_or_paid(lm: LM, request: Request, mode: str, key: Key, pieces: Pieces | None) -> Response:
    """Answer from the cache, or make the call and keep its answer, as `mode` says."""
    if mode != "refresh":
        # Memory is asked again, for an equal call that landed since: only the leader of a flight can be sure.
        found = CACHE.recall(key) or await CACHE.fetch(lm, key)
        if found is not None:
            return found
    response = await _paid(lm, request, pieces)
    if mode != "read":
        CACHE.keep(lm, key, response)
    return response


def _unpaid(lm: LM, request: Request, response: Response) -> Response:
    """Tell of an answer that cost nothing."""
    remember(lm.ref, request, response)
    if observed():
        emit("lm.end", lm=lm.ref, path=ledger.current_path(), usage=response.usage, cached=True, seconds=0.0)
    return response


async def _paid(lm: LM, request: Request, pieces: Pieces | None) -> Response:
    """Make the call within the budgets in force, once or, where the model gives one answer at a time, `n` times."""
    if request.n > 1 and not lm.capabilities.n:
        return await _repeated(lm, request, pieces)
    gathering = gathering_of(lm)
    if gathering is None:
        response = await within_budget(lm, request, attempt(lm, request, pieces))
    else:
        response = await within_budget(lm, request, batched(lm, request, gathering), lm.capabilities.batch_share)
    if not response.cached:  # not so where an earlier run has paid for it
        lm.meter.note(request, response)
        remember(lm.ref, request, response)
    return response


async def within_budget(lm: LM, request: Request, call: Coroutine[Any, Any, R], share: float = 1.0) -> R:
    """Make a call if the budgets in force have room for it.

    Args:
        lm: who is called.
        request: what is asked.
        call: the call, not yet begun.
        share: the part of the list price that it costs.

    Raises:
        BudgetExceeded: they have not; nothing was paid.
    """
    budget = current_budget()
    if budget is None:
        return await call
    _, most = spending(lm, request)
    if share != 1.0 and most.cost is not None:
        most = replace(most, cost=most.cost * share)
    try:
        return await budget.pay(lm.ref, most, call)
    finally:
        call.close()  # for a call that was refused; one that was made is over


async def _repeated(lm: LM, request: Request, pieces: Pieces | None) -> Response:
    """Ask once for each answer, for a model that gives one at a time; a seed is counted up.

    Each is a call of its own on the ledger, so that what was spent before a failure is not lost.
    """
    requests: list[Request] = []
    for number in range(request.n):
        seed = None if request.seed is None else request.seed + number
        rollout = number if request.rollout_id is None else request.rollout_id * request.n + number
        requests.append(request.replace(n=1, seed=seed, rollout_id=rollout))
    if lm.waits:
        await enter_loop()
        from ..runtime.concurrent import map_ordered  # brings asyncio

        responses = await map_ordered(lambda one: _paid(lm, one, None), requests, concurrency=request.n)
    else:
        responses = [await _paid(lm, one, None) for one in requests]
    completions = tuple(response.completions[0] for response in responses)
    usage = sum((response.usage for response in responses), ledger.NOTHING)
    return Response(completions, usage, responses[0].model)
