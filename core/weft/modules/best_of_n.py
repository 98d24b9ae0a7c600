"""BestOfN: a module runs several times on the same inputs, and the result with the best reward is kept."""

from __future__ import annotations

import math
from dataclasses import replace
from operator import itemgetter
from typing import TYPE_CHECKING, Any, Generic, TypeVar, cast

from ..data.metric import Reward
from ..data.prediction import Prediction
from ..errors import BudgetExceeded, InputError, OptionError
from ..lm.parameters import checked_value
from ..lm.rehearsal import current_rehearsal
from ..program.module import Module
from ..program.options import whole_number
from ..program.runs import current_branch, current_run
from ..program.streaming import announce_void
from ..runtime.budget import current_budget
from ..runtime.loop import enter_loop
from ..spelling import spelled
from .sampling import Samples

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from ..data.checks import Feedback
    from ..data.rollouts import Rollout

R = TypeVar("R")


class BestOfN(Module, Generic[R]):
    """Runs a module up to `N` times on the same inputs and returns the result with the best reward.

    Of equal rewards the first counts. The first run is the module as it is, so its answers may be in the cache. The
    others are samples of their own, with `temperature` where the model takes one. Running the whole once more gives the
    same samples from the cache.

    A returned prediction has ``reward`` and ``rollouts``, all runs in order. Failed ones are among them, and count for
    nothing else than `fail_count`. In a trace stand the steps of the run that was chosen; the ledger and budgets count
    all of them. Where a budget around it is used up, the best so far is returned.

    Args:
        module: what runs; it is the attribute ``module``.
        N: most runs.
        reward_fn: a function of (inputs, prediction[, trace]), sync or async, giving a number, bool or `Score`;
            ``trace`` is the run's steps.
        threshold: a reward that is good enough: no more runs begin; None: all `N` run.
        fail_count: how many runs may fail, by the module or the reward function; one more is raised. Default: all but
            one; when all have failed, the last error is raised.
        concurrency: how many run at once. The reward is looked at when all of them are over.
        temperature: of every run but the first.

    Raises:
        OptionError: `module` is none, or a number is out of range.
        DataError: `reward_fn` is no function.

    Example:
        >>> import weft
        >>> lm = weft.LM("scripted/x", answers=[{"answer": "It is Paris."}, {"answer": "Paris"}])
        >>> def short(inputs, prediction):
        ...     return len(prediction.answer) < 10
        >>> best = weft.BestOfN(weft.Predict("question -> answer", lm=lm), N=3, reward_fn=short, threshold=1.0)
        >>> result = best(question="Capital of France?")
        >>> result.answer, result.reward, len(result.rollouts)
        ('Paris', 1.0, 2)
    """

    @spelled
    def __init__(
        self,
        module: Callable[..., R],
        N: int,  # noqa: N803 - the name that users know
        reward_fn: Callable[..., Any],
        threshold: float | None = None,
        fail_count: int | None = None,
        *,
        concurrency: int = 1,
        temperature: float = 1.0,
    ) -> None:
        name = type(self).__name__
        self.module: Module = _checked_module(name, module)
        self.N = whole_number(name, "N", N, 1)
        self.reward = Reward(reward_fn)
        self.threshold = _checked_threshold(name, threshold)
        self.fail_count = None if fail_count is None else whole_number(name, "fail_count", fail_count, 0)
        self.concurrency = whole_number(name, "concurrency", concurrency, 1)
        self.temperature: float = checked_value(f"temperature for {name}", "temperature", temperature)

    def __call__(self, *args: Any, **inputs: Any) -> R:
        """Run the module until its result is good enough; blocking.

        Raises:
            InputError: inputs that the module does not take, or that are not given by name.
            DataError: the reward function returned something that is no score.
            Exception: what the last run raised, where all failed or more than `fail_count`.
        """
        return super().__call__(*args, **inputs)

    async def acall(self, *args: Any, **inputs: Any) -> R:
        """Run the module until its result is good enough; see `__call__`."""
        return await super().acall(*args, **inputs)

    async def aforward(self, *args: Any, **inputs: Any) -> R:
        if args:
            raise InputError(f"The inputs of {type(self).__name__} are given by name, not by position.")
        samples = Samples(self.module, inputs, self.reward, self.temperature)
        rollouts: list[Rollout] = []
        while len(rollouts) < self.N and not self._is_over(rollouts):
            first = len(rollouts) + 1
            numbers = range(first, min(first + self.concurrency, self.N + 1))
            rollouts += await _side_by_side(samples, numbers, await self._feedback(rollouts))
            self._check_failures(rollouts)
        return self._best(rollouts)

    async def _feedback(self, rollouts: Sequence[Rollout]) -> Mapping[str, Feedback]:
        """Return what the predictors are told in the next run."""
        return {}

    def _is_over(self, rollouts: Sequence[Rollout]) -> bool:
        if any(_is_budget_used_up(rollout.error) for rollout in rollouts):
            return True
        if self.threshold is None or current_rehearsal() is not None:
            return False
        return any(rollout.score is not None and rollout.score >= self.threshold for rollout in rollouts)

    def _check_failures(self, rollouts: Sequence[Rollout]) -> None:
        failures = [error for rollout in rollouts if (error := rollout.error) and not _is_budget_used_up(error)]
        if self.fail_count is not None and len(failures) > self.fail_count:
            raise failures[-1]

    def _best(self, rollouts: Sequence[Rollout]) -> R:
        scored = [(rollout.score, rollout) for rollout in rollouts if rollout.score is not None]
        if not scored:
            raise [error for rollout in rollouts if (error := rollout.error)][-1]
        _, best = max(scored, key=itemgetter(0))
        announce_void([step for rollout in rollouts if rollout is not best for step in rollout.steps])
        if (run := current_run()) is not None:
            run.extend(best.steps, current_branch())
        shown = tuple([replace(rollout, steps=(), chosen=rollout is best) for rollout in rollouts])
        result: Any = best.prediction
        return cast("R", result.with_rollouts(shown)) if isinstance(result, Prediction) else result


async def _side_by_side(samples: Samples, numbers: Sequence[int], feedback: Mapping[str, Feedback]) -> list[Rollout]:
    if len(numbers) == 1:  # a module that waits for nothing needs no event loop
        return [await samples.take(numbers[0], feedback)]
    await enter_loop()
    from ..runtime.concurrent import map_ordered  # brings asyncio

    return await map_ordered(lambda number: samples.take(number, feedback), numbers, concurrency=len(numbers))


def _is_budget_used_up(error: Exception | None) -> bool:
    """Whether a budget around this module has no room for more runs."""
    budget = current_budget()
    return isinstance(error, BudgetExceeded) and budget is not None and budget.holds_back(error.budget)


def _checked_module(owner: str, module: Any) -> Module:
    if not isinstance(module, Module):
        raise OptionError(f"{owner} runs a module, such as weft.Predict(…), not {module!r}.")
    return module


def _checked_threshold(owner: str, threshold: Any) -> float | None:
    if threshold is None:
        return None
    if isinstance(threshold, bool) or not isinstance(threshold, int | float) or math.isnan(threshold):
        raise OptionError(f"threshold of {owner} must be a number or None, not {threshold!r}.")
    return float(threshold)
