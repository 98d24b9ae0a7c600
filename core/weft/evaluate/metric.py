"""Metrics: any function of (example, prediction), sync or async, that gives a number, a bool or a Score."""

from __future__ import annotations

import inspect
import math
from typing import TYPE_CHECKING, Any

from ..data.record import Record
from ..errors import DataError
from ..runtime.frozen import frozen
from ..runtime.offload import Learned

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from ..data.example import Example


@frozen
class Score:
    """A metric's verdict: a number, and in words what was good or bad, for optimizers that can read."""

    score: float
    feedback: str = ""


class Metric:
    """A user's metric, made callable in one way; `name` is the function's."""

    def __init__(self, function: Callable[..., Any]) -> None:
        if not callable(function):
            raise DataError(f"A metric is a function of (example, prediction), not {function!r}.")
        self.name = getattr(function, "__name__", type(function).__name__)
        self._wants_trace = _takes_trace(function)
        self._function = Learned(function)

    async def __call__(self, example: Example, prediction: Any, steps: Sequence[Any] | None = None) -> Score:
        """Return the verdict.

        Raises:
            DataError: the metric returned something that is no score.
        """
        if self._wants_trace:
            return _as_score(await self._function(example, prediction, trace=steps), self.name)
        return _as_score(await self._function(example, prediction), self.name)


def _takes_trace(function: Callable[..., Any]) -> bool:
    try:
        parameters = inspect.signature(function).parameters
    except (TypeError, ValueError):
        return False
    return "trace" in parameters or any(parameter.kind is parameter.VAR_KEYWORD for parameter in parameters.values())


def _as_score(value: Any, name: str) -> Score:
    if type(value) is bool or (type(value) is float and value == value):
        return Score(float(value))
    if isinstance(value, Score):
        score, feedback = value.score, value.feedback
    elif isinstance(value, Record) and "score" in value:
        score, feedback = value["score"], str(value.get("feedback", ""))
    else:
        score, feedback = value, ""
    if not isinstance(score, (int, float)) or math.isnan(score):
        raise DataError(f"The metric {name!r} returned {value!r}; it must return a number, a bool or a Score.")
    return Score(float(score), feedback)
