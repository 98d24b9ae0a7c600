"""Budgets: scopes that spend no more than they may. What a call may take is held back before it is made.

Calls under way mostly take less than is held for them. So a call that only they leave no room for waits until they are
over, and is refused when what was really spent leaves none. A call that is made inside another one, which would wait
for its own end, is refused at once.
"""

from __future__ import annotations

import threading
from collections import deque
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any

from ..errors import BudgetExceeded, OptionError
from ..spelling import spelled
from .crew import paused
from .ledger import NOTHING, Ledger, Usage, ledger_scope
from .loop import enter_loop

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Awaitable, Generator
    from typing import TypeVar

    R = TypeVar("R")

_LIMITS = {"usd": "dollars", "tokens": "tokens", "calls": "calls"}
_ROUNDING = 1 + 1e-9  # three times 0.1 dollars fit into 0.3
_WOKEN = 16


class Budget:
    """What a scope may spend, has spent, and holds back for calls under way. Safe for threads.

    Attributes:
        usd: most US dollars, or None for no limit.
        tokens: most tokens of prompts and answers.
        calls: most calls of providers, failed attempts included.
        ledger: what was spent.
    """

    def __init__(self, usd: float | None, tokens: int | None, calls: int | None, outer: Budget | None) -> None:
        self.usd, self.tokens, self.calls = usd, tokens, calls
        self.ledger = Ledger()
        self._outer = outer
        self._held = NOTHING

    @property
    def spent(self) -> Usage:
        """What was spent so far."""
        return self.ledger.total

    async def pay(self, ref: str, most: Usage, call: Awaitable[R]) -> R:
        """Await a call while `most`, what it may take, is held back here and in the budgets around.

        Raises:
            BudgetExceeded: too little is left; then nothing is held, and the call is not begun.
            OptionError: a budget is in dollars and the price of the call is not known.
        """
        if not self._try_hold(ref, most):
            await self._hold(ref, most)
        token = _inside.set(True)
        try:
            return await call
        finally:
            _inside.reset(token)
            self._release(most)

    def check_again(self, ref: str) -> None:
        """Check that a call that failed may be made again: what is held for it must still be there.

        Raises:
            BudgetExceeded: what the failed attempt spent has used it up.
        """
        with _lock:
            for budget in self._chain():
                budget._check(f"another attempt to call {ref}", NOTHING, budget._held)

    def holds_back(self, budget: Any) -> bool:
        """Whether `budget` is this one or around it, so that nothing is left here once it is used up."""
        return budget in self._chain()

    def _try_hold(self, ref: str, most: Usage) -> bool:
        """Hold `most` back, or return False where only calls under way are in the way."""
        waits = not _inside.get()
        with _lock:
            for budget in self._chain():
                budget._check(f"a call of {ref}", most, NOTHING if waits else budget._held)
            if waits and any(budget._excess(most, budget._held) for budget in self._chain()):
                return False
            for budget in self._chain():
                budget._held += most
        return True

    async def _hold(self, ref: str, most: Usage) -> None:
        """Hold `most` back once calls under way are over."""
        await enter_loop()
        import asyncio

        try:
            while True:
                future = asyncio.get_running_loop().create_future()
                _waiting.append(future)  # before the look, so that no release goes unnoticed
                if self._try_hold(ref, most):
                    return
                with paused():
                    await future
        finally:
            with _lock:
                if future in _waiting:  # pyright: ignore[reportPossiblyUnboundVariable]
                    _waiting.remove(future)  # pyright: ignore[reportPossiblyUnboundVariable]
            _wake()

    def _release(self, most: Usage) -> None:
        """Give back what was held: the call is over, and what it spent is on the ledger."""
        with _lock:
            for budget in self._chain():
                budget._held += _negative(most)
        if _waiting:
            _wake()

    def _chain(self) -> list[Budget]:
        return [self, *(self._outer._chain() if self._outer is not None else ())]

    def _check(self, what: str, expected: Usage, held: Usage) -> None:
        """Raise if what was spent, what is `held` and what is expected are too much together."""
        if self.usd is not None and expected.cost is None:
            raise OptionError(
                f"A budget in dollars has no room for {what}, whose price is not known. Give the model its prices, or "
                "limit tokens or calls."
            )
        limit = self._excess(expected, held)
        if limit is not None:
            most, unit = getattr(self, limit), _LIMITS[limit]
            spent, under_way, this = (_amount(usage, limit) for usage in (self.spent, held, expected))
            message = f"The budget of {most:g} {unit} has no room for {what}: {spent:.6g} {unit} are spent"
            message += f", {under_way:.6g} are held for calls under way" if under_way else ""
            message += f", and this one may take {this:.6g}" if this else ""
            raise BudgetExceeded(f"{message}.", budget=self)

    def _excess(self, expected: Usage, held: Usage) -> str | None:
        """Return the limit that would be exceeded, or None."""
        spent = self.spent
        for limit in _LIMITS:
            most = getattr(self, limit)
            if most is not None and sum(_amount(usage, limit) for usage in (spent, held, expected)) > most * _ROUNDING:
                return limit
        return None


