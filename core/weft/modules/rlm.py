"""RLM: inputs of any length as variables of code, which looks at them in pieces and asks models about these."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, TypeVar, overload

from ..data.text import text_of
from ..program.options import whole_number
from ..program.predict import Predict
from ..signature import InputField, OutputField
from ..signature.signature import Signature, ensure_signature
from .code_agent import CodeAgent
from .code_steps import as_data
from .react_signatures import free_name
from .rlm_queries import OFFERED, Queries

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from ..adapter.base import Adapter
    from ..data.prediction import Prediction
    from ..data.tools import Tool
    from ..interpreter import Interpreter
    from ..lm.base import LM
    from ..signature import Field

R = TypeVar("R")
S = TypeVar("S", bound=Signature)

_ASK = "Do what the prompt says, with nothing but what it contains."
_BEGINNING = 200


class RLM(CodeAgent[R]):
    """Answers a signature whose inputs may be longer than any prompt: a recursive language model.

    The model does not see the inputs, but writes code, step by step, in which they are variables. The code looks at
    them in pieces, puts questions about pieces to a model with ``llm_query(prompt)`` or ``llm_query_batched(prompts)``,
    and ends the work with ``SUBMIT(…)``, which takes the outputs and checks them. When it has not after `max_steps`,
    the outputs are taken from what is known by then. The result has the outputs and ``trajectory``.

    An error of a model that is asked, such as a key that is refused, ends the work and is raised.

    Its predictors are ``act``, which does the steps, ``ask``, which answers questions, and ``extract``.

    Args:
        signature: as for `Predict`; no output may be called ``trajectory``, and no input as a function above.
        tools: functions or tools that the code can call as well.
        sub_lm: the model that is asked; default: the one that writes the code.
        max_steps: most steps.
        max_llm_calls: most questions in all steps together.
        max_characters: characters of a step's result that the model is shown.
        interpreter: runs the code; default: the setting ``interpreter``.
        lm, adapter, config: as for `Predict`.

    Raises:
        ToolError: a tool is none, has no function, or has a name that is taken or no Python name.
        SignatureError: an output has the name ``trajectory``, or an input that of a function.

    Source: Zhang, Kraska and Khattab 2025, "Recursive Language Models".
    """

    finish_name: ClassVar[str] = "SUBMIT"
    how: ClassVar[str] = (
        "The inputs are not shown here. They are variables of code that you write, and may be far too long to be "
        "printed. Work in steps. In each step write code. It is run, and what it prints and the value of its last line "
        "are shown before the next step, cut off where they are long. What it defines stays. Look at the inputs in "
        "pieces first, then put questions about pieces to `llm_query` or, several at once, to `llm_query_batched`. As "
        "soon as you know {outputs}, call `{finish}` in the code with it."
    )

    @overload
    def __init__(
        self: RLM[S],
        signature: type[S],
        tools: Iterable[Tool[..., Any] | Callable[..., Any]] = ...,
        *,
        sub_lm: LM | str | None = ...,
        max_steps: int = ...,
        max_llm_calls: int = ...,
        max_characters: int = ...,
        interpreter: Interpreter | str | None = ...,
        lm: LM | str | None = ...,
        adapter: Adapter | str | None = ...,
        **config: Any,
    ) -> None: ...
    @overload
    def __init__(
        self: RLM[Prediction],
        signature: str | Mapping[str, Any],
        tools: Iterable[Tool[..., Any] | Callable[..., Any]] = ...,
        *,
        sub_lm: LM | str | None = ...,
        max_steps: int = ...,
        max_llm_calls: int = ...,
        max_characters: int = ...,
        interpreter: Interpreter | str | None = ...,
        lm: LM | str | None = ...,
        adapter: Adapter | str | None = ...,
        **config: Any,
    ) -> None: ...
    def __init__(
        self,
        signature: Any,
        tools: Iterable[Any] = (),
        *,
        sub_lm: LM | str | None = None,
        max_steps: int = 20,
        max_llm_calls: int = 50,
        max_characters: int = 10_000,
        interpreter: Interpreter | str | None = None,
        lm: LM | str | None = None,
        adapter: Adapter | str | None = None,
        **config: Any,
    ) -> None:
        declared = ensure_signature(signature)
        self._variables = free_name("variables", declared)
        super().__init__(
            declared,
            tools,
            OFFERED,
            shown=_without_inputs(declared, self._variables),
            max_steps=max_steps,
            max_characters=max_characters,
            interpreter=interpreter,
            lm=lm,
            adapter=adapter,
            **config,
        )
        self.max_llm_calls = whole_number("RLM", "max_llm_calls", max_llm_calls, 1)
        self._has_sub_lm = sub_lm is not None
        question = Signature({"prompt": (str, InputField()), "answer": (str, OutputField())}, _ASK, name="Ask")
        self.ask: Predict[Any] = Predict(question, lm=sub_lm if self._has_sub_lm else lm, adapter=adapter)

    def shown(self, values: Mapping[str, Any]) -> Mapping[str, Any]:
        data, fields = as_data(values), self.signature.input_fields
        return {self._variables: "\n".join(_described(fields[name], data[name]) for name in fields)}

    def functions(self, failures: list[Exception], options: Mapping[str, Any]) -> Mapping[str, Any]:
        own = {} if self._has_sub_lm else {name: options[name] for name in options if name == "lm"}

        async def ask(prompt: str) -> str:
            return (await self.ask.acall(prompt=prompt, **own)).answer

        return Queries(ask, self.max_llm_calls, failures).functions()


def _without_inputs(signature: type[Signature], name: str) -> type[Signature]:
    """Return a signature that has a description of the inputs in their place."""
    for field in signature.input_fields:
        signature = signature.delete(field)
    return signature.prepend(name, InputField("the inputs: variables of the code"), str)


def _described(field: Field, value: Any) -> str:
    """Return what a model is told of a variable: name, type, size, what it is for, and how it begins."""
    written = text_of(value)
    begins = f"{written[:_BEGINNING]!r}" + ("…" if len(written) > _BEGINNING else "")
    about = f" ({field.desc})" if field.desc else ""
    return f"- {field.name}: {type(value).__name__}, {len(written)} characters{about}, begins with {begins}"
