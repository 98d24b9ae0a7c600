"""What an evaluation found: a row an example, the score, its interval and its coverage."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from ..data.prediction import Prediction
from ..data.results import Err, Ok
from ..errors import CheckFailed
from ..runtime.frozen import frozen
from ..runtime.ledger import NOTHING, Usage
from ..spelling import spelled
from .intervals import interval_95

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from ..data.checks import CheckRecord
    from ..data.example import Example


@frozen
class Row:
    """One example's outcome: `Ok` with what the program returned, or `Err`; a failed one has no score."""

    example: Example
    outcome: Ok[Any] | Err
    score: float | None = None
    feedback: str = ""

    @property
    def prediction(self) -> Any:
        """What the program returned, or None."""
        return self.outcome.value if isinstance(self.outcome, Ok) else self.outcome.prediction

    @property
    def checks(self) -> Sequence[CheckRecord]:
        """The checks that answers did not pass on the way, those of the step that made the program fail included."""
        if isinstance(self.outcome, Err) and isinstance(self.outcome.error, CheckFailed):
            return self.outcome.error.records
        return self.prediction._checks if isinstance(self.prediction, Prediction) else ()


@dataclass(frozen=True)
class EvaluationResult:
    """The outcome of an evaluation; ``float(result)`` is its score.

    Attributes:
        rows: one an example, in the order of the data.
        metric: the metric's name.
        usage: what it cost, failures and metric included.
        seconds: how long it took.
    """

    rows: Sequence[Row]
    metric: str
    usage: Usage = NOTHING
    seconds: float = field(default=0.0, compare=False)

    @property
    def scores(self) -> list[float]:
        """The scores of the examples that did not fail."""
        return [row.score for row in self.rows if row.score is not None]

    @property
    def score(self) -> float:
        """100 times the mean score of the examples that did not fail; not a number where all did."""
        scores = self.scores
        return 100 * math.fsum(scores) / len(scores) if scores else math.nan

    @property
    def interval(self) -> tuple[float, float]:
        """The 95 % interval of `score`."""
        low, high = interval_95(self.scores) if self.scores else (math.nan, math.nan)
        return 100 * low, 100 * high

    @property
    def coverage(self) -> float:
        """The share of examples that did not fail, from 0 to 1."""
        return len(self.scores) / len(self.rows)

    @property
    def errors(self) -> list[Row]:
        """The rows of the examples that failed."""
        return [row for row in self.rows if not row.outcome.ok]

    def __float__(self) -> float:
        return self.score

    def __str__(self) -> str:
        low, high = self.interval
        failed = f", {len(self.errors)} of {len(self.rows)} failed" if self.errors else ""
        return f"{self.score:.1f} ({self.metric}, 95 % interval {low:.1f} to {high:.1f}, n={len(self.scores)}{failed})"

    @spelled
    def table(self, limit: int | None = 20) -> str:
        """Return the first `limit` rows as a text table; None: all."""
        from .export import text_table

        return text_table(self, limit)

    def save_csv(self, path: str | Path) -> None:
        """Write every row as CSV: the example, the prediction, score, error and feedback."""
        from .export import save_csv

        save_csv(self, path)

    def save_json(self, path: str | Path) -> None:
        """Write score, interval, coverage, usage and every row as JSON."""
        from .export import save_json

        save_json(self, path)
