"""Metrics that most data needs."""

from __future__ import annotations

from typing import Any

from ..data.example import Example
from ..signature.describe import text_of


def exact_match(example: Example, prediction: Any) -> bool:
    """Return whether every label of the example stands in the prediction, case and outer spaces aside.

    Raises:
        DataError: the example declares no inputs, so that its labels are unknown.
        AttributeError: the prediction lacks a label's field.
    """
    for name, wanted in Example.labels(example).items():
        found = getattr(prediction, name)
        if found != wanted and _plain(found) != _plain(wanted):
            return False
    return True


def _plain(value: Any) -> str:
    return " ".join(text_of(value).casefold().split())
