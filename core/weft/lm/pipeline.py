"""The way of every call: cache, attempt, ledger, history, events. A provider sees only the attempt."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import TYPE_CHECKING

from ..errors import LMError, PluginContractError
from ..runtime import ledger
from ..runtime.events import emit
from ..runtime.loop import enter_loop
from ..runtime.settings import settings
from .cache import MEMORY
from .history import remember
from .records import Response, Usage

if TYPE_CHECKING:
    from .base import LM
    from .records import Request


async def complete(lm: LM, request: Request) -> Response:
    """Answer a request whose parameters are final.

    Raises:
        LMError: the call failed; what it spent, if anything, is on the ledger.
    """
    mode = lm.cache or settings.get("cache")
    if mode == "off":
        return await _paid(lm, request)
    key = (lm.cache_identity, request.key())
    if mode != "refresh" and (found := MEMORY.get(key)) is not None:
        remember(lm.ref, request, found)
        emit("lm.end", lm=lm.ref, path=ledger.current_path(), usage=found.usage, cached=True, seconds=0.0)
        return found
    response = await _paid(lm, request)
    if mode != "read":
        MEMORY.put(key, replace(response, usage=ledger.NOTHING, cached=True))
    return response


async def _paid(lm: LM, request: Request) -> Response:
    """Make the call and put it on the ledger, whether it succeeds or fails."""
    started = time.perf_counter()
    path = ledger.current_path()
    try:
        response = _priced(lm, await _attempt(lm, request))
    except LMError as error:
        ledger.record(lm.ref, path, Usage(calls=1))
        emit("lm.error", lm=lm.ref, path=path, error=error, seconds=time.perf_counter() - started)
        raise
    ledger.record(lm.ref, path, response.usage)
    remember(lm.ref, request, response)
    emit("lm.end", lm=lm.ref, path=path, usage=response.usage, cached=False, seconds=time.perf_counter() - started)
    return response


async def _attempt(lm: LM, request: Request) -> Response:
    if lm.waits:
        await enter_loop()
    if request.n > 1 and not lm.capabilities.n:
        return await _repeated(lm, request)
    response = await lm.generate(request)
    if not isinstance(response, Response) or not response.completions:  # pyright: ignore[reportUnnecessaryIsInstance]
        raise PluginContractError(f"{lm.ref} returned {response!r}; generate must return a Response with a completion.")
    return response


async def _repeated(lm: LM, request: Request) -> Response:
    """Ask once for each answer, for a model that gives one at a time; a seed is counted up."""
    responses: list[Response] = []
    for number in range(request.n):
        seed = None if request.seed is None else request.seed + number
        rollout = number if request.rollout_id is None else request.rollout_id * request.n + number
        responses.append(await _attempt(lm, request.replace(n=1, seed=seed, rollout_id=rollout)))
    completions = tuple(response.completions[0] for response in responses)
    usage = Usage(calls=0)
    for response in responses:
        usage += replace(response.usage, calls=1)
    return Response(completions, usage, responses[0].model)


def _priced(lm: LM, response: Response) -> Response:
    """Fill in what the provider left out: the number of calls, and the price where it is known."""
    usage, prices = response.usage, lm.capabilities.prices
    cost = usage.cost
    if not cost:
        cost = None if prices is None else prices.cost(usage.input_tokens, usage.output_tokens)
    if cost != usage.cost or not usage.calls:
        usage = Usage(
            usage.input_tokens, usage.output_tokens, usage.cached_tokens, usage.reasoning_tokens, usage.calls or 1, cost
        )
    return Response(response.completions, usage, response.model or lm.model)
