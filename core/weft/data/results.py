"""Results that may be failures: errors are values, never a made-up score."""

from __future__ import annotations

from typing import TYPE_CHECKING, Generic, Literal, TypeVar

from ..runtime.frozen import frozen
from ..runtime.ledger import NOTHING, Usage

if TYPE_CHECKING:
    from ..data.prediction import Prediction

T = TypeVar("T")


@frozen
class Ok(Generic[T]):
    """A result: the value and what it cost."""

    value: T
    usage: Usage = NOTHING
    ok: Literal[True] = True


@frozen
class Err:
    """A failure: what was raised, where, and what had been spent by then.

    Attributes:
        error: the exception.
        stage: ``program`` or ``metric``.
        usage: what was spent.
        prediction: what the program returned, where only the metric failed.
    """

    error: Exception
    stage: Literal["program", "metric"] = "program"
    usage: Usage = NOTHING
    prediction: Prediction | None = None
    ok: Literal[False] = False

    def __str__(self) -> str:
        return f"{type(self.error).__name__}: {self.error}"
