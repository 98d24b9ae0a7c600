"""Rollouts: several runs of one module on the same inputs, and what each was worth."""

from __future__ import annotations

from dataclasses import field
from typing import TYPE_CHECKING, Any

from ..runtime.frozen import frozen
from .results import Ok

if TYPE_CHECKING:
    from collections.abc import Mapping

    from .results import Err


@frozen
class Rollout:
    """One of several runs of a module on the same inputs.

    Attributes:
        number: which run it is, from 1.
        inputs: what the module was given.
        outcome: `Ok` with what the module returned, or `Err`; its stage is ``metric`` where the reward function failed.
        score: the reward; None for a failed run.
        feedback: what the reward function says about it in words.
        chosen: whether its prediction is the one that was returned.
        steps: the steps that were answered in it, while feedback on it is made; afterwards there are none.
    """

    number: int
    inputs: Mapping[str, Any]
    outcome: Ok[Any] | Err
    score: float | None = None
    feedback: str = ""
    chosen: bool = False
    steps: tuple[Any, ...] = field(default=(), repr=False)

    @property
    def prediction(self) -> Any:
        """What the module returned, or None."""
        return self.outcome.value if isinstance(self.outcome, Ok) else self.outcome.prediction

    @property
    def error(self) -> Exception | None:
        """What was raised, or None."""
        return None if isinstance(self.outcome, Ok) else self.outcome.error