def _amount(usage: Usage, limit: str) -> float:
    if limit == "usd":
        return usage.cost or 0.0
    return usage.total_tokens if limit == "tokens" else usage.calls


def _negative(usage: Usage) -> Usage:
    cost = None if usage.cost is None else -usage.cost
    return Usage(
        -usage.input_tokens, -usage.output_tokens, -usage.cached_tokens, -usage.reasoning_tokens, -usage.calls, cost
    )


_lock = threading.Lock()  # of all budgets, which nest
_waiting: deque[asyncio.Future[None]] = deque()
_inside: ContextVar[bool] = ContextVar("weft_inside_paid_call", default=False)
_budget: ContextVar[Budget | None] = ContextVar("weft_budget", default=None)


def _wake() -> None:
    """Let some of those who wait look again; whoever gets no room waits at the end."""
    with _lock:
        woken = [_waiting.popleft() for _ in range(min(_WOKEN, len(_waiting)))]
    for future in woken:
        try:
            future.get_loop().call_soon_threadsafe(_let_go, future)
        except RuntimeError:  # that loop was closed: nobody waits there any more
            continue


def _let_go(future: asyncio.Future[None]) -> None:
    if not future.done():
        future.set_result(None)


def current_budget() -> Budget | None:
    """Return the innermost budget in force, or None."""
    return _budget.get()


@spelled
@contextmanager
def budget(
    *, usd: float | None = None, tokens: int | None = None, calls: int | None = None
) -> Generator[Budget, None, None]:
    """Let the block spend no more than this, in tasks and in threads that weft starts; budgets nest.

    A call is refused before it is made if what it may take does not fit any more: `most` of `LM.estimate`. With
    ``max_tokens`` and a provider that counts tokens that is a limit which holds; otherwise it is what calls seldom
    exceed, and the last ones may spend a little more. A call that failed is made again only if that fits. What was paid
    for is kept. Answers from weft's cache cost nothing.

    Args:
        usd: US dollars; every model that is called must have a known price.
        tokens: tokens of prompts and answers together.
        calls: calls of providers.

    Raises:
        OptionError: no limit was given, or one that is not above 0.

    Example:
        >>> with budget(calls=10) as left:
        ...     left.spent.calls
        0
    """
    given = [limit for limit in (usd, tokens, calls) if limit is not None]
    if not given or any(isinstance(limit, bool) or not limit > 0 for limit in given):
        raise OptionError("A budget needs usd, tokens or calls, each a number above 0.")
    inner = Budget(usd, tokens, calls, _budget.get())
    token = _budget.set(inner)
    try:
        with ledger_scope(inner.ledger):
            yield inner
    finally:
        _budget.reset(token)
