"""Predictions: what programs return, with all the completions and what they cost."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, cast

from ..errors import DataError
from ..runtime.ledger import NOTHING, Usage
from ..spelling import hint
from .record import Record

if TYPE_CHECKING:
    from .checks import CheckRecord
    from .rollouts import Rollout


class Completions(Sequence[Record]):
    """The answers of one call, first choice first: ``completions[1].answer``, ``completions.column("answer")``."""

    __slots__ = ("_rows",)

    def __init__(self, rows: Sequence[Mapping[str, Any]]) -> None:
        self._rows = tuple(rows)

    def __getitem__(self, index: Any) -> Any:
        rows = cast("Any", self._rows).__getitem__(index)
        return Completions(rows) if isinstance(index, slice) else Prediction(rows)

    def __len__(self) -> int:
        return len(self._rows)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Completions) and self._rows == other._rows

    __hash__ = None  # type: ignore[assignment] # rows are dicts

    def __iter__(self) -> Iterator[Prediction]:
        return (Prediction(row) for row in self._rows)

    def column(self, name: str) -> list[Any]:
        """Return one field of every completion.

        Raises:
            DataError: there is no such field.
        """
        if self._rows and name not in self._rows[0]:
            raise DataError(f"The completions have no field {name!r}.{hint(name, self._rows[0])}")
        return [row[name] for row in self._rows]

    def __repr__(self) -> str:
        return f"Completions({list(self)!r})"


class Prediction(Record):
    """What a program returns: its output fields by attribute and item.

    Example:
        >>> Prediction(answer="Paris").answer
        'Paris'
    """

    __slots__ = ("_checks", "_rollouts", "_rows", "_signature", "_usage")
    _usage: Usage
    _checks: Sequence[CheckRecord]
    _rollouts: Sequence[Rollout]
    _rows: Sequence[Mapping[str, Any]] | None
    _signature: Any

    if TYPE_CHECKING:

        def __getattr__(self, name: str) -> Any: ...

    def __init__(self, values: Mapping[str, Any] | None = None, /, **fields: Any) -> None:
        super().__init__(values, **fields)
        _set_slots(self, NOTHING, None, None)

    @classmethod
    def answered(cls, rows: Sequence[dict[str, Any]], usage: Usage, signature: Any = None) -> Prediction:
        """Return the prediction of a call that gave `rows`, one a completion, and spent `usage`."""
        prediction = cls.__new__(cls)
        object.__setattr__(prediction, "_values", rows[0])
        _set_slots(prediction, usage, rows if len(rows) > 1 else None, signature)
        return prediction

    @property
    def usage(self) -> Usage:
        """Tokens and money that this prediction took, all steps and attempts of the program included."""
        return self._usage

    @property
    def completions(self) -> Completions:
        """All answers of the call; the prediction itself shows the first."""
        return Completions(self._rows or (self._values,))

    @property
    def checks(self) -> Sequence[CheckRecord]:
        """The checks that answers did not pass on the way to this prediction, in the order of the steps."""
        return self._checks

    @property
    def rollouts(self) -> Sequence[Rollout]:
        """The runs out of which `BestOfN` or `Refine` chose this prediction, in order; empty without them."""
        return self._rollouts

    @property
    def reward(self) -> float | None:
        """The reward for which this prediction was chosen among its rollouts; None without any."""
        return next((rollout.score for rollout in self._rollouts if rollout.chosen), None)

    def with_usage(self, usage: Usage) -> Prediction:
        """Return the same prediction with another usage."""
        return self._changed("_usage", usage)

    def with_checks(self, checks: Sequence[CheckRecord]) -> Prediction:
        """Return the same prediction with other failed checks."""
        return self._changed("_checks", checks)

    def with_rollouts(self, rollouts: Sequence[Rollout]) -> Prediction:
        """Return the same prediction as the one that was chosen out of rollouts."""
        return self._changed("_rollouts", rollouts)

    def _changed(self, slot: str, value: Any) -> Prediction:
        prediction = type(self).__new__(type(self))
        object.__setattr__(prediction, "_values", self._values)
        _set_slots(prediction, self._usage, self._rows, self._signature, self._checks, self._rollouts)
        object.__setattr__(prediction, slot, value)
        return prediction

    def _with_values(self, values: dict[str, Any]) -> Prediction:
        return Prediction.answered([values], self._usage, self._signature)


def _set_slots(
    prediction: Prediction,
    usage: Usage,
    rows: Sequence[Mapping[str, Any]] | None,
    signature: Any,
    checks: Sequence[CheckRecord] = (),
    rollouts: Sequence[Rollout] = (),
) -> None:
    object.__setattr__(prediction, "_usage", usage)
    object.__setattr__(prediction, "_rows", rows)
    object.__setattr__(prediction, "_signature", signature)
    object.__setattr__(prediction, "_checks", checks)
    object.__setattr__(prediction, "_rollouts", rollouts)
