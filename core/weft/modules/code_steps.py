"""Steps of code: what a model wrote, run and told."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from ..data.calls import ToolCall, ToolCalls, ToolResult
from ..data.text import left_out
from ..data.trajectory import TrajectoryStep
from ..secrets import without_secrets

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ..errors import ParseError
    from ..interpreter import Execution, InterpreterSession

RUN = "run"
"""What a trajectory calls the running of code."""
_FENCED = re.compile(r"^[ \t]*(```+|~~~+)[^\n]*\n(.*?)^[ \t]*\1[ \t]*$", re.DOTALL | re.MULTILINE)


def bare_code(text: str) -> str:
    """Return the code in an answer: what stands between fences, where there are any."""
    blocks = [found[2] for found in _FENCED.finditer(text)]
    if blocks:
        return "\n".join(blocks).strip("\n")
    first, _, rest = text.strip().partition("\n")
    if first.startswith("```"):  # a fence that was not closed, as in an answer that was cut off
        return rest.removesuffix("```").strip("\n")
    return text.strip("\n")


class CodeSteps:
    """The runs of one call of a module: the inputs are variables, which are given again when a sandbox lost them."""

    def __init__(
        self,
        session: InterpreterSession,
        variables: Mapping[str, Any],
        most_characters: int,
        failures: Sequence[Exception] = (),
    ) -> None:
        self._session, self._most, self._failures = session, most_characters, failures
        self._variables = as_data(variables)
        self._waiting = self._variables

    async def step(self, thought: str, answer: str) -> tuple[TrajectoryStep, Execution | None]:
        """Run the code in an answer; return the step, and what the code gave, if there was any.

        Raises:
            InterpreterError: the sandbox failed.
            Exception: the first of the failures, where there is one by now.
        """
        code = bare_code(answer)
        if not code.strip():
            return TrajectoryStep(thought, problem="There was no code. Write some."), None
        run = await self._session.run(code, self._waiting)
        if self._failures:
            raise self._failures[0]
        self._waiting = self._variables if run.lost else {}
        told = without_secrets(str(run)) or "(nothing was printed, and the last line has no value)"
        missing = max(0, len(told) - self._most)
        if missing:
            told = told[: self._most] + left_out(missing)
        problem = None if run.error is None else run.error.splitlines()[-1]
        result = ToolResult(told, problem, run.seconds, missing)
        return TrajectoryStep(thought, ToolCalls([ToolCall("", RUN, code)]), (result,)), run


def unread(error: ParseError, thought: str) -> TrajectoryStep:
    """Return the step of an answer that could not be read."""
    return TrajectoryStep(
        str(error.fields.get(thought) or ""), problem=f"The answer could not be read. {error.problem}"
    )


def as_data(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return inputs as plain data, as code has them."""
    from pydantic_core import to_jsonable_python

    return to_jsonable_python(dict(values), serialize_unknown=True)
