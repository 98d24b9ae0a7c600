"""What an optimization found: the program, the candidates on the way, and what it cost."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Generic, TypeVar

from ..evaluate.intervals import interval_95
from ..runtime.ledger import NOTHING, Usage

if TYPE_CHECKING:
    from ..program.module import Module
    from ..program.state import State

M = TypeVar("M", bound="Module")


@dataclass(frozen=True, slots=True)
class Candidate:
    """A state that was tried, and how it did on the examples it was tried on.

    Attributes:
        label: where it comes from.
        state: the state.
        scores: a score an example that did not fail.
        failures: how many examples failed.
    """

    label: str
    state: State
    scores: tuple[float, ...]
    failures: int = 0

    @property
    def score(self) -> float:
        """100 times the mean score, failed examples counting nothing; 0 without any."""
        count = len(self.scores) + self.failures
        return 100 * sum(self.scores) / count if count else 0.0

    @property
    def interval(self) -> tuple[float, float]:
        """The 95 % interval of the mean score of those that did not fail, times 100."""
        low, high = interval_95(self.scores) if self.scores else (0.0, 1.0)
        return 100 * low, 100 * high


@dataclass(frozen=True, slots=True)
class Optimized(Generic[M]):
    """The outcome of `Optimizer.optimize`.

    Attributes:
        program: a new program with the state that was found.
        candidates: every state that was compared, in the order of trial.
        usage: what the search cost.
        seconds: how long it took.
    """

    program: M
    candidates: tuple[Candidate, ...] = ()
    usage: Usage = NOTHING
    seconds: float = 0.0
