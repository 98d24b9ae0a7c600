"""The way of every call: cache, attempt, ledger, history, events. A provider sees only the attempt."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import TYPE_CHECKING

from ..errors import PluginContractError
from ..runtime import ledger
from ..runtime.events import emit, observed
from ..runtime.loop import enter_loop, runs_in_callers_thread
from ..runtime.settings import settings
from .cache import CACHE
from .cache_flight import single_flight
from .cache_key import key_of
from .history import remember
from .records import Response, Usage

if TYPE_CHECKING:
    from .base import LM
    from .cache_key import Key
    from .records import Request


async def complete(lm: LM, request: Request) -> Response:
    """Answer a request whose parameters are final.

    Raises:
        LMError: the call failed; what it spent, if anything, is on the ledger.
    """
    mode = request.cache or lm.cache or settings.get("cache")
    if mode == "off":
        return await _paid(lm, request)
    key = key_of(lm, request)
    if mode != "refresh" and (found := CACHE.recall(key)) is not None:
        return _unpaid(lm, request, found)
    response, is_own = await single_flight((mode, *key), lambda: _cached_or_paid(lm, request, mode, key))
    if not is_own and not response.cached:
        response = replace(response, usage=ledger.NOTHING, cached=True)
    return _unpaid(lm, request, response) if response.cached else response


async def _cached_or_paid(lm: LM, request: Request, mode: str, key: Key) -> Response:
    """Answer from the cache, or make the call and keep its answer, as `mode` says."""
    if mode != "refresh":
        # Memory is asked again, for an equal call that landed since: only the leader of a flight can be sure.
        found = CACHE.recall(key) or await CACHE.fetch(lm, key)
        if found is not None:
            return found
    response = await _paid(lm, request)
    if mode != "read":
        CACHE.keep(lm, key, response)
    return response


def _unpaid(lm: LM, request: Request, response: Response) -> Response:
    """Tell of an answer that cost nothing."""
    remember(lm.ref, request, response)
    if observed():
        emit("lm.end", lm=lm.ref, path=ledger.current_path(), usage=response.usage, cached=True, seconds=0.0)
    return response


async def _paid(lm: LM, request: Request) -> Response:
    """Make the call and put it on the ledger, whether it succeeds or fails."""
    if request.n > 1 and not lm.capabilities.n:
        return await _repeated(lm, request)
    if lm.waits and runs_in_callers_thread():
        await enter_loop()
    ref, path, started = lm.ref, ledger.current_path(), time.perf_counter()
    try:
        response = _checked(lm, await lm.generate(request))
    except Exception as error:  # also one that breaks the contract: the attempt was made
        ledger.record(ref, path, Usage(calls=1))
        emit("lm.error", lm=ref, path=path, error=error, seconds=time.perf_counter() - started)
        raise
    ledger.record(ref, path, response.usage)
    remember(ref, request, response)
    if observed():
        emit("lm.end", lm=ref, path=path, usage=response.usage, cached=False, seconds=time.perf_counter() - started)
    return response


async def _repeated(lm: LM, request: Request) -> Response:
    """Ask once for each answer, for a model that gives one at a time; a seed is counted up.

    Each is an attempt of its own on the ledger, so that what was spent before a failure is not lost.
    """
    responses: list[Response] = []
    for number in range(request.n):
        seed = None if request.seed is None else request.seed + number
        rollout = number if request.rollout_id is None else request.rollout_id * request.n + number
        responses.append(await _paid(lm, request.replace(n=1, seed=seed, rollout_id=rollout)))
    completions = tuple(response.completions[0] for response in responses)
    usage = sum((response.usage for response in responses), ledger.NOTHING)
    return Response(completions, usage, responses[0].model)


def _checked(lm: LM, response: Response) -> Response:
    """Check what the provider gave and fill in what it left out: calls, model, and the price where it is known."""
    if not isinstance(response, Response) or not response.completions:  # pyright: ignore[reportUnnecessaryIsInstance]
        raise PluginContractError(f"{lm.ref} returned {response!r}; generate must return a Response with a completion.")
    usage, prices = response.usage, lm.capabilities.prices
    cost = usage.cost
    if not cost:
        cost = None if prices is None else prices.cost(usage.input_tokens, usage.output_tokens)
    if cost != usage.cost or not usage.calls:
        usage = Usage(
            usage.input_tokens, usage.output_tokens, usage.cached_tokens, usage.reasoning_tokens, usage.calls or 1, cost
        )
    elif response.model:
        return response
    return Response(response.completions, usage, response.model or lm.model)
