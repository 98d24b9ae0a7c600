"""Trajectories: what an agent did, step by step, as typed data."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any, Literal, overload

from ..runtime.frozen import frozen
from ..spelling import spelled
from .calls import ToolCall, ToolCalls, ToolResult
from .shown import Shown

Ended = Literal["", "finish", "answer", "max_steps", "problems"]


@frozen
class TrajectoryStep:
    """One step of an agent.

    Attributes:
        thought: what the model wrote beside its calls.
        calls: the tools that it called.
        results: what came of the calls, in their order.
        problem: what was wrong with the step itself, such as an answer that could not be read; empty: nothing.
    """

    thought: str = ""
    calls: ToolCalls = ToolCalls()
    results: tuple[ToolResult, ...] = ()
    problem: str = ""

    def __str__(self) -> str:
        lines = [f"Thought: {self.thought}"] if self.thought else []
        for call, result in zip(self.calls, self.results, strict=True):
            lines += [f"Call: {call.name} {call.arguments}", f"Result: {result.text}"]
        return "\n".join([*lines, f"Problem: {self.problem}"] if self.problem else lines)


class Trajectory(Shown, Sequence[TrajectoryStep]):
    """The steps of an agent, in order; the type of an input that shows a model what was done so far.

    Args:
        steps: the steps.
        ended: how the work ended: ``finish``, where the model called the tool of that name; ``answer``, where it
            answered instead of calling a tool; ``max_steps``, where it was stopped; ``problems``, where one answer
            after the other could not be read. In the last two cases what it answered was taken from what was known by
            then. Empty while it goes on.

    Example:
        >>> calls = ToolCalls([{"name": "add", "arguments": {"a": 1, "b": 2}}])
        >>> print(Trajectory([TrajectoryStep("Add them.", calls, (ToolResult("3"),))]))
        Step 1
        Thought: Add them.
        Call: add {"a": 1, "b": 2}
        Result: 3
    """

    __slots__ = ("ended", "steps")
    steps: tuple[TrajectoryStep, ...]
    ended: Ended

    @spelled
    def __init__(self, steps: Sequence[TrajectoryStep] = (), ended: Ended = "") -> None:
        object.__setattr__(self, "steps", tuple(steps))
        object.__setattr__(self, "ended", ended)

    @overload
    def __getitem__(self, index: int) -> TrajectoryStep: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[TrajectoryStep, ...]: ...
    def __getitem__(self, index: int | slice) -> TrajectoryStep | tuple[TrajectoryStep, ...]:
        return self.steps[index]

    def __len__(self) -> int:
        return len(self.steps)

    def __setattr__(self, name: str, value: Any) -> None:
        raise AttributeError("A Trajectory is immutable; use .plus(step) for a longer one.")

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Trajectory) and (other.steps, other.ended) == (self.steps, self.ended)

    def __hash__(self) -> int:
        return hash((self.steps, self.ended))

    def __repr__(self) -> str:
        return f"Trajectory({list(self.steps)!r}, ended={self.ended!r})"

    def __str__(self) -> str:
        return "\n\n".join(self.texts())

    def texts(self) -> list[str]:
        """Return each step as a model reads it where it has no form of its own for calls."""
        return [f"Step {number}\n{step}" for number, step in enumerate(self.steps, 1)]

    def plus(self, step: TrajectoryStep) -> Trajectory:
        """Return the trajectory with one step more."""
        return Trajectory((*self.steps, step))

    def shown(self) -> dict[str, Any]:
        """Return the steps as data; ids of calls, which are the provider's, are left out."""
        return {"steps": [_step_shown(step) for step in self.steps], "ended": self.ended}

    @classmethod
    def read(cls, value: Any) -> Trajectory:
        """Return the trajectory that a value is, or that `shown` made it of.

        Raises:
            ValueError: it is neither.
        """
        if isinstance(value, Trajectory):
            return value
        if isinstance(value, str):
            value = json.loads(value)
        try:
            return cls([_step(step) for step in value["steps"]], value["ended"])
        except (KeyError, TypeError) as error:
            raise ValueError("a trajectory has 'steps' and 'ended'") from error


def _step_shown(step: TrajectoryStep) -> dict[str, Any]:
    results = [
        {"text": result.text, "error": result.error, "seconds": result.seconds, "missing": result.missing}
        for result in step.results
    ]
    return {"thought": step.thought, "calls": step.calls.shown(), "results": results, "problem": step.problem}


def _step(shown: Any) -> TrajectoryStep:
    results = tuple(ToolResult(**result) for result in shown["results"])
    return TrajectoryStep(shown["thought"], ToolCalls.read(shown["calls"]), results, shown["problem"])


def call_id(call: ToolCall, step: int, position: int) -> str:
    """Return the id of a call in a conversation; providers that give none get one that is unique there."""
    return call.id or f"call-{step}-{position}"
