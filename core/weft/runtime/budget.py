"""Budgets: scopes that spend no more than they may. A call is held against them before it is made."""

from __future__ import annotations

import threading
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING

from ..errors import BudgetExceeded, OptionError
from ..spelling import spelled
from .ledger import NOTHING, Ledger, Usage, ledger_scope

if TYPE_CHECKING:
    from collections.abc import Generator

_LIMITS = {"usd": "dollars", "tokens": "tokens", "calls": "calls"}


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

    def hold(self, ref: str, expected: Usage) -> None:
        """Hold back what a call is expected to spend, in this budget and in those around it.

        Raises:
            BudgetExceeded: too little is left; then nothing is held.
            OptionError: the budget is in dollars and the price of the call is not known.
        """
        with _holding:
            for budget in self._chain():
                budget._check(ref, expected)
            for budget in self._chain():
                budget._held += expected

    def release(self, expected: Usage) -> None:
        """Give back what was held: the call is over, and what it spent is on the ledger."""
        with _holding:
            for budget in self._chain():
                budget._held += _negative(expected)

    def _chain(self) -> list[Budget]:
        return [self, *(self._outer._chain() if self._outer is not None else ())]

    def _check(self, ref: str, expected: Usage) -> None:
        spent = self.spent
        if self.usd is not None:
            if expected.cost is None:
                raise OptionError(
                    f"A budget in dollars cannot hold calls of {ref}, whose price is not known. Give the model its "
                    "prices, or limit tokens or calls."
                )
            self._compare(ref, "usd", spent.cost or 0.0, self._held.cost or 0.0, expected.cost)
        if self.tokens is not None:
            self._compare(ref, "tokens", spent.total_tokens, self._held.total_tokens, expected.total_tokens)
        if self.calls is not None:
            self._compare(ref, "calls", spent.calls, self._held.calls, expected.calls)

    def _compare(self, ref: str, limit: str, spent: float, held: float, expected: float) -> None:
        most = getattr(self, limit)
        if spent + held + expected > most:
            unit = _LIMITS[limit]
            raise BudgetExceeded(
                f"The budget of {most:g} {unit} has no room for a call of {ref}: {spent:.6g} {unit} are spent, "
                f"{held:.6g} are held for calls under way, and this one may take {expected:.6g}."
            )


def _negative(usage: Usage) -> Usage:
    cost = None if usage.cost is None else -usage.cost
    return Usage(
        -usage.input_tokens, -usage.output_tokens, -usage.cached_tokens, -usage.reasoning_tokens, -usage.calls, cost
    )


_budget: ContextVar[Budget | None] = ContextVar("weft_budget", default=None)
_holding = threading.Lock()  # of all budgets, which nest


def current_budget() -> Budget | None:
    """Return the innermost budget in force, or None."""
    return _budget.get()


@spelled
@contextmanager
def budget(
    *, usd: float | None = None, tokens: int | None = None, calls: int | None = None
) -> Generator[Budget, None, None]:
    """Let the block spend no more than this, worker threads and tasks included; budgets nest.

    A call is refused before it is made if what it may spend, by `LM.estimate`, does not fit any more. What was paid
    for until then is kept. Answers from weft's cache cost nothing.

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
