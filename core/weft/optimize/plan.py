"""Plan: what an optimization will cost, from rendered prompts, before anything is paid."""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

from ..lm.current import current_lm
from ..runtime.frozen import frozen
from ..signature.describe import text_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ..data.example import Example
    from ..lm.base import LM
    from ..program.predict import Predict
    from .task import Task

_SAMPLE = 32
_UNBOUNDED_OUTPUT = 1024


@frozen
class PlanRow:
    """One phase's calls of one role, and the most they can take.

    Attributes:
        phase: what the calls are for.
        role: ``task``, ``teacher`` or ``proposer``.
        low, expected, high: calls of a model; `high` is never exceeded, repeated calls after failures aside.
        input_tokens, output_tokens: at `high`.
        cost: US dollars at `high`, or None where a price is unknown.
    """

    phase: str
    role: str
    low: int
    expected: int
    high: int
    input_tokens: int = 0
    output_tokens: int = 0
    cost: float | None = 0.0


@dataclass(frozen=True, slots=True)
class Plan:
    """The rows of a plan and their sum; ``str(plan)`` is a table."""

    rows: tuple[PlanRow, ...]

    @property
    def total(self) -> PlanRow:
        """The sum of all rows."""
        costs = [row.cost for row in self.rows]
        known = [cost for cost in costs if cost is not None]
        return PlanRow(
            "total",
            "",
            sum(row.low for row in self.rows),
            sum(row.expected for row in self.rows),
            sum(row.high for row in self.rows),
            sum(row.input_tokens for row in self.rows),
            sum(row.output_tokens for row in self.rows),
            sum(known) if len(known) == len(costs) else None,
        )

    def __str__(self) -> str:
        from rich.console import Console
        from rich.table import Table

        table = Table("phase", "role", "calls low", "expected", "high", "tokens in", "out", "US$ at most")
        for row in (*self.rows, self.total):
            cost = "price unknown" if row.cost is None else f"{row.cost:.2f}"
            numbers = (row.low, row.expected, row.high, row.input_tokens, row.output_tokens)
            table.add_row(row.phase, row.role, *(f"{number:,}" for number in numbers), cost)
        console = Console(file=io.StringIO(), width=120)
        console.print(table)
        return cast("io.StringIO", console.file).getvalue().rstrip()


def plan_row(
    task: Task, phase: str, role: str, runs: tuple[int, int, int], *, demos: int = 0, lm: LM | None = None
) -> PlanRow:
    """Return a row for `runs` (low, expected, high) runs of the task's program.

    A run calls every predictor once; a program with loops is planned as one turn of each.

    Args:
        task: what is to be optimized.
        phase, role: as in `PlanRow`.
        runs: how many runs of the program.
        demos: most demos in a prompt; the longest of the train set are counted.
        lm: the model that will be called; default: the predictor's own or the settings'.
    """
    if runs[2] == 0:
        return PlanRow(phase, role, 0, 0, 0)
    calls = len(task.program.predictors())
    sizes = [_size(predictor, task.trainset, demos, lm) for predictor in task.program.predictors()]
    low, expected, high = (calls * count for count in runs)
    tokens_in = runs[2] * sum(size[0] for size in sizes)
    tokens_out = runs[2] * sum(size[1] for size in sizes)
    costs = [None if size[2] is None else runs[2] * size[2] for size in sizes]
    cost = None if None in costs else sum(cost for cost in costs if cost is not None)
    return PlanRow(phase, role, low, expected, high, tokens_in, tokens_out, cost)


def _size(
    predictor: Predict[Any], examples: Sequence[Example], demos: int, lm: LM | None
) -> tuple[int, int, float | None]:
    """Return tokens in, tokens out and dollars of one call at the most, from the longest prompts there can be."""
    model = lm or predictor.lm or current_lm()
    longest = sorted(examples, key=_length, reverse=True)[:_SAMPLE]
    pool = sorted(predictor.own.demos, key=_length, reverse=True)[: predictor.own.neighbours]
    shown = tuple(longest[:demos]) if demos else tuple(pool)
    probe = predictor.with_state(predictor.own.changed(demos=shown, neighbours=None))
    tokens_in = max(model.count_tokens(probe.render(**_inputs(predictor, example), lm=model)) for example in longest)
    window = model.capabilities.context_window
    tokens_in = min(tokens_in, window) if window is not None else tokens_in
    tokens_out = model.parameters.get("max_tokens") or model.capabilities.max_output or _UNBOUNDED_OUTPUT
    prices = model.capabilities.prices
    return tokens_in, tokens_out, None if prices is None else prices.cost(tokens_in, tokens_out)


def _length(example: Example) -> int:
    return sum(len(text_of(example[name])) for name in example)


def _inputs(predictor: Predict[Any], example: Example) -> dict[str, Any]:
    """Return inputs to render with; what the program itself will make is stood in for by the example's whole text."""
    whole = "\n".join(text_of(example[name]) for name in example)
    inputs: dict[str, Any] = {}
    for name, field in predictor.signature.input_fields.items():
        if name in example:
            inputs[name] = example[name]
        elif field.is_plain_text:
            inputs[name] = whole
        elif not field.required:
            inputs[name] = field.default_value()
        else:
            inputs[name] = _any_value(field, whole)
    return inputs


def _any_value(field: Any, text: str) -> Any:
    candidates: tuple[Any, ...] = (text, [text], {}, 0, None)
    for candidate in candidates:
        try:
            return field.adapter.validate_python(candidate)
        except ValueError:
            continue
    return text
