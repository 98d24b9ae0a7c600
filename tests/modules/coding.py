"""What tests of modules that write code share: scripted models, and what they were asked."""

from __future__ import annotations

from typing import Any

import weft
from pytest_weft.in_process import InProcessInterpreter
from weft.errors import LMError

Interpreter = InProcessInterpreter


class Script:
    """A model that answers from a list, and keeps what it was asked."""

    def __init__(self, *answers: Any, **options: Any) -> None:
        self.requests: list[weft.Request] = []
        script = iter(answers)

        def next_answer(request: weft.Request) -> Any:
            self.requests.append(request)
            return next(script, LMError("the script is over"))

        self.lm = weft.LM("scripted/x", answers=next_answer, **options)

    def prompt(self, number: int) -> str:
        """Return all that a request said."""
        return "\n".join(message.text for message in self.requests[number].messages)


def code(text: str, thought: str = "") -> dict[str, str]:
    """Return a step of code as a model answers it."""
    return {"thought": thought, "code": text}


def results(prediction: Any) -> list[str]:
    """Return what each step gave, or what was wrong with it."""
    return [step.results[0].text if step.results else step.problem for step in prediction.trajectory]
