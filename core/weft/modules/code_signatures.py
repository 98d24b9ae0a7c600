"""The signatures of modules that write code: what a step is shown, and what it gives."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..data.tools import Tool
from ..errors import SignatureError, ToolError
from ..interpreter.hosting import is_python_name
from ..runtime.frozen import frozen
from ..signature import InputField, OutputField
from .react_signatures import TRAJECTORY, free_name, with_trajectory

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ..signature import Signature


@frozen
class CodeNames:
    """What the fields are called that are added to a signature; a user's fields keep their names.

    Attributes:
        tools: the input with the functions that code can call.
        trajectory: the input with the steps so far.
        language: the input that says what the code is written in.
        thought: the output with what the model thinks.
        code: the output with the code.
    """

    tools: str
    trajectory: str
    language: str
    thought: str
    code: str


def code_names(signature: type[Signature]) -> CodeNames:
    """Return names that no field of a signature has.

    Raises:
        SignatureError: an output has the name that the trajectory has in the result.
    """
    if TRAJECTORY in signature.output_fields:
        raise SignatureError(
            f"{signature.__name__} has an output {TRAJECTORY!r}; what comes back has its own under that name."
        )
    return CodeNames(*[free_name(name, signature) for name in ("tools", TRAJECTORY, "language", "thought", "code")])


def coding(
    signature: type[Signature], names: CodeNames, how: str, tools: Sequence[Tool[..., Any]] = ()
) -> type[Signature]:
    """Return the signature of a step: from the inputs of a signature, the tools and the steps so far to code.

    Args:
        signature: the signature that is to be answered in the end.
        names: what the added fields are called.
        how: what the model is told besides the signature's instructions.
        tools: what the code can call.
    """
    step = signature.with_instructions(f"{signature.instructions}\n\n{how}")
    for name in signature.output_fields:
        step = step.delete(name)
    step = step.append(names.language, InputField("what to write the code in", default="Python"), str)
    if tools:
        functions = InputField("functions that the code can call", default=tuple(tools))
        step = step.append(names.tools, functions, tuple[Tool[..., Any], ...])
    step = with_trajectory(step, names.trajectory)
    step = step.append(names.thought, OutputField("what is known, and what to do next", default=""), str)
    return step.append(names.code, OutputField("the code of this step, and nothing else"), str)


def outputs_named(signature: type[Signature]) -> str:
    """Return the names of the outputs, for a sentence."""
    return ", ".join(f"`{name}`" for name in signature.output_fields)


def check_names(tools: Mapping[str, Tool[..., Any]], signature: type[Signature], taken: Sequence[str]) -> None:
    """Refuse tools that code cannot call, and inputs that would be in the place of a function.

    Raises:
        ToolError: a tool has no function, no Python name, or one that a variable or another function has.
        SignatureError: an input has the name of a function that the code needs.
    """
    for name in taken:
        if name in signature.input_fields:
            raise SignatureError(
                f"{signature.__name__} has an input {name!r}, and the code has a function of that name. "
                "Give the input another name."
            )
    for name, tool in tools.items():
        if not is_python_name(name):
            raise ToolError(f"{name!r} cannot name a tool in code; give it a Python name: Tool(function, name=…).")
        if not tool.runs:
            raise ToolError(f"The tool {name!r} has no function, so code cannot call it.")
        if name in taken or name in signature.input_fields:
            raise ToolError(f"No tool can be called {name!r} here: the code has that name for something else.")
