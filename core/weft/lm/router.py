"""``weft.Router``: several models behind one, by a policy."""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping, Sequence
from itertools import count
from typing import TYPE_CHECKING, Any, Literal, get_args

from ..errors import (
    ContextWindowExceeded,
    LMContentFilterError,
    LMError,
    LMInvalidRequestError,
    OptionError,
    UnsupportedModelError,
)
from ..runtime.events import emit
from .base import LM
from .capabilities import Capabilities
from .current import as_lm
from .estimates import spending
from .streaming import Pieces

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Hashable

    from ..data.media import Media
    from .estimates import Estimate
    from .records import Delta, Request, Response

Policy = Literal["fallback", "round-robin", "cheapest", "hedge"]
_POLICIES: tuple[str, ...] = get_args(Policy)


class Router(LM):
    """Several models that answer as one.

    Every policy goes on with the next model when one fails after its own retries; not so where the request is wrong
    for every model, or its content was refused. A model that failed for another reason than the request is asked last
    for `rest` seconds. Caching, limits, retries, usage and prices are those of the model that answers.

    Args:
        models: LMs, their references, or what `LM.describe` returned; at least one.
        policy: ``fallback``: in the order given. ``round-robin``: the next one each time. ``cheapest``: the lowest
            estimate of this call first, unknown prices last. ``hedge``: in the order given, and the next one as well
            when there is no answer after `hedge_after` seconds; the first answer counts, and all are paid for.
        hedge_after: seconds, for ``hedge``.
        rest: seconds for which a model that failed is asked last.
        parameters: defaults for every call, for models that take them.

    The capabilities are those that all models have.

    Raises:
        OptionError: no models, or an unknown policy.

    Example:
        >>> import weft
        >>> busy = weft.LM("scripted/busy", answers=[weft.errors.LMServerError("too busy")])
        >>> weft.Router([busy, weft.LM("scripted/idle", answers=["Hello."])])("Hi").text
        'Hello.'
    """

    def __init__(
        self,
        models: Sequence[LM | str | Mapping[str, Any]],
        /,
        *,
        policy: Policy = "fallback",
        hedge_after: float = 5.0,
        rest: float = 30.0,
        **parameters: Any,
    ) -> None:
        if isinstance(models, str) or not models:
            raise OptionError(f"A Router needs a list of at least one model, not {models!r}.")
        if policy not in _POLICIES:
            raise OptionError(f"The policy of a Router is one of {', '.join(map(repr, _POLICIES))}, not {policy!r}.")
        self.models: tuple[LM, ...] = tuple(_as_model(model) for model in models)
        super().__init__(policy, provider="router", capabilities=_common(self.models), **parameters)
        self._hedge_after, self._rest = hedge_after, rest
        self._turns = count()  # shared by copies; safe for threads
        self._resting: dict[int, float] = {}
        self._lock = threading.Lock()

    def describe(self) -> dict[str, Any]:
        own = {"models": [model.describe() for model in self.models]}
        if self.model == "hedge":
            own["hedge_after"] = self._hedge_after  # type: ignore[assignment] # a dict of plain values
        return {**super().describe(), **own, "rest": self._rest}

    @property
    def cache_identity(self) -> Hashable:
        return (type(self), self.model, *(model.cache_identity for model in self.models))

    def count_tokens(self, request: Request) -> int:
        return max(model.count_tokens(request) for model in self.models)

    def media_tokens(self, media: Media) -> int:
        return max(model.media_tokens(media) for model in self.models)

    def estimate(self, request: Request) -> Estimate:
        """Return what the call takes with the model that is asked first; by turns that is the first one given."""
        request = self.prepared(request)
        if self.model == "cheapest":
            return self.models[self._order(request)[0]].estimate(request)
        return self.models[0].estimate(request)

    async def generate(self, request: Request) -> Response:
        return await self.complete(request)

    def complete(
        self, request: Request, sink: Callable[[Delta], None] | None = None, /
    ) -> Coroutine[Any, Any, Response]:
        request, pieces = self.prepared(request), None if sink is None else Pieces(sink)
        order = self._order(request)
        if self.model == "hedge" and len(order) > 1:
            return self._hedged(request, order, pieces)
        return self._in_order(request, order, pieces)

    def _order(self, request: Request) -> list[int]:
        """Return the models' positions in the order in which they are asked."""
        order = list(range(len(self.models)))
        if self.model == "round-robin":
            first = next(self._turns) % len(order)
            order = order[first:] + order[:first]
        elif self.model == "cheapest":
            costs = [spending(model, model.prepared(request))[0].cost for model in self.models]
            order.sort(key=lambda position: float("inf") if (cost := costs[position]) is None else cost)
        if self._resting:
            now = time.monotonic()
            order.sort(key=lambda position: self._resting.get(position, now) > now)
        return order

    async def _in_order(self, request: Request, order: Sequence[int], pieces: Pieces | None) -> Response:
        for position in order[:-1]:
            try:
                return await self.ask(position, request, pieces)
            except LMError as error:
                if not self.goes_on_after(error):
                    raise
            if pieces is not None:
                pieces.restart()
        return await self.ask(order[-1], request, pieces)

    async def _hedged(self, request: Request, order: Sequence[int], pieces: Pieces | None) -> Response:
        from .hedge import first_answer  # brings asyncio

        return await first_answer(self, request, order, pieces, self._hedge_after)

    async def ask(self, position: int, request: Request, sink: Callable[[Delta], None] | None) -> Response:
        """Ask one model, and remember for a while if it failed."""
        try:
            response = await self.models[position].complete(request, sink)
        except LMError as error:
            if not isinstance(error, LMInvalidRequestError | LMContentFilterError):
                with self._lock:
                    self._resting[position] = time.monotonic() + self._rest
            emit("lm.rerouted", lm=self.ref, model=self.models[position].ref, error=error)
            raise
        if position in self._resting:
            with self._lock:
                self._resting.pop(position, None)
        return response

    def goes_on_after(self, error: LMError) -> bool:
        """Whether another model may answer what failed like this."""
        if isinstance(error, ContextWindowExceeded | UnsupportedModelError):
            return True
        return not isinstance(error, LMInvalidRequestError | LMContentFilterError)


def _as_model(model: LM | str | Mapping[str, Any]) -> LM:
    if isinstance(model, Mapping):
        options = dict(model)
        return LM(options.pop("ref"), **options)
    return as_lm(model)


def _common(models: Sequence[LM]) -> Capabilities:
    """Return what all models can do."""
    abilities = [model.capabilities for model in models]

    def least(name: str) -> int | None:
        known = [value for value in (getattr(ability, name) for ability in abilities) if value is not None]
        return min(known, default=None)

    def everyone(name: str) -> bool:
        return all(getattr(ability, name) for ability in abilities)

    return Capabilities(
        context_window=least("context_window"),
        max_output=least("max_output"),
        response_schema=everyone("response_schema"),
        grammar=everyone("grammar"),
        tools=everyone("tools"),
        n=True,  # each model sees to it
        vision=everyone("vision"),
        audio=everyone("audio"),
        media=_shared([ability.media for ability in abilities]),
        reasoning=everyone("reasoning"),
        parameters=_shared([ability.parameters for ability in abilities]),
        extra=_shared([ability.extra for ability in abilities]),
    )


def _shared(names: Sequence[frozenset[str]]) -> frozenset[str]:
    return names[0].intersection(*names[1:])
