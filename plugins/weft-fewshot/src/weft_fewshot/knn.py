"""KNNFewShot: for each input, the train examples most like it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from weft import Optimizer, Plan, State
from weft.errors import DataError
from weft.optimize import plan_row

from .demos import labeled_demos, whole_number

if TYPE_CHECKING:
    from weft import Run, Task


class KNNFewShot(Optimizer):
    """Keeps the whole train set as a pool; at each call the predictor shows the neighbours of its input.

    Likeness is that of words and character n-grams, so there is no call but the answer's. The choice is part of
    the program's state: it works in async code, is saved and loaded.

    Args:
        k: how many neighbours are shown, the nearest last.
        options: ``metric``, ``seed`` and ``concurrency``, as for every optimizer.

    Raises:
        OptionError: an unknown option, or `k` is no whole number.
    """

    tunes: ClassVar[tuple[str, ...]] = ("demos",)

    def __init__(self, *, k: int = 8, **options: Any) -> None:
        super().__init__(**options)
        self.k = whole_number("k", k, 1)

    async def search(self, task: Task, run: Run) -> State:
        state = task.state
        pools = {path: labeled_demos(predictor, task.trainset) for path, predictor in task.program.named_predictors()}
        if not any(pools.values()):
            raise DataError("No train example holds an input and an output of any predictor.")
        for path, pool in pools.items():
            if pool:
                state = state.set(f"{path}.demos", pool).set(f"{path}.neighbours", self.k)
        return state

    def plan(self, task: Task) -> Plan:
        return Plan((plan_row(task, "neighbours", "task", (0, 0, 0)),))
