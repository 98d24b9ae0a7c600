"""The Optimizer contract: a pure search over states."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar, cast, overload

from ..data.metric import Metric
from ..errors import DataError, OptionError, PluginContractError
from ..evaluate.evaluate import checked_examples
from ..program.batch import checked_concurrency
from ..program.freezing import held_state, is_tunable
from ..program.module import Module
from ..program.state import State
from ..registry.contract import Contract
from ..runtime.ledger import track_usage
from ..runtime.loop import enter_loop, run_sync
from ..spelling import spelled
from .result import Optimized
from .run import Run
from .task import Task, held_out

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from ..data.example import Example
    from .plan import Plan

M = TypeVar("M", bound=Module)


class Optimizer(Contract):
    """A search for the state with which a program scores best; ``Optimizer("knn-few-shot")`` returns the installed one.

    A plugin derives from this class and writes `search` and `plan`; its ``__init__`` takes its own options and
    passes ``metric``, ``seed`` and ``concurrency`` on.

    Args:
        metric: a function of (example, prediction[, trace]); needed where `needs_metric` is true.
        seed: the root of all randomness, 0 included: equal seeds give equal results.
        concurrency: how many runs of a program go on at once; default: the setting.

    Raises:
        OptionError: a seed or concurrency that is no whole number, or a missing metric.
    """

    kind: ClassVar[str] = "optimizer"
    required: ClassVar[tuple[str, ...]] = ("search", "plan")
    needs_metric: ClassVar[bool] = False
    """Whether the search cannot do without a metric."""
    needs_valset: ClassVar[bool] = False
    """Whether candidates are compared; then a part of the train set is held out where no valset is given."""

    tunes: ClassVar[tuple[str, ...]] = ()
    """The slots that the search changes, such as ``demos`` and ``instructions``; where all are frozen, it is refused.
    Empty: any."""

    metric: Metric | None
    seed: int
    concurrency: int | None

    if TYPE_CHECKING:

        @overload
        def __init__(self, ref: str, /, **options: Any) -> None: ...
        @overload
        def __init__(
            self, *, metric: Callable[..., Any] | None = None, seed: int = 0, concurrency: int | None = None
        ) -> None: ...
        def __init__(self, *args: Any, **options: Any) -> None: ...

    else:  # a name is resolved by the metaclass and never gets here

        def __init__(self, *, metric=None, seed=0, concurrency=None):
            if not isinstance(seed, int) or isinstance(seed, bool):
                raise OptionError(f"seed must be a whole number, not {seed!r}.")
            if metric is None and self.needs_metric:
                raise OptionError(f"{type(self).__name__} needs a metric: a function of (example, prediction).")
            self.metric = None if metric is None else Metric(metric)
            self.seed = seed
            self.concurrency = None if concurrency is None else checked_concurrency(concurrency)

    def arrange(self, program: Module) -> Module:
        """Return the program whose state is searched: the given one, unless the optimizer builds another around it."""
        return program

    async def search(self, task: Task, run: Run) -> State:
        """Return the best state found; the plugin's part.

        It reads `task`, touches the world through `run` alone and draws from ``task.random(…)`` alone, so that
        equal tasks give equal states.
        """
        raise PluginContractError(f"{type(self).__name__} has no search.")

    def plan(self, task: Task) -> Plan:
        """Return what `search` would spend at the most, without a paid call; the plugin's part."""
        raise PluginContractError(f"{type(self).__name__} has no plan.")

    @spelled
    def task(
        self,
        program: Module,
        *,
        trainset: Sequence[Example],
        valset: Sequence[Example] | None = None,
        teacher: Module | None = None,
    ) -> Task:
        """Return the task for a program and data, checked.

        Raises:
            DataError: a data set is empty, or a row is no Example or declares no inputs.
        """
        if not isinstance(program, Module):  # pyright: ignore[reportUnnecessaryIsInstance]
            raise OptionError(f"A program is a weft.Module, not {program!r}.")
        if not program.predictors():
            raise DataError(f"{type(program).__name__} has no predictor, so there is nothing to optimize.")
        train = checked_examples(trainset, "trainset")
        val = () if valset is None else checked_examples(valset, "valset")
        if self.needs_valset and not val:
            train, val = held_out(train, self.seed)
        arranged = self.arrange(program)
        self._check_free(arranged)
        return Task(arranged, train, val, self.metric, teacher or arranged, self.seed)

    def _check_free(self, program: Module) -> None:
        """Refuse a program of which everything is frozen that this optimizer changes.

        Raises:
            OptionError: it is such.
        """
        if self.tunes and not any(
            is_tunable(predictor, slot) for predictor in program.predictors() for slot in self.tunes
        ):
            raise OptionError(
                f"{type(self).__name__} changes {' and '.join(self.tunes)}, and they are frozen in every predictor of "
                f"{type(program).__name__}."
            )

    @spelled
    def optimize(
        self,
        program: M,
        *,
        trainset: Sequence[Example],
        valset: Sequence[Example] | None = None,
        teacher: Module | None = None,
    ) -> Optimized[M]:
        """Search, and return the new program with its candidates and costs; blocking.

        Args:
            program: what to optimize; it stays as it is.
            trainset: examples to learn from.
            valset: examples to choose by; default: a quarter of the train set, where they are needed.
            teacher: a program that makes demonstrations; default: `program`.
        """
        return run_sync(self.aoptimize(program, trainset=trainset, valset=valset, teacher=teacher))

    @spelled
    async def aoptimize(
        self,
        program: M,
        *,
        trainset: Sequence[Example],
        valset: Sequence[Example] | None = None,
        teacher: Module | None = None,
    ) -> Optimized[M]:
        """Search; see `optimize`."""
        task = self.task(program, trainset=trainset, valset=valset, teacher=teacher)
        run = Run(task, checked_concurrency(self.concurrency))
        await enter_loop()
        started = time.perf_counter()
        with track_usage() as ledger:
            state = await self.search(task, run)
        if not isinstance(state, State):  # pyright: ignore[reportUnnecessaryIsInstance]
            raise PluginContractError(f"{type(self).__name__}.search must return a State, not {state!r}.")
        seconds = time.perf_counter() - started
        found = cast("M", task.program).with_state(held_state(task.program, state))
        return Optimized(found, tuple(run.candidates), ledger.total, seconds)

    @spelled
    def compile(
        self,
        program: M,
        *,
        trainset: Sequence[Example],
        valset: Sequence[Example] | None = None,
        teacher: Module | None = None,
    ) -> M:
        """Return the optimized program; `optimize` also gives candidates and costs. The given one is untouched."""
        return self.optimize(program, trainset=trainset, valset=valset, teacher=teacher).program

    @spelled
    async def acompile(
        self,
        program: M,
        *,
        trainset: Sequence[Example],
        valset: Sequence[Example] | None = None,
        teacher: Module | None = None,
    ) -> M:
        """Return the optimized program; see `compile`."""
        return (await self.aoptimize(program, trainset=trainset, valset=valset, teacher=teacher)).program
