"""Which fields of a signature hold tools, calls of tools and what was done so far."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast, get_args, get_origin

from ..data.calls import ToolCalls
from ..data.tools import Tool
from ..data.trajectory import Trajectory
from ..errors import OptionError, SignatureError
from ..runtime.frozen import frozen
from ..signature.fields import bare_type

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ..signature import Signature


@frozen
class ToolFields:
    """The fields of one signature.

    Attributes:
        tools: inputs that hold tools.
        calls: the output that holds calls of tools, or an empty name.
        trajectory: the input that holds the steps so far, or an empty name.
    """

    tools: tuple[str, ...]
    calls: str
    trajectory: str


def tool_fields(signature: type[Signature]) -> ToolFields | None:
    """Return the fields that have to do with tools, found once for the signature; None where there are none.

    Raises:
        SignatureError: two outputs hold calls, or two inputs steps.
    """
    return signature.memo("tool_fields", lambda: _found(signature))


def tools_in(value: Any) -> tuple[Tool[..., Any], ...]:
    """Return the tools in the value of an input that holds them: one, or a list of them, or none."""
    if value is None:
        return ()
    return (cast("Tool[..., Any]", value),) if isinstance(value, Tool) else tuple(value)


def own_tools(signature: type[Signature]) -> Mapping[str, Tool[..., Any]] | None:
    """Return the tools that a signature shows by itself, by name; None where calls may bring others."""
    fields = tool_fields(signature)
    inputs = [signature.input_fields[name] for name in fields.tools] if fields else []
    if any(field.required for field in inputs):
        return None
    return {tool.name: tool for field in inputs for tool in tools_in(field.default_value())}


def tool_values(signature: type[Signature]) -> dict[str, Any]:
    """Return values of the inputs that have to do with tools, for a prompt without inputs: no steps, and its own tools.

    Raises:
        OptionError: tools are given with each call.
    """
    fields = tool_fields(signature)
    if fields is None:
        return {}
    if own_tools(signature) is None:
        raise OptionError(f"The tools of {signature.__name__} come with each call; export the prompt with inputs.")
    values = {name: signature.input_fields[name].default_value() for name in fields.tools}
    return {**values, fields.trajectory: Trajectory()} if fields.trajectory else values


def _found(signature: type[Signature]) -> ToolFields | None:
    tools = tuple(name for name, field in signature.input_fields.items() if _holds(field.type, Tool))
    calls = [name for name, field in signature.output_fields.items() if _holds(field.type, ToolCalls)]
    trajectory = [name for name, field in signature.input_fields.items() if _holds(field.type, Trajectory)]
    for names, what in ((calls, "outputs that hold calls of tools"), (trajectory, "inputs that hold steps")):
        if len(names) > 1:
            raise SignatureError(f"{signature.__name__} has {len(names)} {what}, {' and '.join(names)}; one is enough.")
    if not (tools or calls or trajectory):
        return None
    return ToolFields(tools, "".join(calls), "".join(trajectory))


def _holds(type_: Any, wanted: type) -> bool:
    """Whether a type is `wanted`, or a container or union of it."""
    bare = bare_type(type_)
    itself = get_origin(bare) or bare
    if isinstance(itself, type) and issubclass(itself, wanted):
        return True
    return any(_holds(argument, wanted) for argument in get_args(bare) if argument is not ...)
