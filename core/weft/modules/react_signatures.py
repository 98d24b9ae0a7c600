"""The signatures that ReAct derives from the one it answers, and the tool that ends its work."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..data.calls import ToolCalls
from ..data.tools import Tool
from ..data.trajectory import Trajectory
from ..errors import SignatureError
from ..runtime.frozen import frozen
from ..signature import InputField, OutputField
from ..signature.schema import output_schema

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ..signature import Signature

FINISH = "finish"
"""The tool that ends the work; its arguments are the outputs."""
TRAJECTORY = "trajectory"
"""What the result has beside the outputs."""

_STEPS = (
    "\n\nWork in steps. In each step call one tool or several; those of one step run side by side, and what they "
    "answer is shown before the next step. As soon as you can give {outputs}, call `finish` with it."
)
_EXTRACT = "\n\nWhat was done so far is shown. Answer from what it tells."


@frozen
class Names:
    """What the fields are called that ReAct adds; a user's fields keep their names.

    Attributes:
        tools: the input with the tools.
        trajectory: the input with the steps so far.
        thought: the output with what the model thinks.
        calls: the output with the calls.
    """

    tools: str
    trajectory: str
    thought: str
    calls: str


def names_beside(signature: type[Signature]) -> Names:
    """Return names that no field of a signature has.

    Raises:
        SignatureError: an output has the name that the trajectory has in the result.
    """
    if TRAJECTORY in signature.output_fields:
        raise SignatureError(
            f"{signature.__name__} has an output {TRAJECTORY!r}; what ReAct returns has its own under that name."
        )
    return Names(*[free_name(name, signature) for name in ("tools", TRAJECTORY, "thought", "calls")])


def free_name(name: str, signature: type[Signature]) -> str:
    """Return a name that no field of a signature has: this one, or one like it."""
    while name in signature.fields:
        name += "_"
    return name


def stepping(signature: type[Signature], names: Names, tools: Sequence[Tool[..., Any]]) -> type[Signature]:
    """Return the signature of one step: from what is given, the tools and the steps so far to the next calls."""
    outputs = ", ".join(f"`{name}`" for name in signature.output_fields)
    step = signature.with_instructions(signature.instructions + _STEPS.format(outputs=outputs))
    for name in signature.output_fields:
        step = step.delete(name)
    step = step.append(names.tools, InputField("the tools", default=tuple(tools)), tuple[Tool[..., Any], ...])
    step = with_trajectory(step, names.trajectory)
    step = step.append(names.thought, OutputField("what is known, and what to do next", default=""), str)
    return step.append(names.calls, OutputField("the tools to call in this step"), ToolCalls)


def extracting(signature: type[Signature], trajectory: str) -> type[Signature]:
    """Return the signature that answers from the steps that were made, which are its input `trajectory`."""
    return with_trajectory(signature.with_instructions(signature.instructions + _EXTRACT), trajectory)


def with_trajectory(signature: type[Signature], name: str) -> type[Signature]:
    """Return a signature with an input for the steps so far."""
    return signature.append(name, InputField("what was done so far", default=Trajectory()), Trajectory)


def finish_tool(signature: type[Signature]) -> Tool[..., Any]:
    """Return the tool that takes a signature's outputs; there is no function behind it."""
    return Tool(name=FINISH, desc="End the work and give the answer.", parameters=output_schema(signature).schema)
