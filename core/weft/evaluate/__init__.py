"""Evaluation: a program on data, with a metric, honestly counted."""

from ..data.metric import Score
from .evaluate import Evaluate
from .metrics import exact_match
from .results import EvaluationResult, Row

__all__ = ["Evaluate", "EvaluationResult", "Row", "Score", "exact_match"]
