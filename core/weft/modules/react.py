"""ReAct: the model reasons, calls tools, sees what they answer, and goes on until it can answer itself."""

from __future__ import annotations

from contextlib import nullcontext
from typing import TYPE_CHECKING, Any, Generic, Literal, TypeVar, get_args, overload

from ..adapter.current import current_adapter
from ..data.prediction import Prediction
from ..data.tools import Tool, tools_by_name
from ..data.trajectory import Ended, Trajectory, TrajectoryStep
from ..errors import OptionError, ParseError, ToolError
from ..lm.parameters import checked_parameters
from ..program.module import Module
from ..program.options import whole_number
from ..program.predict import CALL_OPTIONS, Predict
from ..runtime.ledger import NOTHING
from ..runtime.settings import context
from ..signature.bind import bind
from ..signature.signature import Signature, ensure_signature
from ..spelling import hint
from .react_ending import answered, carried_out
from .react_signatures import FINISH, TRAJECTORY, extracting, finish_tool, names_beside, stepping

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from ..adapter.base import Adapter
    from ..lm.base import LM

R = TypeVar("R")
S = TypeVar("S", bound=Signature)
Calling = Literal["auto", "native", "text"]

_OPTIONS = ("adapter", "lm", "max_steps", "repair_max", "tool_calling")
_MOST_PROBLEMS = 3
"""After so many steps in a row that were of no use, the answer is taken from what is known."""


