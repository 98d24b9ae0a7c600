"""Metrics and rewards: functions of what was given and found, sync or async; they give a number, a bool or a Score."""

from __future__ import annotations

import inspect
import math
from typing import TYPE_CHECKING, Any, ClassVar

from ..errors import DataError
from ..runtime.frozen import frozen
from ..runtime.offload import Learned
from .record import Record

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence


@frozen
class Score:
    """A metric's verdict: a number, and in words what was good or bad, for optimizers that can read."""

    score: float
    feedback: str = ""


class Metric:
    """A user's metric, made callable in one way; `name` is the function's."""

    kind: ClassVar[str] = "metric"
    takes: ClassVar[str] = "(example, prediction)"

    def __init__(self, function: Callable[..., Any]) -> None:
        if not callable(function):
            raise DataError(f"A {self.kind} is a function of {self.takes}, not {function!r}.")
        self.name = getattr(function, "__name__", type(function).__name__)
        self._wants_trace = _takes_trace(function)
        self.function = function
        self._learned = Learned(function)

    async def __call__(self, given: Mapping[str, Any], prediction: Any, steps: Sequence[Any] | None = None) -> Score:
        """Return the verdict.

        Raises:
            DataError: the function returned something that is no score.
        """
        return self.as_score(await self.verdict(given, prediction, steps))

    async def verdict(self, given: Mapping[str, Any], prediction: Any, steps: Sequence[Any] | None = None) -> Any:
        """Return what the function returns."""
        if self._wants_trace:
            return await self._learned(given, prediction, trace=steps)
        return await self._learned(given, prediction)

    def as_score(self, value: Any) -> Score:
        """Return what the function returned as a score.

        Raises:
            DataError: it is none.
        """
        if type(value) is bool or (type(value) is float and value == value):
            return Score(float(value))
        if isinstance(value, Score):
            score, feedback = value.score, value.feedback
        elif isinstance(value, Record) and "score" in value:
            score, feedback = value["score"], str(value.get("feedback", ""))
        else:
            score, feedback = value, ""
        if not isinstance(score, (int, float)) or math.isnan(score):
            raise DataError(
                f"The {self.kind} {self.name!r} returned {value!r}; it must return a number, a bool or a Score."
            )
        return Score(float(score), feedback)


class Reward(Metric):
    """A user's reward function: it judges a prediction by the inputs alone."""

    kind = "reward function"
    takes = "(inputs, prediction)"


def _takes_trace(function: Callable[..., Any]) -> bool:
    try:
        parameters = inspect.signature(function).parameters
    except (TypeError, ValueError):
        return False
    return "trace" in parameters or any(parameter.kind is parameter.VAR_KEYWORD for parameter in parameters.values())
