"""LabeledFewShot: a sample of the train set as demonstrations."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from weft import Optimizer, Plan, State
from weft.optimize import plan_row

from .demos import labeled_demos, whole_number

if TYPE_CHECKING:
    from weft import Run, Task


class LabeledFewShot(Optimizer):
    """Shows every predictor a random sample of those train examples that hold one of its outputs.

    Args:
        k: most demos of a predictor.
        sample: whether to draw them at random; otherwise the first k are taken.
        options: ``metric``, ``seed`` and ``concurrency``, as for every optimizer.

    Raises:
        OptionError: an unknown option, or `k` is no whole number.
    """

    tunes: ClassVar[tuple[str, ...]] = ("demos",)

    def __init__(self, *, k: int = 16, sample: bool = True, **options: Any) -> None:
        super().__init__(**options)
        self.k = whole_number("k", k, 1)
        self.sample = sample

    async def search(self, task: Task, run: Run) -> State:
        return labeled_state(task, self.k, sample=self.sample)

    def plan(self, task: Task) -> Plan:
        return Plan((plan_row(task, "labeled demos", "task", (0, 0, 0)),))


def labeled_state(task: Task, k: int, *, sample: bool = True, step: int = 0) -> State:
    """Return the program's state with up to `k` labeled demos for each predictor."""
    state = task.state
    for path, predictor in task.program.named_predictors():
        pool = labeled_demos(predictor, task.trainset)
        count = min(k, len(pool))
        chosen = task.random("labeled", step, path).sample(pool, count) if sample else pool[:count]
        state = state.set(f"{path}.demos", chosen).set(f"{path}.neighbours", None)
    return state
