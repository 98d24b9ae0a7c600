"""BootstrapFewShot: demonstrations out of a teacher's own runs that pass the metric."""

from __future__ import annotations

import logging
from dataclasses import replace
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple

from weft import LM, Example, Optimizer, Plan, State
from weft.errors import EvaluationError, StateError
from weft.lm.current import as_lm
from weft.optimize import plan_row

from .demos import labeled_demos, step_demo, whole_number
from .labeled import labeled_state

if TYPE_CHECKING:
    from weft import Cell, Run, Task

logger = logging.getLogger("weft.fewshot")

_WINDOW = 8  # runs ahead of the first that is still awaited; fixed, so that calls do not depend on the concurrency


class Limits(NamedTuple):
    """How many demos, and when a run is good enough to be one."""

    bootstrapped: int
    labeled: int
    rounds: int
    threshold: float


class BootstrapFewShot(Optimizer):
    """Runs a teacher over the train set and keeps what it did where the metric was satisfied.

    Args:
        metric: scores a run; without one, every run that does not fail is kept.
        metric_threshold: least score of a run that is kept.
        max_bootstrapped_demos: most demos from runs.
        max_labeled_demos: most demos in all; what runs leave free is filled with labeled examples.
        max_rounds: passes over the train set; from the second on with temperature 1 and a fresh sample.
        teacher_lm: the teacher's model; it wins over every predictor's own.
        options: ``seed`` and ``concurrency``, as for every optimizer.

    Raises:
        OptionError: an unknown option, or a value out of range.

    Source: Khattab et al. 2023, "DSPy: Compiling Declarative Language Model Calls into Self-Improving Pipelines".
    """

    tunes: ClassVar[tuple[str, ...]] = ("demos",)

    def __init__(
        self,
        *,
        metric_threshold: float = 1.0,
        max_bootstrapped_demos: int = 4,
        max_labeled_demos: int = 16,
        max_rounds: int = 1,
        teacher_lm: LM | str | None = None,
        **options: Any,
    ) -> None:
        super().__init__(**options)
        self.limits = Limits(
            whole_number("max_bootstrapped_demos", max_bootstrapped_demos, 0),
            whole_number("max_labeled_demos", max_labeled_demos, 0),
            whole_number("max_rounds", max_rounds, 1),
            metric_threshold,
        )
        self.teacher_lm = None if teacher_lm is None else as_lm(teacher_lm)

    async def search(self, task: Task, run: Run) -> State:
        return await bootstrapped_state(task, run, self.limits, self.teacher_lm)

    def plan(self, task: Task) -> Plan:
        return Plan((bootstrap_row(task, self.limits, self.teacher_lm),))


def bootstrap_row(task: Task, limits: Limits, teacher_lm: LM | None, times: int = 1) -> Any:
    """Return the plan's row for `times` bootstraps of a task."""
    if limits.bootstrapped == 0:
        return plan_row(task, "bootstrap", "teacher", (0, 0, 0))
    size = len(task.trainset)
    low = min(limits.bootstrapped, size)
    expected = min(size, 2 * limits.bootstrapped + _WINDOW)
    runs = (times * low, times * expected, times * size * limits.rounds)
    teacher = replace(task, program=task.teacher)
    return plan_row(teacher, "bootstrap", "teacher", runs, demos=limits.labeled, lm=teacher_lm)


async def bootstrapped_state(
    task: Task, run: Run, limits: Limits, teacher_lm: LM | None = None, step: int = 0
) -> State:
    """Return the program's state with bootstrapped demos first, then labeled ones.

    Raises:
        StateError: the teacher has other predictors than the program.
        EvaluationError: every run of the teacher failed.
    """
    _check_teacher(task)
    kept = await _passing_runs(task, run, limits, teacher_lm) if limits.bootstrapped else {}
    state = task.state
    used = set(kept)
    rest = [example for position, example in enumerate(task.trainset) if position not in used]
    for path, predictor in task.program.named_predictors():
        random = task.random("bootstrap", step, path)
        made = [demo for cell in kept.values() if (demo := step_demo(path, cell, random)) is not None]
        pool = labeled_demos(predictor, rest)
        labeled = random.sample(pool, min(len(pool), max(0, limits.labeled - len(made))))
        state = state.set(f"{path}.demos", [*made, *labeled]).set(f"{path}.neighbours", None)
    return state


def _check_teacher(task: Task) -> None:
    mine = {path: predictor.signature for path, predictor in task.program.named_predictors()}
    theirs = {path: predictor.signature for path, predictor in task.teacher.named_predictors()}
    if mine.keys() != theirs.keys():
        raise StateError(
            f"The teacher has the predictors {sorted(theirs)}, the program {sorted(mine)}; they must be the same."
        )
    for path, signature in mine.items():
        if signature.fields.keys() != theirs[path].fields.keys():
            raise StateError(f"The predictor {path!r} has other fields in the teacher than in the program.")


async def _passing_runs(task: Task, run: Run, limits: Limits, teacher_lm: LM | None) -> dict[int, Cell]:
    """Return the first `limits.bootstrapped` runs that pass, by position in the train set.

    Runs go on in windows ahead of need, but are accepted in the order of the data, so the result does not depend
    on the concurrency.
    """
    teaching = _teacher_state(task, limits)
    open_positions = list(range(len(task.trainset)))
    kept: dict[int, Cell] = {}
    failures: list[Cell] = []
    for round_number in range(limits.rounds):
        parameters = {"rollout_id": round_number, "temperature": 1.0} if round_number else {}
        for start in range(0, len(open_positions), _WINDOW):
            window = open_positions[start : start + _WINDOW]
            pairs = [(_without(teaching, task.trainset[position]), task.trainset[position]) for position in window]
            cells = await run.cells(pairs, program=task.teacher, lm=teacher_lm, parameters=parameters)
            for position, cell in zip(window, cells, strict=True):
                if not cell.outcome.ok:
                    failures.append(cell)
                elif _passes(task, cell, limits) and len(kept) < limits.bootstrapped:
                    kept[position] = cell
            if len(kept) == limits.bootstrapped:
                return kept
        open_positions = [position for position in open_positions if position not in kept]
    _report_shortage(task, kept, failures, limits)
    return kept


def _passes(task: Task, cell: Cell, limits: Limits) -> bool:
    return task.metric is None or (cell.score is not None and cell.score >= limits.threshold)


def _report_shortage(task: Task, kept: dict[int, Cell], failures: list[Cell], limits: Limits) -> None:
    runs = len(task.trainset) * limits.rounds
    if not kept and len(failures) >= runs:
        outcome: Any = failures[0].outcome
        raise EvaluationError(
            f"Every run of the teacher failed; for instance, the {outcome.stage} raised {outcome}"
        ) from outcome.error
    if not kept:
        logger.warning(
            "The teacher passed the metric on none of %d examples; only labeled demos are used.", len(task.trainset)
        )


def _teacher_state(task: Task, limits: Limits) -> State:
    """Return the teacher's own state, or one with labeled demos where it has no demos at all."""
    state = task.teacher.state
    if limits.labeled == 0 or any(slots.demos for slots in state.values()):
        return state
    return labeled_state(replace(task, program=task.teacher), limits.labeled)


def _without(state: State, example: Example) -> State:
    """Return the state without demos that come from the example itself: it must not see its own answer."""
    for path, slots in state.items():
        others = tuple(demo for demo in slots.demos if not _same(demo, example))
        if len(others) != len(slots.demos):
            state = state.set(f"{path}.demos", others)
    return state


def _same(demo: Example, example: Example) -> bool:
    return all(name in example and example[name] == demo[name] for name in demo)
