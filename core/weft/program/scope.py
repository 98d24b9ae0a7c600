"""What holds for the calls of one run: bound states, a forced LM, sampling, and feedback."""

from __future__ import annotations

from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Generator, Mapping

    from ..data.checks import Feedback
    from ..lm.base import LM
    from .predict import Predict
    from .state import PredictState


@dataclass(frozen=True, slots=True)
class Binding:
    """What stands above predictors' own state while a block runs.

    Attributes:
        states: states by predictor, instead of the predictors' own.
        lm: a model that wins over every other choice, such as a teacher's.
        parameters: sampling wishes for every call, such as ``rollout_id`` and ``temperature``; a model that does not
            take one is called without it.
        feedback: what predictors are told with every request.
    """

    states: Mapping[Predict[Any], PredictState] = field(default_factory=dict["Predict[Any]", "PredictState"])
    lm: LM | None = None
    parameters: Mapping[str, Any] = field(default_factory=dict[str, Any])
    feedback: Mapping[Predict[Any], Feedback] = field(default_factory=dict["Predict[Any]", "Feedback"])


NO_BINDING = Binding()
binding: ContextVar[Binding] = ContextVar("weft_binding", default=NO_BINDING)


@contextmanager
def bound(
    states: Mapping[Predict[Any], PredictState],
    lm: LM | None,
    parameters: Mapping[str, Any],
    feedback: Mapping[Predict[Any], Feedback] | None = None,
) -> Generator[None, None, None]:
    """Put a binding on top of the one in force."""
    outer = binding.get()
    inner = Binding(
        {**outer.states, **states},
        lm or outer.lm,
        {**outer.parameters, **parameters},
        {**outer.feedback, **feedback} if feedback else outer.feedback,
    )
    token = binding.set(inner)
    try:
        yield
    finally:
        binding.reset(token)
