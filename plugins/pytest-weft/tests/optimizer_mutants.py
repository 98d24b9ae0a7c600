"""An optimizer that keeps the contract, optimizers that break it in one way each, and the check that must say so."""

from __future__ import annotations

import asyncio
import random
from typing import TYPE_CHECKING, Any

import weft
from weft import Plan, PlanRow, State
from weft.optimize.run import best

if TYPE_CHECKING:
    from collections.abc import Sequence

    from weft import Example, Run, Task

_TRIALS = 2
_OPTIONS = ("metric", "seed", "concurrency")


class Correct(weft.Optimizer):
    """Draws some sets of demonstrations and keeps the best one."""

    needs_metric = True

    async def search(self, task: Task, run: Run) -> State:
        await self.prepare(task, run)
        labelled = {f"trial {number}": self.drawn(task, number) for number in range(_TRIALS)}
        return best(await run.compare({"as it is": task.state, **labelled}, task.trainset)).state

    async def prepare(self, task: Task, run: Run) -> None:
        """Do what a mutant does."""

    def drawn(self, task: Task, number: int) -> State:
        shown = task.random("draw", number).sample(list(task.trainset), 2)
        return task.state.set("sort.demos", self.ordered(shown))

    def ordered(self, shown: Sequence[Example]) -> Sequence[Example]:
        return shown

    def plan(self, task: Task) -> Plan:
        runs = (1 + _TRIALS) * len(task.trainset)
        return Plan((PlanRow("compare", "task", runs, runs, runs),))


class EditsGivenProgram(Correct):
    async def prepare(self, task: Task, run: Run) -> None:
        task.program.predictors()[0].instructions = "Sort the message by its topic."


class ChangesClass(Correct):
    """Compiles to a program of another class, with the same predictors."""

    def compile(self, program: Any, **data: Any) -> Any:
        return _Other(super().compile(program, **data))


class _Other(weft.Module):
    def __init__(self, program: weft.Module) -> None:
        self.__dict__.update(vars(program))


class InventsDemos(Correct):
    """Adds a demonstration that the signature does not allow, which cannot be loaded again."""

    async def search(self, task: Task, run: Run) -> State:
        state = await super().search(task, run)
        invented = weft.Example({**task.trainset[0], "topic": "neither"})
        return state.set("sort.demos", [*state.get_slot("sort.demos"), invented])


class CallsMetricItself(Correct):
    """Takes a coroutine for a good score."""

    def __init__(self, *, metric: Any = None, **options: Any) -> None:
        super().__init__(metric=_truth(metric), **options)


def _truth(metric: Any) -> Any:
    def truth(example: Any, prediction: Any) -> bool:
        verdict = metric(example, prediction)
        if asyncio.iscoroutine(verdict):
            verdict.close()
            return example is None
        return bool(verdict)

    return truth


class FailuresAreZeros(Correct):
    def __init__(self, *, metric: Any = None, **options: Any) -> None:
        super().__init__(metric=_zero(metric), **options)


def _zero(metric: Any) -> Any:
    async def zero(example: Any, prediction: Any) -> float:
        try:
            verdict = metric(example, prediction)
            return await verdict if asyncio.iscoroutine(verdict) else verdict
        except ZeroDivisionError:
            return 0.0

    return zero


class TakesNoData(Correct):
    """Returns the program as it is where there are no examples."""

    def compile(self, program: Any, *, trainset: Any, **data: Any) -> Any:
        return super().compile(program, trainset=trainset, **data) if trainset else program.deepcopy()


class NoSuggestion(Correct):
    """Has a factory that refuses options without a hint."""

    @classmethod
    def factory(cls, **options: Any) -> weft.Optimizer:
        for name in options:
            if name not in _OPTIONS:
                raise weft.errors.OptionError(f"No option {name}.")
        return cls(**options)


class TakesAnyOption(Correct):
    """Has a factory that drops options, near misses aside."""

    @classmethod
    def factory(cls, **options: Any) -> weft.Optimizer:
        return cls(**{name: value for name, value in options.items() if name in (*_OPTIONS, "concurency")})


class RunsItsOwnLoop(Correct):
    """Blocks with asyncio.run."""

    def compile(self, program: Any, **data: Any) -> Any:
        coroutine = self.acompile(program, **data)
        try:
            return asyncio.run(coroutine)
        finally:
            coroutine.close()


class DependsOnWorkers(Correct):
    """Draws as many demonstrations as there are workers."""

    def drawn(self, task: Task, number: int) -> State:
        state = super().drawn(task, number)
        return state if self.concurrency != 32 else state.set("sort.instructions", "32")


class NoSeedZero(Correct):
    def __init__(self, *, seed: int = 5, **options: Any) -> None:
        super().__init__(seed=seed or random.randrange(1, 1 << 30), **options)


class OrdersBySet(Correct):
    """Lets the order of a set of texts decide."""

    def ordered(self, shown: Sequence[Example]) -> Sequence[Example]:
        words = list({f"word {number}" for number in range(50)})
        return [shown[0], weft.Example({**shown[1], "message": " ".join(words)})]


class PaysForPlan(Correct):
    def plan(self, task: Task) -> Plan:
        task.program(**task.trainset[0].inputs())
        return super().plan(task)


class PlanUpsideDown(Correct):
    def plan(self, task: Task) -> Plan:
        runs = (1 + _TRIALS) * len(task.trainset)
        return Plan((PlanRow("compare", "task", runs, 0, runs),))


class SpendsMore(Correct):
    """Does twice what it planned."""

    async def prepare(self, task: Task, run: Run) -> None:
        await run.evaluate([task.state], task.trainset)


class PaysBesides(Correct):
    """Calls the model beside the pipeline, where the ledger does not see it."""

    async def prepare(self, task: Task, run: Run) -> None:
        lm = weft.settings.lm
        await lm.generate(task.program.predictors()[0].render(**task.trainset[0].inputs()))


CAUGHT_BY: dict[type[weft.Optimizer], str] = {
    EditsGivenProgram: "test_given_program_is_untouched",
    ChangesClass: "test_result_is_of_the_same_class",
    InventsDemos: "test_result_is_saved_and_loaded",
    CallsMetricItself: "test_async_metric_works",
    FailuresAreZeros: "test_failing_metric_is_no_score",
    TakesNoData: "test_empty_trainset_is_refused",
    NoSuggestion: "test_misspelt_option_gets_a_suggestion",
    TakesAnyOption: "test_unknown_option_is_refused",
    RunsItsOwnLoop: "test_compiles_inside_a_running_loop",
    DependsOnWorkers: "test_concurrency_does_not_matter",
    NoSeedZero: "test_seed_zero_is_a_seed",
    OrdersBySet: "test_hash_seed_does_not_matter",
    PaysForPlan: "test_plan_makes_no_call",
    PlanUpsideDown: "test_plan_is_in_order",
    SpendsMore: "test_plan_bounds_the_calls",
    PaysBesides: "test_calls_are_on_the_ledger",
}
MANNERS: dict[str, Any] = {}
ARGUMENTS = ()
REGISTER = ""
SELECT = "not hash_seed or TestCorrect or TestOrdersBySet"  # a second process for each would take too long