class ReAct(Module, Generic[R]):
    """Answers a signature with the help of tools, step by step.

    In every step the model calls tools, which run side by side, or ``finish`` with the outputs. Whatever a tool does,
    and whatever the model gets wrong, is told to the model in the next step. When it has not finished after
    `max_steps`, the outputs are taken from what is known by then. The result has the outputs and ``trajectory``, a
    `Trajectory`, which also says how it ended.

    Its predictors are ``react``, which does the steps, and ``extract``. The descriptions of the tools are slots of
    ``react``, such as ``react.tools.search.desc``.

    Args:
        signature: as for `Predict`; no field may be called ``trajectory``.
        tools: functions or tools; none may be called ``finish``.
        max_steps: most steps.
        tool_calling: ``native``, ``text`` or ``auto``; default: the setting.
        lm, adapter, config: as for `Predict`.

    Raises:
        ToolError: a tool is none, has no function, or has a name that is taken.
        SignatureError: a field has the name ``trajectory``.
        OptionError: an unknown option, or a value that it cannot have.

    Source: Yao et al. 2023, "ReAct: Synergizing Reasoning and Acting in Language Models".

    Example:
        >>> import weft
        >>> def add(a: int, b: int) -> int:
        ...     '''Add two numbers.'''
        ...     return a + b
        >>> agent = weft.ReAct("question -> answer: int", tools=[add])
        >>> steps = [
        ...     {"thought": "Add.", "calls": [{"name": "add", "arguments": {"a": 2, "b": 2}}]},
        ...     {"thought": "Done.", "calls": [{"name": "finish", "arguments": {"answer": 4}}]},
        ... ]
        >>> with weft.context(lm=weft.LM("scripted/x", answers=steps)):
        ...     result = agent(question="2+2?")
        >>> result.answer, result.trajectory[0].results[0].text
        (4, '4')
    """

    @overload
    def __init__(
        self: ReAct[S],
        signature: type[S],
        tools: Iterable[Tool[..., Any] | Callable[..., Any]],
        *,
        max_steps: int = ...,
        tool_calling: Calling | None = ...,
        lm: LM | str | None = ...,
        adapter: Adapter | str | None = ...,
        **config: Any,
    ) -> None: ...
    @overload
    def __init__(
        self: ReAct[Prediction],
        signature: str | Mapping[str, Any],
        tools: Iterable[Tool[..., Any] | Callable[..., Any]],
        *,
        max_steps: int = ...,
        tool_calling: Calling | None = ...,
        lm: LM | str | None = ...,
        adapter: Adapter | str | None = ...,
        **config: Any,
    ) -> None: ...
    def __init__(
        self,
        signature: Any,
        tools: Iterable[Any],
        *,
        max_steps: int = 20,
        tool_calling: Calling | None = None,
        lm: LM | str | None = None,
        adapter: Adapter | str | None = None,
        **config: Any,
    ) -> None:
        self.signature = ensure_signature(signature)
        self.tools = _checked_tools(tools)
        self.max_steps = whole_number("ReAct", "max_steps", max_steps, 1)
        self._tool_calling: Calling | None = _checked_calling(tool_calling)
        checked_parameters("ReAct", {name: config[name] for name in config if name != "repair_max"}, _OPTIONS)
        self._offered = {**self.tools, FINISH: finish_tool(self.signature)}
        self._names = names_beside(self.signature)
        step = stepping(self.signature, self._names, tuple(self._offered.values()))
        once: dict[str, Any] = {"repair_max": 0, **config}  # a step is mended by the next one, which knows more
        self.react: Predict[Any] = Predict(step, lm=lm, adapter=adapter, **once)
        last = extracting(self.signature, self._names.trajectory)
        self.extract: Predict[Any] = Predict(last, lm=lm, adapter=adapter, **config)

    def __call__(self, *args: Any, **inputs: Any) -> R:
        """Do the work; blocking. Raises what `Predict` raises, but no `ParseError` of a step."""
        return super().__call__(*args, **inputs)

    async def acall(self, *args: Any, **inputs: Any) -> R:
        """Do the work."""
        return await super().acall(*args, **inputs)

    async def aforward(self, **inputs: Any) -> R:
        known = self.signature.input_fields
        options = {name: inputs.pop(name) for name in CALL_OPTIONS if name in inputs and name not in known}
        values = bind(self.signature, inputs, CALL_OPTIONS)
        trajectory, problems = Trajectory(), 0
        for _ in range(self.max_steps):
            step, outputs, ended = await self._step({**values, self._names.trajectory: trajectory}, options)
            trajectory = trajectory.plus(step)
            if outputs is not None:
                return self._result(outputs, trajectory, ended)
            problems = problems + 1 if step.problem else 0
            if problems == _MOST_PROBLEMS:
                return await self._extracted(values, trajectory, "problems", options)
        return await self._extracted(values, trajectory, "max_steps", options)

    async def _step(
        self, values: Mapping[str, Any], options: Mapping[str, Any]
    ) -> tuple[TrajectoryStep, Mapping[str, Any] | None, Ended]:
        """Make one step; return it, the outputs where the work is over, and how it is over then."""
        names = self._names
        try:
            with context(tool_calling=self._tool_calling) if self._tool_calling else nullcontext():
                said = await self.react.acall(**values, **options)
        except ParseError as error:
            thought = str(error.fields.get(names.thought) or "")
            return TrajectoryStep(thought, problem=f"The answer could not be read. {error.problem}"), None, ""
        thought, calls = said[names.thought] or "", said[names.calls]
        if calls:
            results, outputs = await carried_out(self.signature, self._offered, calls)
            return TrajectoryStep(thought, calls, results), outputs, "finish"
        adapter = current_adapter(options.get("adapter") or self.react.adapter)
        outputs, problem = answered(self.signature, adapter, calls.text)
        return TrajectoryStep(thought, calls, problem=problem), outputs, "answer"

    async def _extracted(
        self, values: Mapping[str, Any], trajectory: Trajectory, ended: Ended, options: Mapping[str, Any]
    ) -> R:
        """Take the outputs from what is known."""
        said = await self.extract.acall(**values, **{self._names.trajectory: trajectory}, **options)
        return self._result({name: said[name] for name in self.signature.output_fields}, trajectory, ended)

    def _result(self, outputs: Mapping[str, Any], trajectory: Trajectory, ended: Ended) -> R:
        values = {**outputs, TRAJECTORY: Trajectory(trajectory.steps, ended)}
        return Prediction.answered([values], NOTHING, self.signature)  # type: ignore[return-value] # see Predict


def _checked_tools(tools: Iterable[Any]) -> dict[str, Tool[..., Any]]:
    found = tools_by_name(tools)
    for tool in found.values():
        if tool.name == FINISH:
            raise ToolError(f"No tool can be called {FINISH!r}: that is how the work ends. Give it another name.")
        if not tool.runs:
            raise ToolError(f"The tool {tool.name!r} has no function, so an agent cannot use it.")
    return found


def _checked_calling(calling: Any) -> Calling | None:
    if calling is not None and calling not in get_args(Calling):
        choices = ", ".join(map(repr, get_args(Calling)))
        raise OptionError(f"tool_calling is {choices} or None, not {calling!r}.{hint(str(calling), get_args(Calling))}")
    return calling
