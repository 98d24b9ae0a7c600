"""Refine: a module runs until its result is good enough, and is told in between what to do better."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from ..data.checks import Feedback
from ..errors import BudgetExceeded, LMError, OptionError, ParseError
from ..program.predict import Predict
from ..program.running import told
from ..runtime import offload
from ..runtime.events import emit
from ..spelling import spelled
from .advice import OfferFeedback, advice_inputs, known_advice
from .best_of_n import BestOfN

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from ..data.rollouts import Rollout

R = TypeVar("R")


class Refine(BestOfN[R]):
    """Runs a module up to `N` times, as `BestOfN` does one after the other, with feedback on each run for the next.

    Nothing is changed for it: the feedback is part of the prompts of one run, through ``module.using(feedback=…)``.

    Without a function, a model gives the feedback: the predictor ``advise`` is shown the inputs, the steps, the result,
    its reward and the code of the reward function, and gives advice for each predictor. A run that failed because a
    model could not be called gets none. Where there is no advice to be had, the next run goes without.

    Args:
        module, N, reward_fn, threshold, fail_count, temperature: as for `BestOfN`.
        feedback: a function of the `Rollout` just over, sync or async. It gives a text or a `Feedback` for all
            predictors, or a dict of them by path, or None.

    Raises:
        OptionError: `module` is none, `feedback` is no function, or a number is out of range.
        DataError: `reward_fn` is no function.

    Example:
        >>> import weft
        >>> def short(inputs, prediction):
        ...     return len(prediction.answer) < 10
        >>> lm = weft.LM("scripted/x", answers=[{"answer": "It is Paris."}, {"answer": "Paris"}])
        >>> qa = weft.Predict("question -> answer", lm=lm)
        >>> refine = weft.Refine(qa, N=3, reward_fn=short, threshold=1.0, feedback=lambda rollout: "Name it, no more.")
        >>> refine(question="Capital of France?").answer
        'Paris'
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
        feedback: Callable[[Rollout], Any] | None = None,
        temperature: float = 1.0,
    ) -> None:
        super().__init__(module, N, reward_fn, threshold, fail_count, temperature=temperature)
        if feedback is not None and not callable(feedback):
            raise OptionError(f"feedback of {type(self).__name__} is a function of a rollout, not {feedback!r}.")
        self.feedback = feedback
        self.advise = Predict(OfferFeedback) if feedback is None else None

    async def _feedback(self, rollouts: Sequence[Rollout]) -> Mapping[str, Feedback]:
        if not rollouts:
            return {}
        paths = [path for path, _ in self.module.named_predictors()]
        if self.feedback is not None:
            return _by_path(await offload.call(self.feedback, rollouts[-1]), paths)
        return {} if self.advise is None else await self._advice(self.advise, rollouts[-1], paths)

    async def _advice(
        self, advise: Predict[OfferFeedback], rollout: Rollout, paths: Sequence[str]
    ) -> dict[str, Feedback]:
        if isinstance(rollout.error, LMError):
            return {}
        try:
            advised = await advise.acall(**advice_inputs(self.module, self.reward, self.threshold, rollout))
        except (ParseError, LMError, BudgetExceeded) as error:
            _tell(rollout, {}, {}, error)
            return {}
        advice = known_advice(advised.advice, paths)
        _tell(rollout, advice, advised.advice)
        return {path: Feedback(text) for path, text in advice.items()}


def _tell(
    rollout: Rollout, advice: Mapping[str, str], given: Mapping[str, str], error: Exception | None = None
) -> None:
    if told():
        ignored = [] if len(advice) == len(given) else [name for name in given if name not in advice]
        emit("refine.advice", number=rollout.number, advice=advice, ignored=ignored, error=error)


def _by_path(given: Any, paths: Sequence[str]) -> dict[str, Feedback]:
    """Return what a user's function gave as feedback by path.

    Raises:
        OptionError: it is none.
    """
    if given is None:
        return {}
    if isinstance(given, Mapping):
        by_path = cast("Mapping[str, Any]", given)
        return {path: _as_feedback(one) for path, one in by_path.items()}
    return dict.fromkeys(paths, _as_feedback(given))


def _as_feedback(given: Any) -> Feedback:
    if isinstance(given, Feedback):
        return given
    if isinstance(given, str):
        return Feedback(given)
    raise OptionError(f"Feedback is a text, a weft.Feedback, a dict of them by path, or None, not {given!r}.")
