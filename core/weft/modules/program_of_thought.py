"""ProgramOfThought: the model writes a program that computes the answer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Generic, TypeVar, overload

from ..data.prediction import Prediction
from ..data.trajectory import Trajectory
from ..errors import CodeError, ParseError
from ..interpreter.current import current_interpreter
from ..program.module import Module
from ..program.options import whole_number
from ..program.predict import CALL_OPTIONS, Predict
from ..runtime.ledger import NOTHING
from ..signature import InputField
from ..signature.bind import bind
from ..signature.signature import Signature, ensure_signature
from .code_signatures import code_names, coding, outputs_named
from .code_steps import CodeSteps, unread
from .react_signatures import TRAJECTORY, free_name

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ..adapter.base import Adapter
    from ..interpreter import Interpreter
    from ..lm.base import LM

R = TypeVar("R")
S = TypeVar("S", bound=Signature)

_HOW = (
    "Write a program that computes {outputs}. The inputs are variables of the program. Let it print what the answer "
    "takes, or let its last line be an expression with that value. If an earlier program is shown, correct it."
)
_ANSWER = "\n\nA program was run for this. Answer with what it gave, and do not compute anything anew."
_MOST_CHARACTERS = 10_000


class ProgramOfThought(Module, Generic[R]):
    """Answers a signature by a program: the model writes it, a sandbox runs it, and the model reads what it gave.

    A program that fails, or gives nothing, is shown to the model together with what went wrong, to be corrected.
    The result has the outputs and ``trajectory``, the programs in order with what they gave.

    Its predictors are ``generate``, which writes programs, and ``answer``.

    Args:
        signature: as for `Predict`; no output may be called ``trajectory``.
        max_attempts: most programs.
        interpreter: runs them; default: the setting ``interpreter``.
        lm, adapter, config: as for `Predict`.

    Raises:
        SignatureError: an output has the name ``trajectory``.

    Source: Chen et al. 2022, "Program of Thoughts Prompting".
    """

    @overload
    def __init__(
        self: ProgramOfThought[S],
        signature: type[S],
        *,
        max_attempts: int = ...,
        interpreter: Interpreter | str | None = ...,
        lm: LM | str | None = ...,
        adapter: Adapter | str | None = ...,
        **config: Any,
    ) -> None: ...
    @overload
    def __init__(
        self: ProgramOfThought[Prediction],
        signature: str | Mapping[str, Any],
        *,
        max_attempts: int = ...,
        interpreter: Interpreter | str | None = ...,
        lm: LM | str | None = ...,
        adapter: Adapter | str | None = ...,
        **config: Any,
    ) -> None: ...
    def __init__(
        self,
        signature: Any,
        *,
        max_attempts: int = 3,
        interpreter: Interpreter | str | None = None,
        lm: LM | str | None = None,
        adapter: Adapter | str | None = None,
        **config: Any,
    ) -> None:
        self.signature = ensure_signature(signature)
        self.max_attempts = whole_number("ProgramOfThought", "max_attempts", max_attempts, 1)
        self.interpreter = interpreter
        self._names = code_names(self.signature)
        self._given = free_name("result", self.signature)
        how = _HOW.format(outputs=outputs_named(self.signature))
        once: dict[str, Any] = {"repair_max": 0, **config}  # a program is mended by the next one, which knows more
        self.generate: Predict[Any] = Predict(coding(self.signature, self._names, how), lm=lm, adapter=adapter, **once)
        last = self.signature.with_instructions(self.signature.instructions + _ANSWER)
        last = last.append(self._names.code, InputField("the program"), str)
        last = last.append(self._given, InputField("what it gave"), str)
        self.answer: Predict[Any] = Predict(last, lm=lm, adapter=adapter, **config)

    def __call__(self, *args: Any, **inputs: Any) -> R:
        """Do the work; blocking.

        Raises:
            InputError: an unknown, missing or mistyped input, before anything is done.
            CodeError: no program ran to its end and gave something.
            InterpreterError: the sandbox cannot be had, or has died.
            LMError, ParseError: as for `Predict`.
        """
        return super().__call__(*args, **inputs)

    async def acall(self, *args: Any, **inputs: Any) -> R:
        """Do the work; see `__call__`."""
        return await super().acall(*args, **inputs)

    async def aforward(self, **inputs: Any) -> R:
        known = self.signature.input_fields
        options = {name: inputs.pop(name) for name in CALL_OPTIONS if name in inputs and name not in known}
        values = bind(self.signature, inputs, CALL_OPTIONS)
        trajectory = await self._programs(values, options)
        code, gave = trajectory[-1].calls[0].arguments, trajectory[-1].results[0].text
        said = await self.answer.acall(**values, **{self._names.code: code, self._given: gave}, **options)
        outputs = {name: said[name] for name in self.signature.output_fields}
        return Prediction.answered([{**outputs, TRAJECTORY: trajectory}], NOTHING, self.signature)  # type: ignore[return-value] # see Predict

    async def _programs(self, values: Mapping[str, Any], options: Mapping[str, Any]) -> Trajectory:
        """Return the programs up to the first that gave something.

        Raises:
            CodeError: none did.
        """
        interpreter = current_interpreter(self.interpreter)
        asked = {**values, **options, self._names.language: interpreter.language}
        trajectory = Trajectory()
        async with interpreter.session() as session:
            steps = CodeSteps(session, values, _MOST_CHARACTERS)
            for _ in range(self.max_attempts):
                last = Trajectory(trajectory[-1:])  # the prompt does not grow: a program is corrected, not its past
                try:
                    said = await self.generate.acall(**asked, **{self._names.trajectory: last})
                    step, run = await steps.step(said[self._names.thought], said[self._names.code])
                except ParseError as error:
                    step, run = unread(error, self._names.thought), None
                trajectory = trajectory.plus(step)
                if run is not None and run.ok and (run.output or run.value is not None):
                    return Trajectory(trajectory.steps, "finish")
        raise _failed(trajectory)


def _failed(trajectory: Trajectory) -> CodeError:
    last = trajectory[-1]
    problem = last.problem or last.results[0].error or "It printed nothing, and its last line has no value."
    code = last.calls[0].arguments if last.calls else ""
    count = f"{len(trajectory)} programs" if len(trajectory) > 1 else "1 program"
    return CodeError(
        f"Of {count} that the model wrote, none gave a result. The last one: {problem}", code=code, problem=problem
    )
