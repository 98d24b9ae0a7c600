"""Metrics that most data needs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..signature.describe import text_of

if TYPE_CHECKING:
    from ..data.example import Example


def exact_match(example: Example, prediction: Any) -> bool:
    """Return whether every label of the example stands in the prediction, case and outer spaces aside.

    Raises:
        DataError: the example declares no inputs, so that its labels are unknown.
        AttributeError: the prediction lacks a label's field.
    """
    return all(_plain(getattr(prediction, name)) == _plain(value) for name, value in example.labels().items())


def _plain(value: Any) -> str:
    return " ".join(text_of(value).casefold().split())
