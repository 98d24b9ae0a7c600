"""Checks: what an answer must pass, in a program's own code or with a predictor."""

from __future__ import annotations

from inspect import isawaitable, isroutine
from typing import TYPE_CHECKING, Any, cast

from ..data.checks import CheckRecord
from ..errors import CheckFailed, OptionError
from ..lm.rehearsal import current_rehearsal
from ..runtime import offload
from ..runtime.events import emit
from ..spelling import hint, spelled
from .backtracking import AskAgain
from .module import Module
from .runs import current_run

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping, Sequence

    from ..data.prediction import Prediction
    from .runs import Run, Step

    Verdict = bool | str | None
    Judge = Callable[[Any], Verdict | Awaitable[Verdict]]
    Check = Judge | tuple[Judge, str]
    """A check of a predictor: a function of its prediction, and what is wrong where it gives False."""


@spelled
def check(condition: object, message: str, *, step: str | Module | None = None) -> None:
    """Require something of an answer, inside ``forward``.

    If it does not hold, ``forward`` runs again: the step is asked once more and told its last answer and `message`,
    and the steps before it answer as they did, without a call. That happens at most `max_backtracks` times for a step.
    A step that cannot be asked again, and one that is checked outside of every module, fails at once.

    Args:
        condition: what must be true.
        message: what is wrong where it is not, in words that help the model.
        step: whose answer it is: the path of a predictor or module in this module, or one itself; default: the
            predictor that answered last. Where the same one answers several times, its last answer is meant.

    Raises:
        CheckFailed: it does not hold, and the step is not asked again.
        OptionError: this module has no such step, or the condition is a function or a coroutine, which always hold.
    """
    _examine(condition, message, step, hard=True)


@spelled
def suggest(condition: object, message: str, *, step: str | Module | None = None) -> bool:
    """Wish something of an answer, inside ``forward``: as `check`, but the program goes on with the last answer.

    Args:
        condition: what should be true.
        message: what is wrong where it is not, in words that help the model.
        step: whose answer it is; see `check`.

    Returns:
        Whether it holds; False once the step is not asked again.

    Raises:
        OptionError: as for `check`.
    """
    return _examine(condition, message, step, hard=False)


def _examine(condition: object, message: str, step: str | Module | None, *, hard: bool) -> bool:
    _refuse_mistakes(condition, message)
    run = current_run()
    meant = None if step is None else _meant(run, step)
    if condition or current_rehearsal() is not None:  # stand-ins for answers need not pass
        return True
    while run is not None:
        if (found := run.last(meant)) is not None:
            refuse(run, found, message, hard=hard)
            return False
        run = run.outer
    emit("check.failed", path="", call=0, message=message, attempt=0, hard=hard, again=False)
    if hard:
        raise CheckFailed(message)
    return False


def _refuse_mistakes(condition: object, message: object) -> None:
    """Refuse what would always hold, or tell the model nothing."""
    if not isinstance(message, str) or not message.strip():
        raise OptionError(f"A check takes a condition and a text that says what is wrong, not {message!r}.")
    if isawaitable(condition) or isroutine(condition):
        what = "await it" if isawaitable(condition) else "call it"
        raise OptionError(f"The condition {condition!r} of the check {message!r} always holds; {what} first.")


def _meant(run: Run | None, step: str | Module) -> Callable[[Step], bool]:
    """Return what tells a step of the predictors that are meant."""
    while run is not None and run.module is None:
        run = run.outer
    if isinstance(step, Module):
        module = step
    elif run is None or run.module is None:
        raise OptionError(f"There is no step {step!r}: no module runs here.")
    else:
        known: Mapping[str, Module] = dict(run.module.named_sub_modules())
        known = {**known, **dict(run.module.named_predictors())}
        if step not in known:
            raise OptionError(f"{type(run.module).__name__} has no step {step!r}.{hint(step, known)}")
        module = known[step]
    predictors = module.predictors()
    return lambda answered: any(answered.predictor is predictor for predictor in predictors)


def refuse(run: Run, step: Step, message: str, *, hard: bool) -> None:
    """Let a step of a run fail a check: it is asked again where it can be.

    Raises:
        AskAgain: the step is asked again; for the run that does it.
        CheckFailed: it is not, and the check is hard.
    """
    record = CheckRecord(step.path, message, dict(step.prediction), step.attempt, hard)
    asks = run
    while asks.retries is None and asks.outer is not None:  # the trace of a program's own code, inside its run
        asks = asks.outer
    again = asks.retries is not None and asks.retries.allow(asks, step, hard=hard)
    noted = run.note(step, record)
    place: Mapping[str, Any] = {"path": step.path, "call": step.call}
    emit("check.failed", **place, message=message, attempt=step.attempt, hard=hard, again=again)
    if again:
        asks.refused.add((step.path, step.call))
        raise AskAgain(message, run=asks, step=noted)
    if hard:
        raise CheckFailed(message, records=noted.checks)


class PredictionCheck:
    """A predictor's own check: a user's function of the prediction, sync or async."""

    def __init__(self, given: Any) -> None:
        pair = cast("tuple[Any, ...]", given) if isinstance(given, tuple) else (given, None)
        function, message = pair if len(pair) == 2 else (None, None)
        if not callable(function) or not isinstance(message, str | None):
            raise OptionError(f"A check is a function of the prediction, or (function, message), not {given!r}.")
        name = getattr(function, "__name__", type(function).__name__)
        self._message = message or f"The answer does not pass the check {name!r}."
        self._name = name
        self._function = function

    async def __call__(self, prediction: Prediction) -> str | None:
        """Return what is wrong, or None.

        Raises:
            OptionError: the function returned neither a bool nor a text nor None.
        """
        try:
            verdict: Any = await offload.call(self._function, prediction)
        except CheckFailed:  # it uses `check`, which has said all
            raise
        except AssertionError as error:
            return str(error) or self._message
        if verdict is True or verdict is None or verdict == "":
            return None
        if verdict is False:
            return self._message
        if isinstance(verdict, str):
            return verdict
        raise OptionError(f"The check {self._name!r} returned {verdict!r}; it must return a bool, a text or None.")


def prediction_checks(given: Sequence[Any]) -> tuple[PredictionCheck, ...]:
    """Return a predictor's checks.

    Raises:
        OptionError: one is no function, nor a function and a message.
    """
    if not isinstance(given, list | tuple):
        raise OptionError(f"checks is a list of functions of the prediction, not {given!r}.")
    return tuple([PredictionCheck(one) for one in given])


async def examine(checks: Sequence[PredictionCheck], prediction: Prediction) -> None:
    """Let the step that just gave `prediction` pass a predictor's checks; all that is wrong is told at once.

    Raises:
        AskAgain: the step is asked again.
        CheckFailed: it is not.
    """
    run = current_run()
    if run is None or current_rehearsal() is not None:
        return
    problems = [problem for one in checks if (problem := await one(prediction)) is not None]
    if problems:
        refuse(run, run.steps[-1], "\n".join(problems), hard=True)
