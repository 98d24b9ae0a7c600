"""Optimization: the Optimizer contract, and what an optimizer is given: a Task, a Run, a Plan to fill in."""

from .base import Optimizer
from .plan import Plan, PlanRow, plan_row
from .result import Candidate, Optimized
from .run import Cell, Run, best
from .task import Task, stream

__all__ = [
    "Candidate",
    "Cell",
    "Optimized",
    "Optimizer",
    "Plan",
    "PlanRow",
    "Run",
    "Task",
    "best",
    "plan_row",
    "stream",
]
