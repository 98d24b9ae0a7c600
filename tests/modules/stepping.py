"""What tests of ReAct share: tools, steps as a scripted model answers them, and runs on a script."""

from __future__ import annotations

from typing import Any

import pytest

import weft
from weft.errors import LMError


def add(a: int, b: int) -> int:
    """Add two numbers."""
    return a + b


def divide(a: int, b: int) -> float:
    """Divide two numbers."""
    return a / b


TOOLS = [add, divide]


def calls(*made: tuple[str, dict[str, Any]], thought: str = "") -> dict[str, Any]:
    """Return a step as a scripted model answers it, in whichever form the prompt asks for."""
    return {"thought": thought, "calls": weft.ToolCalls([{"name": name, "arguments": given} for name, given in made])}


def finish(**outputs: Any) -> dict[str, Any]:
    return calls(("finish", outputs))


class Run:
    """A run of an agent on a script: its result, and the requests that it sent."""

    def __init__(self, answers: Any, *, native: bool, spec: Any = "question -> answer: int", **options: Any) -> None:
        self.requests: list[weft.Request] = []
        script = iter(answers)

        def next_answer(request: weft.Request) -> Any:
            self.requests.append(request)
            return next(script, LMError("the script is over"))

        window = options.pop("context_window", None)
        self.lm = weft.LM("scripted/x", answers=next_answer, tools=native, context_window=window)
        self.agent = weft.ReAct(spec, options.pop("tools", TOOLS), lm=self.lm, **options)
        self.result = self.agent(question="?")

    @property
    def trajectory(self) -> weft.Trajectory:
        return self.result.trajectory

    @property
    def texts(self) -> list[list[str]]:
        return [[result.text for result in step.results] for step in self.trajectory]


both = pytest.mark.parametrize("native", [True, False], ids=["native", "text"])
