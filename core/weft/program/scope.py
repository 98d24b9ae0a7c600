"""What holds for the calls of one run: bound states, a forced LM, sampling, the trace and the paths."""

from __future__ import annotations

from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from ..runtime.frozen import frozen

if TYPE_CHECKING:
    from collections.abc import Generator, Mapping

    from ..data.prediction import Prediction
    from ..lm.base import LM
    from ..lm.records import Response
    from .predict import Predict
    from .repair import Repair
    from .state import PredictState


@dataclass(frozen=True, slots=True)
class Binding:
    """What stands above predictors' own state while a block runs.

    Attributes:
        states: states by predictor, instead of the predictors' own.
        lm: a model that wins over every other choice, such as a teacher's.
        parameters: sampling wishes for every call, such as ``rollout_id`` and ``temperature``; a model that does not
            take one is called without it.
    """

    states: Mapping[Predict[Any], PredictState] = field(default_factory=dict["Predict[Any]", "PredictState"])
    lm: LM | None = None
    parameters: Mapping[str, Any] = field(default_factory=dict[str, Any])


NO_BINDING = Binding()
binding: ContextVar[Binding] = ContextVar("weft_binding", default=NO_BINDING)
paths: ContextVar[Mapping[Any, str] | None] = ContextVar("weft_paths", default=None)
_steps: ContextVar[list[Step] | None] = ContextVar("weft_trace", default=None)


@frozen
class Step:
    """One call of a predictor.

    Attributes:
        path: the predictor's path in the program that ran.
        predictor: the predictor itself.
        inputs: what it was given.
        prediction: what it returned.
        response: what the model answered.
        repairs: the re-asks for what could not be read of it.
    """

    path: str
    predictor: Predict[Any]
    inputs: Mapping[str, Any]
    prediction: Prediction
    response: Response
    repairs: tuple[Repair, ...] = ()


@contextmanager
def bound(
    states: Mapping[Predict[Any], PredictState], lm: LM | None, parameters: Mapping[str, Any]
) -> Generator[None, None, None]:
    """Put a binding on top of the one in force."""
    outer = binding.get()
    inner = Binding({**outer.states, **states}, lm or outer.lm, {**outer.parameters, **parameters})
    token = binding.set(inner)
    try:
        yield
    finally:
        binding.reset(token)


@contextmanager
def trace() -> Generator[list[Step], None, None]:
    """Collect the steps of every program that runs inside, in the order in which they end.

    Example:
        >>> with trace() as steps:
        ...     pass
        >>> steps
        []
    """
    steps: list[Step] = []
    token = _steps.set(steps)
    try:
        yield steps
    finally:
        _steps.reset(token)


def open_trace() -> list[Step] | None:
    """Return the list that collects steps here, or None."""
    return _steps.get()
