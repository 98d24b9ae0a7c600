"""BootstrapFewShotWithRandomSearch: many sets of demonstrations, chosen by a val set."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, ClassVar

from weft import Plan, State
from weft.optimize import best, plan_row

from .bootstrap import BootstrapFewShot, bootstrap_row, bootstrapped_state
from .demos import whole_number
from .labeled import labeled_state

if TYPE_CHECKING:
    from weft import Run, Task


class BootstrapFewShotWithRandomSearch(BootstrapFewShot):
    """Compares the program without demos, with labeled ones, and with many bootstraps of shuffled data.

    Every candidate is evaluated on the whole val set; the best wins, of equals the first. Without a val set a
    quarter of the train set is held out for it.

    Args:
        num_candidate_programs: bootstraps of shuffled data, beside the three fixed candidates.
        stop_at_score: stop as soon as a candidate reaches this score, from 0 to 100.
        options: as for `BootstrapFewShot`; ``metric`` is needed.
    """

    needs_metric: ClassVar[bool] = True
    needs_valset: ClassVar[bool] = True

    def __init__(self, *, num_candidate_programs: int = 16, stop_at_score: float | None = None, **options: Any) -> None:
        super().__init__(**options)
        self.num_candidate_programs = whole_number("num_candidate_programs", num_candidate_programs, 0)
        self.stop_at_score = stop_at_score

    async def search(self, task: Task, run: Run) -> State:
        if self.stop_at_score is None:
            labelled = {label: await self._candidate(task, run, label) for label in self._labels()}
            return best(await run.compare(labelled, task.valset)).state
        for label in self._labels():
            (candidate,) = await run.compare({label: await self._candidate(task, run, label)}, task.valset)
            if candidate.score >= self.stop_at_score:
                break
        return best(run.candidates).state

    def _labels(self) -> list[str]:
        seeds = [f"bootstrap, seed {number}" for number in range(self.num_candidate_programs)]
        return ["no demos", "labeled demos", "bootstrap, in order", *seeds]

    async def _candidate(self, task: Task, run: Run, label: str) -> State:
        if label == "no demos":
            return task.program.reset_copy().state
        if label == "labeled demos":
            return labeled_state(task, self.limits.labeled)
        if label == "bootstrap, in order":
            return await bootstrapped_state(task, run, self.limits, self.teacher_lm)
        step = 1 + int(label.rpartition(" ")[2])
        random = task.random("random search", step)
        shuffled = list(task.trainset)
        random.shuffle(shuffled)
        size = random.randint(1, self.limits.bootstrapped) if self.limits.bootstrapped else 0
        variant = replace(task, trainset=tuple(shuffled))
        return await bootstrapped_state(variant, run, self.limits._replace(bootstrapped=size), self.teacher_lm, step)

    def plan(self, task: Task) -> Plan:
        candidates = self.num_candidate_programs + 3
        size = len(task.valset)
        least = size if self.stop_at_score is not None else candidates * size
        runs = (least, candidates * size, candidates * size)
        demos = max(self.limits.labeled, self.limits.bootstrapped)
        return Plan(
            (
                bootstrap_row(task, self.limits, self.teacher_lm, times=self.num_candidate_programs + 1),
                plan_row(task, "compare on the val set", "task", runs, demos=demos),
            )
        )
