"""An optimization from announcement to result."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..optimize.report import Report
from .evaluate import scored
from .outcome import print_costs, print_scores, say

if TYPE_CHECKING:
    from ..optimize.plan import Plan
    from ..optimize.result import Optimized
    from ..program.module import Module
    from .job import Job


def announce(job: Job) -> tuple[Plan, Optimized[Module] | None]:
    """Print the data and the plan; returns the plan, and what was found where a search needs no call of a model.

    A free search is done at once, since the prompts it leads to can then be measured instead of guessed.
    """
    data = job.data
    val = f"{len(data.val)} val, " if data.val else ""
    say(f"Data: {len(data.train):,} train, {val}{len(data.test):,} test examples.")
    for note in data.notes:
        say(note)
    is_free = job.search_plan().total.high == 0
    found = job.search() if is_free else None
    plan = job.plan(found.program if found is not None else None)
    say("\nPlan (repeated calls after failures aside):")
    say(str(plan))
    return plan, found


def carry_out(job: Job, *, title: str, max_errors: int | None) -> Report:
    """Announce, test, search, test again and print the outcome.

    Raises:
        EvaluationError: too many test examples failed.
    """
    plan, found = announce(job)
    tested, metric = job.data.test, job.metric
    limits = {"max_errors": max_errors, "concurrency": job.optimizer.concurrency}
    before = scored(job.program, tested, metric, title="Testing unoptimized", **limits)
    optimized = found or job.search()
    after = scored(optimized.program, tested, metric, title="Testing optimized", **limits)
    spent = {"test unoptimized": before.usage, "search": optimized.usage, "test optimized": after.usage}
    print_scores({"unoptimized": before, "optimized": after})
    print_costs(spent)
    return Report(
        title=title,
        program=optimized.program,
        before=before,
        after=after,
        candidates=optimized.candidates,
        plan=plan,
        spent=spent,
        notes=data_notes(job),
    )


def data_notes(job: Job) -> tuple[str, ...]:
    """Return what a report says about the data."""
    return (f"{len(job.data.train):,} train and {len(job.data.test):,} test examples.", *job.data.notes)
