"""What an optimization costs: told before, kept to, and counted."""

from __future__ import annotations

import weft
from weft import context, track_usage

from .subject import OptimizerSubject


class PlanChecks(OptimizerSubject):
    """Plans and the ledger."""

    def test_plan_makes_no_call(self) -> None:
        """`plan` gives a Plan without calling a model."""
        lm, optimizer = self.lm(), self.made()
        with context(lm=lm), track_usage() as ledger:
            plan = optimizer.plan(optimizer.task(self.program(), trainset=self.trainset()))
        assert isinstance(plan, weft.Plan), f"plan gives a Plan, not {plan!r}"
        assert str(plan)
        calls = max(ledger.total.calls, getattr(lm, "calls", 0))
        assert calls == 0, f"planning made {calls} calls"

    def test_plan_is_in_order(self) -> None:
        """In every row of a plan, low is at most expected, and expected at most high."""
        optimizer = self.made()
        with context(lm=self.lm()):
            plan = optimizer.plan(optimizer.task(self.program(), trainset=self.trainset()))
        for row in plan.rows:
            assert 0 <= row.low <= row.expected <= row.high, f"the row is out of order: {row}"

    def test_plan_bounds_the_calls(self) -> None:
        """The search makes no more calls than the plan's ``total.high``."""
        lm, optimizer = self.lm(), self.made()
        with context(lm=lm):
            high = optimizer.plan(optimizer.task(self.program(), trainset=self.trainset())).total.high
        spent = self.optimized(optimizer, lm).usage.calls
        assert spent <= high, f"the plan says at most {high} calls, and the search made {spent}"

    def test_calls_are_on_the_ledger(self) -> None:
        """Every call that the model received is in the result's usage."""
        lm = self.lm()
        found = self.optimized(self.made(), lm)
        calls = getattr(lm, "calls", found.usage.calls)
        assert found.usage.calls == calls, f"the model was called {calls} times, the ledger has {found.usage.calls}"
