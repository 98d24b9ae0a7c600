"""What CodeAct and RLM share: steps of code in one session, until the code gives the answer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, Generic, TypeVar

from ..data.prediction import Prediction
from ..data.tools import Tool, tools_by_name
from ..data.trajectory import Ended, Trajectory
from ..errors import ParseError
from ..interpreter.current import current_interpreter
from ..program.module import Module
from ..program.options import whole_number
from ..program.predict import CALL_OPTIONS, Predict
from ..runtime.ledger import NOTHING
from ..signature.bind import bind
from ..signature.signature import Signature, ensure_signature
from .code_finish import Finish, finishing
from .code_signatures import check_names, code_names, coding, outputs_named
from .code_steps import CodeSteps, unread
from .react_signatures import TRAJECTORY, extracting

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from ..interpreter import Interpreter

R = TypeVar("R")

_MOST_PROBLEMS = 3
"""After so many answers in a row without code, the answer is taken from what is known."""


class CodeAgent(Module, Generic[R]):
    """A module whose model writes code step by step; the base of `CodeAct` and `RLM`."""

    finish_name: ClassVar[str] = "finish"
    how: ClassVar[str] = ""
    """What the model is told of its steps; ``{outputs}`` and ``{finish}`` are filled in."""

    act: Predict[Any]
    extract: Predict[Any]

    def __init__(
        self,
        signature: Any,
        tools: Iterable[Any],
        offered: Iterable[Tool[..., Any]],
        *,
        shown: type[Signature] | None = None,
        max_steps: int,
        max_characters: int,
        interpreter: Interpreter | str | None,
        **predicting: Any,
    ) -> None:
        self.signature = ensure_signature(signature)
        self.tools = tools_by_name(tools)
        own = (*offered, finishing(self.signature, self.finish_name))
        check_names(self.tools, self.signature, [tool.name for tool in own])
        self.max_steps = whole_number(type(self).__name__, "max_steps", max_steps, 1)
        self.max_characters = whole_number(type(self).__name__, "max_characters", max_characters, 1)
        self.interpreter = interpreter
        shown = shown or self.signature
        self._names = code_names(shown)
        how = self.how.format(outputs=outputs_named(self.signature), finish=self.finish_name)
        step = coding(shown, self._names, how, (*self.tools.values(), *own))
        once: dict[str, Any] = {"repair_max": 0, **predicting}  # a step is mended by the next one, which knows more
        self.act = Predict(step, **once)
        self.extract = Predict(extracting(shown, self._names.trajectory), **predicting)

    def __call__(self, *args: Any, **inputs: Any) -> R:
        """Do the work; blocking.

        Raises:
            InputError: an unknown, missing or mistyped input, before anything is done.
            InterpreterError: the sandbox cannot be had, or has died.
            LMError: a call of a model failed.
        """
        return super().__call__(*args, **inputs)

    async def acall(self, *args: Any, **inputs: Any) -> R:
        """Do the work; see `__call__`."""
        return await super().acall(*args, **inputs)

    async def aforward(self, **inputs: Any) -> R:
        known = self.signature.input_fields
        options = {name: inputs.pop(name) for name in CALL_OPTIONS if name in inputs and name not in known}
        values = bind(self.signature, inputs, CALL_OPTIONS)
        finish = Finish(self.signature, self.finish_name)
        interpreter = current_interpreter(self.interpreter)
        asked = {**self.shown(values), **options}
        failures: list[Exception] = []
        functions = {**self.tools, **self.functions(failures, options), self.finish_name: finish.tool}
        async with interpreter.session(tools=functions) as session:
            steps = CodeSteps(session, values, self.max_characters, failures)
            trajectory, ended = await self._worked(steps, finish, {**asked, self._names.language: interpreter.language})
        outputs = finish.outputs
        if outputs is None:
            said = await self.extract.acall(**asked, **{self._names.trajectory: trajectory})
            outputs = {name: said[name] for name in self.signature.output_fields}
        values = {**outputs, TRAJECTORY: Trajectory(trajectory.steps, ended)}
        return Prediction.answered([values], NOTHING, self.signature)  # type: ignore[return-value] # see Predict

    def shown(self, values: Mapping[str, Any]) -> Mapping[str, Any]:
        """Return what the prompt shows of the inputs."""
        return values

    def functions(self, failures: list[Exception], options: Mapping[str, Any]) -> Mapping[str, Any]:
        """Return functions for one call that code can call besides the tools.

        What they add to `failures` ends the work and is raised, whatever the code does about it.
        """
        return {}

    async def _worked(self, steps: CodeSteps, finish: Finish, asked: Mapping[str, Any]) -> tuple[Trajectory, Ended]:
        """Make steps until the code has finished, and return them and how the work ended."""
        trajectory, problems = Trajectory(), 0
        for _ in range(self.max_steps):
            try:
                said = await self.act.acall(**asked, **{self._names.trajectory: trajectory})
                step, _ = await steps.step(said[self._names.thought], said[self._names.code])
            except ParseError as error:
                step = unread(error, self._names.thought)
            trajectory = trajectory.plus(step)
            if finish.outputs is not None:
                return trajectory, "finish"
            problems = problems + 1 if step.problem else 0
            if problems == _MOST_PROBLEMS:
                return trajectory, "problems"
        return trajectory, "max_steps"
