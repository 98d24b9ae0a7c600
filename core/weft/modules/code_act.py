"""CodeAct: the model acts by writing code, which calls the tools."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, TypeVar, overload

from ..signature.signature import Signature
from .code_agent import CodeAgent

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from ..adapter.base import Adapter
    from ..data.prediction import Prediction
    from ..data.tools import Tool
    from ..interpreter import Interpreter
    from ..lm.base import LM

R = TypeVar("R")
S = TypeVar("S", bound=Signature)


class CodeAct(CodeAgent[R]):
    """Answers a signature by writing code, step by step, that calls tools as functions.

    In every step the code is run in a sandbox, and the model sees what it prints, the value of its last line, or what
    went wrong. Names stay from step to step; the inputs are variables. The code ends the work by calling ``finish``
    with the outputs, which are checked. When it has not after `max_steps`, the outputs are taken from what is known by
    then. The result has the outputs and ``trajectory``, a `Trajectory`, which also says how the work ended.

    Its predictors are ``act``, which does the steps, and ``extract``. The descriptions of the tools are slots of
    ``act``, such as ``act.tools.search.desc``.

    Args:
        signature: as for `Predict`; no output may be called ``trajectory``, and no input ``finish``.
        tools: functions or tools, with names that are Python names.
        max_steps: most steps.
        max_characters: characters of a step's result that the model is shown.
        interpreter: runs the code; default: the setting ``interpreter``.
        lm, adapter, config: as for `Predict`.

    Raises:
        ToolError: a tool is none, has no function, or has a name that is taken or no Python name.
        SignatureError: an output has the name ``trajectory``, or an input that of a function.

    Source: Wang et al. 2024, "Executable Code Actions Elicit Better LLM Agents".
    """

    how: ClassVar[str] = (
        "Work in steps. In each step write code. It is run, and what it prints and the value of its last line are "
        "shown before the next step. What it defines stays. The inputs are variables of the code, and the tools "
        "functions that it can call. As soon as you know {outputs}, call `{finish}` in the code with it."
    )

    @overload
    def __init__(
        self: CodeAct[S],
        signature: type[S],
        tools: Iterable[Tool[..., Any] | Callable[..., Any]] = ...,
        *,
        max_steps: int = ...,
        max_characters: int = ...,
        interpreter: Interpreter | str | None = ...,
        lm: LM | str | None = ...,
        adapter: Adapter | str | None = ...,
        **config: Any,
    ) -> None: ...
    @overload
    def __init__(
        self: CodeAct[Prediction],
        signature: str | Mapping[str, Any],
        tools: Iterable[Tool[..., Any] | Callable[..., Any]] = ...,
        *,
        max_steps: int = ...,
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
        max_steps: int = 10,
        max_characters: int = 10_000,
        interpreter: Interpreter | str | None = None,
        lm: LM | str | None = None,
        adapter: Adapter | str | None = None,
        **config: Any,
    ) -> None:
        super().__init__(
            signature,
            tools,
            (),
            max_steps=max_steps,
            max_characters=max_characters,
            interpreter=interpreter,
            lm=lm,
            adapter=adapter,
            **config,
        )
