"""Evaluate: a program on a data set, concurrently, with every failure kept as what it is."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import TYPE_CHECKING, Any, Literal

from ..data.example import Example
from ..data.metric import Metric
from ..data.results import Err, Ok
from ..errors import BudgetExceeded, DataError, EvaluationError, OptionError
from ..lm.batch import batch
from ..lm.batched import in_batch_block
from ..program.batch import checked_concurrency, inputs_of
from ..runtime.budget import current_budget
from ..runtime.concurrent import map_ordered
from ..runtime.events import emit, observed
from ..runtime.ledger import track_usage
from ..runtime.loop import enter_loop, run_sync
from ..runtime.settings import settings
from ..spelling import spelled
from .results import EvaluationResult, Row

if TYPE_CHECKING:
    from pathlib import Path

    from ..program.module import Module

_UNSET: Any = object()


class Evaluate:
    """Runs programs on a data set and scores what they return.

    Args:
        devset: examples with declared inputs.
        metric: a function of (example, prediction[, trace]), sync or async, giving a number, bool or `Score`.
        concurrency: how many examples run at once; default: the setting. ``num_threads`` is the same.
        mode: ``live``, or ``batch``: calls go to the provider in batches, as in a `weft.batch` block, and all examples
            run at once.
        max_errors: failures after which the evaluation stops with an error; default: the setting; None: never.
        display_progress: whether to draw a progress bar on standard error.
        display_table: rows of the table to print at the end; True: 20.
        save_as_csv, save_as_json: files to write the rows to.

    Raises:
        DataError: the data set is empty, or an example is none or declares no inputs.

    Example:
        >>> import weft
        >>> data = [weft.Example(question="2+2?", answer="4").with_inputs("question")]
        >>> lm = weft.LM("scripted/x", answers=[{"answer": "4"}])
        >>> evaluate = weft.Evaluate(devset=data, metric=weft.exact_match)
        >>> with weft.context(lm=lm):
        ...     evaluate(weft.Predict("question -> answer")).score
        100.0
    """

    @spelled
    def __init__(
        self,
        devset: Sequence[Example],
        metric: Callable[..., Any],
        *,
        concurrency: int | None = None,
        num_threads: int | None = None,
        mode: Literal["live", "batch"] = "live",
        max_errors: int | None = _UNSET,
        display_progress: bool = False,
        display_table: bool | int = False,
        save_as_csv: str | Path | None = None,
        save_as_json: str | Path | None = None,
    ) -> None:
        if concurrency is not None and num_threads is not None:
            raise OptionError("concurrency and num_threads are the same option; give one of them.")
        self.devset = checked_examples(devset, "devset")
        self.metric = Metric(metric)
        given = num_threads if concurrency is None else concurrency
        self.concurrency = None if given is None else checked_concurrency(given)
        if mode not in ("live", "batch"):
            raise OptionError(f"mode is 'live' or 'batch', not {mode!r}.")
        self._mode: Literal["live", "batch"] = mode
        self._max_errors = max_errors
        self._display_progress, self._display_table = display_progress, display_table
        self._save_as_csv, self._save_as_json = save_as_csv, save_as_json

    def __call__(self, program: Module) -> EvaluationResult:
        """Evaluate a program; blocking.

        Raises:
            EvaluationError: more than `max_errors` examples failed, or all did; its cause is the first failure.
            BudgetExceeded: the budget around it has no room for a single example. If it is used up later, the
                evaluation ends: the rows until then are kept, and those that are missing are failures with this error,
                which do not count for `max_errors`.
        """
        return run_sync(self.acall(program))

    async def acall(self, program: Module) -> EvaluationResult:
        """Evaluate a program; see `__call__`."""
        await enter_loop()
        failures = _Failures(settings.get("max_errors") if self._max_errors is _UNSET else self._max_errors)
        started = time.perf_counter()
        with self._batching(), track_usage() as ledger, self._progress() as advance:

            async def one(example: Example) -> Row:
                row = failures.refused(example) or await evaluated(program, example, self.metric)
                failures.note(row)
                advance(row)
                if observed():
                    emit("evaluate.row", score=row.score, ok=row.outcome.ok)
                return row

            most = min(checked_concurrency(self.concurrency), len(self.devset))
            rows = await map_ordered(one, self.devset, concurrency=most)
        failures.check(rows)
        result = EvaluationResult(tuple(rows), self.metric.name, ledger.total, time.perf_counter() - started)
        self._publish(result)
        return result

    def _batching(self) -> AbstractContextManager[None]:
        """Return the block that makes batches of calls, unless one that was opened outside does so already."""
        return batch() if self._mode == "batch" and not in_batch_block() else nullcontext()

    def _progress(self) -> Any:
        from .progress import no_progress, progress_bar

        return progress_bar("Evaluating", len(self.devset)) if self._display_progress else no_progress()

    def _publish(self, result: EvaluationResult) -> None:
        if self._display_table:
            print(result.table(20 if self._display_table is True else self._display_table))
        if self._save_as_csv is not None:
            result.save_csv(self._save_as_csv)
        if self._save_as_json is not None:
            result.save_json(self._save_as_json)


async def evaluated(program: Module, example: Example, metric: Metric, steps: Sequence[Any] | None = None) -> Row:
    """Run a program on one example and score it; a failure of either is the row's outcome."""
    with track_usage() as ledger:
        try:
            prediction = await program.acall(**Example.inputs(example))
        except Exception as error:  # noqa: BLE001 - any failure of users' code is a value here
            return Row(example, Err(error, "program", ledger.total))
        try:
            score = await metric(example, prediction, steps)
        except Exception as error:  # noqa: BLE001 - as above
            return Row(example, Err(error, "metric", ledger.total, prediction))
    return Row(example, Ok(prediction, ledger.total), score.score, score.feedback)


