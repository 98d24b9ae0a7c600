"""majority: the answer most predictions agree on."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any, TypeVar, overload

from ..data.prediction import Completions, Prediction
from ..errors import DataError
from ..signature import Signature
from ..signature.describe import text_of
from ..spelling import hint, spelled

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Mapping, Sequence

S = TypeVar("S", bound=Signature)


def folded(value: Any) -> str | None:
    """Return a value as `majority` compares it: case and white space do not count; None for no answer.

    Example:
        >>> folded("  New  York ") == folded("new york")
        True
    """
    return None if value is None else " ".join(text_of(value).casefold().split()) or None


@overload
def majority(
    predictions: Prediction | Completions | Sequence[Prediction],
    field: str | None = ...,
    *,
    normalize: Callable[[Any], Hashable] = ...,
) -> Prediction: ...
@overload
def majority(
    predictions: S | Sequence[S], field: str | None = ..., *, normalize: Callable[[Any], Hashable] = ...
) -> S: ...
@spelled
def majority(predictions: Any, field: str | None = None, *, normalize: Callable[[Any], Hashable] = folded) -> Any:
    """Return the prediction whose `field` most predictions share; of equals, the first.

    Args:
        predictions: predictions of one signature, or one prediction with several completions.
        field: the field to vote on; default: the last.
        normalize: gives what is compared of a value; values that give None do not vote. By default case and white space
            do not count, and neither None nor an empty text votes.

    Raises:
        DataError: there are no predictions, one lacks the field, or `normalize` gives what cannot be compared.

    Example:
        >>> majority([Prediction(answer="a"), Prediction(answer="b"), Prediction(answer="B")]).answer
        'b'
    """
    voters: list[Any] = list(predictions.completions if isinstance(predictions, Prediction) else predictions)
    if not voters:
        raise DataError("There are no predictions to take a majority of.")
    name = field if field is not None else list(voters[0])[-1]
    votes = [_vote(voter, name, normalize) for voter in voters]
    counts = Counter(vote for vote in votes if vote is not None)
    winner = max(counts, key=counts.__getitem__) if counts else None
    return voters[votes.index(winner)]


def _vote(prediction: Mapping[str, Any], name: str, normalize: Callable[[Any], Hashable]) -> Hashable:
    if name not in prediction:
        raise DataError(f"A prediction has no field {name!r}.{hint(name, prediction)}")
    vote = normalize(prediction[name])
    try:
        hash(vote)
    except TypeError as error:
        raise DataError(f"normalize gave {vote!r}, which cannot be compared; give a text, for instance.") from error
    return vote
