"""majority: the answer most predictions agree on."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from ..data.prediction import Completions, Prediction
from ..errors import DataError
from ..signature.describe import text_of
from ..spelling import hint, spelled

if TYPE_CHECKING:
    from collections.abc import Sequence


@spelled
def majority(predictions: Prediction | Completions | Sequence[Prediction], field: str | None = None) -> Prediction:
    """Return the prediction whose `field` most predictions share; of equals, the first.

    Args:
        predictions: predictions of one signature, or one prediction with several completions.
        field: the field to vote on; default: the last. Case and white space do not count.

    Raises:
        DataError: there are no predictions, or one lacks the field.

    Example:
        >>> majority([Prediction(answer="a"), Prediction(answer="b"), Prediction(answer="B")]).answer
        'b'
    """
    voters: list[Any] = list(predictions.completions if isinstance(predictions, Prediction) else predictions)
    if not voters:
        raise DataError("There are no predictions to take a majority of.")
    name = field if field is not None else list(voters[0])[-1]
    votes: Counter[str] = Counter(_vote(prediction, name) for prediction in voters)
    winner = max(votes, key=votes.__getitem__)
    return next(prediction for prediction in voters if _vote(prediction, name) == winner)


def _vote(prediction: Any, name: str) -> str:
    if name not in prediction:
        raise DataError(f"A prediction has no field {name!r}.{hint(name, prediction)}")
    return " ".join(text_of(prediction[name]).casefold().split())
