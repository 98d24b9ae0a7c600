"""What checks find, and what a step is told before it answers once more."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..runtime.frozen import frozen

if TYPE_CHECKING:
    from collections.abc import Mapping


@frozen
class CheckRecord:
    """A check that an answer did not pass, for whoever learns from failures.

    Attributes:
        path: the path of the step that answered.
        message: what is wrong, as the check says it.
        answer: the step's outputs by field.
        attempt: which of the step's answers it is, from 1.
        hard: whether it was a check; otherwise it was a suggestion.
    """

    path: str
    message: str
    answer: Mapping[str, Any]
    attempt: int = 1
    hard: bool = True

    def __str__(self) -> str:
        return f"{self.path}, answer {self.attempt}: {self.message}"


@frozen
class Feedback:
    """What a predictor is told with its request; every adapter writes it into the prompt.

    Attributes:
        message: what was wrong, or what to do better.
        answer: the outputs that it is about, by field; None: it is about no answer in particular.
    """

    message: str
    answer: Mapping[str, Any] | None = None