class _Failures:
    """Counts failures and stops an evaluation that has too many; notices when nothing can be paid for any more."""

    def __init__(self, limit: int | None) -> None:
        self._limit = limit
        self._count = 0
        self._budget = current_budget()
        self._exceeded: BudgetExceeded | None = None

    def refused(self, example: Example) -> Row | None:
        """Return the row of an example that is not begun, since the budget around the evaluation is used up."""
        return None if self._exceeded is None else Row(example, Err(self._exceeded, "program"))

    def note(self, row: Row) -> None:
        if not isinstance(row.outcome, Err):
            return
        error = row.outcome.error
        if isinstance(error, BudgetExceeded) and self._budget is not None and self._budget.holds_back(error.budget):
            self._exceeded = error
            return
        self._count += 1
        if self._limit is not None and self._count > self._limit:
            raise _failed(f"More than {self._limit} examples failed", row.outcome) from error

    def check(self, rows: Sequence[Row]) -> None:
        if any(row.outcome.ok for row in rows):
            return
        if self._exceeded is not None:
            raise self._exceeded
        first = next(row.outcome for row in rows if isinstance(row.outcome, Err))
        raise _failed(f"All {len(rows)} examples failed", first) from first.error


def _failed(what: str, example: Err) -> EvaluationError:
    return EvaluationError(f"{what}; for instance, the {example.stage} raised {example}")


def checked_examples(examples: Sequence[Any], name: str) -> tuple[Example, ...]:
    """Return a data set whose every row declares its inputs.

    Raises:
        DataError: it is empty, or a row is no Example or declares no inputs; says which.
    """
    if isinstance(examples, str | Mapping):
        raise DataError(f"{name} must be a list of examples, not {type(examples).__name__}.")
    rows = tuple(examples)
    if not rows:
        raise DataError(f"{name} is empty.")
    for number, row in enumerate(rows, 1):
        if not isinstance(row, Example):
            raise DataError(f"{name}: row {number} must be an Example, not {type(row).__name__}.")
        inputs_of(row, number)
    return rows
