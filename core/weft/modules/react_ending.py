"""How the work of an agent ends: by calling `finish`, or by answering instead of calling a tool."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..adapter.base import typed_fields
from ..data.calls import ToolResult
from ..data.tool_arguments import read_arguments
from ..data.tool_running import run_calls
from ..errors import ParseError
from ..lm.records import Completion
from .react_signatures import FINISH

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ..adapter.base import Adapter
    from ..data.calls import ToolCall, ToolCalls
    from ..data.tools import Tool
    from ..signature import Signature

Outputs = dict[str, Any]


async def carried_out(
    signature: type[Signature], tools: Mapping[str, Tool[..., Any]], calls: ToolCalls
) -> tuple[tuple[ToolResult, ...], Outputs | None]:
    """Return what came of the calls of a step, in order, and the outputs where one of them ended the work.

    Tools that are called beside `finish` run all the same: what they do may be wanted.
    """
    others = await run_calls(tools, [call for call in calls if call.name != FINISH])
    waiting = iter(others)
    results: list[ToolResult] = []
    outputs: Outputs | None = None
    for call in calls:
        if call.name != FINISH:
            results.append(next(waiting))
            continue
        result, found = _finished(signature, call)
        results.append(result)
        outputs = found if outputs is None else outputs
    return tuple(results), outputs


def answered(signature: type[Signature], adapter: Adapter, text: str) -> tuple[Outputs | None, str]:
    """Return the outputs in a text that came instead of calls; or None, and what was wrong with it."""
    if not text.strip():
        return None, f"No tool was called. Call one, or {FINISH!r} with the answer."
    try:
        return adapter.parse(signature, Completion(text)), ""
    except ParseError as error:
        return None, f"No tool was called, and there is no answer: {error.problem} Call {FINISH!r} with the answer."


def _finished(signature: type[Signature], call: ToolCall) -> tuple[ToolResult, Outputs | None]:
    try:
        outputs = typed_fields(signature, _given(signature, call.arguments), Completion(call.arguments))
    except ParseError as error:
        return ToolResult(error.problem, f"ParseError: {error.problem}"), None
    return ToolResult("The work is done."), outputs


def _given(signature: type[Signature], arguments: str) -> Mapping[str, Any]:
    """Return the outputs as they were given; the only one may be given without its name, or under another."""
    names = list(signature.output_fields)
    try:
        found = read_arguments(arguments)
    except ValueError as error:
        if len(names) == 1 and arguments.lstrip()[:1] not in ("{", "["):
            return {names[0]: arguments}
        raise ParseError(f"The arguments cannot be read: {error}.", raw=arguments) from error
    if len(names) == len(found) == 1:
        return {names[0]: next(iter(found.values()))}
    return found
