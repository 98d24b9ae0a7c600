"""Running tools: in time, told as events, and with every failure as something a model can read."""

from __future__ import annotations

import asyncio
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from ..errors import CheckFailed, ToolError, ToolTimeoutError
from ..runtime import offload
from ..runtime.concurrent import map_ordered
from ..runtime.events import emit, observed
from ..runtime.loop import enter_loop
from ..runtime.settings import settings
from ..secrets import without_secrets
from ..spelling import hint
from .calls import ToolCall, ToolResult
from .text import left_out, text_of
from .tool_arguments import checked_arguments
from .tools import arguments_shown

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Mapping, Sequence

    from .tools import Tool

_GRACE_SECONDS = 1.0
"""How long a tool that was cancelled may take to tidy up before it is left alone."""


async def answer(tool: Tool[..., Any], arguments: Mapping[str, Any]) -> Any:
    """Return what a tool's function gives for checked arguments.

    Raises:
        ToolTimeoutError: it took too long.
        Exception: whatever the function raises.
    """
    shown = arguments_shown(arguments) if observed() else ""
    with _told(tool.name, "", shown):
        return await _in_time(tool, tool.prepared(arguments))


async def result_of(tool: Tool[..., Any], call: ToolCall) -> ToolResult:
    """Return what comes of a call as a model wrote it; nothing but a cancellation is raised."""
    started = time.perf_counter()
    try:
        with _told(tool.name, call.id, call.arguments) as told:
            work = tool.prepared(checked_arguments(tool, call.arguments))
            text = without_secrets(text_of(await _in_time(tool, work)))
            told["text"], missing = _cut(text, tool.max_characters)
    except Exception as error:  # noqa: BLE001 - a tool may do anything, and the model must be told
        said, missing = _cut(_said(error), tool.max_characters)
        return ToolResult(said, said, time.perf_counter() - started, missing)
    return ToolResult(told["text"], None, time.perf_counter() - started, missing)


async def run_calls(tools: Mapping[str, Tool[..., Any]], calls: Sequence[ToolCall]) -> tuple[ToolResult, ...]:
    """Return what comes of calls that run side by side, in their order."""

    async def one(call: ToolCall) -> ToolResult:
        tool = tools.get(call.name)
        return unknown_tool(call.name, tools) if tool is None else await result_of(tool, call)

    await enter_loop()
    return tuple(await map_ordered(one, calls, concurrency=min(len(calls), settings.get("concurrency"))))


def unknown_tool(name: str, tools: Mapping[str, Any]) -> ToolResult:
    """Return what a model is told that calls a tool which does not exist."""
    said = f"There is no tool {name!r}.{hint(name, tools)}"
    return ToolResult(said, said)


async def _in_time(tool: Tool[..., Any], work: Callable[[], Any]) -> Any:
    """Run a call in a task of its own, which is cancelled when its time is over, and never waited for in vain."""
    await enter_loop()
    seconds = settings.get("tool_timeout") if tool.timeout is None else tool.timeout
    task = asyncio.ensure_future(_contained(tool, work))
    task.add_done_callback(_noticed)
    try:
        done, _ = await asyncio.wait([task], timeout=None if seconds == float("inf") else seconds)
    except asyncio.CancelledError:
        await _stop(task)
        raise
    if not done:
        await _stop(task)
        raise ToolTimeoutError(f"The tool {tool.name!r} gave no answer within {seconds:g} seconds.")
    if task.cancelled():
        raise ToolError(f"The tool {tool.name!r} was cancelled from inside.")
    return task.result()


async def _contained(tool: Tool[..., Any], work: Callable[[], Any]) -> Any:
    try:
        return await offload.call(work)
    except SystemExit as error:  # a library's way to complain, which would end the event loop
        raise ToolError(f"The tool {tool.name!r} tried to end the process.") from error


async def _stop(task: asyncio.Future[Any]) -> None:
    task.cancel()
    await asyncio.wait([task], timeout=_GRACE_SECONDS)


def _noticed(task: asyncio.Future[Any]) -> None:
    """Look at the failure of a task that nobody waits for any more, so that asyncio does not complain of it."""
    if not task.cancelled():
        task.exception()


@contextmanager
def _told(name: str, call: str, arguments: str) -> Generator[dict[str, str], None, None]:
    """Tell of a call as it begins and ends; its answer is told if it is put into what is given."""
    told = {"text": ""}
    if not observed():
        yield told
        return
    started = time.perf_counter()
    emit("tool.start", name=name, call_id=call, arguments=without_secrets(arguments))
    error: str | None = None
    try:
        yield told
    except BaseException as raised:  # also a cancellation is told
        error = _said(raised)
        raise
    finally:
        seconds = time.perf_counter() - started
        emit("tool.end", name=name, call_id=call, text=told["text"], error=error, seconds=seconds)


def _said(error: BaseException) -> str:
    """Return an exception in words: its type and message, without where in the code it was."""
    if isinstance(error, CheckFailed):  # the rest is about the step that called the tool
        return without_secrets(f"CheckFailed: {error.message}")
    try:
        message = str(error)
    except Exception:  # noqa: BLE001 - an exception of a user's that cannot even be printed
        message = ""
    kind = type(error).__name__
    return without_secrets(f"{kind}: {message}" if message else kind)


def _cut(text: str, most: int) -> tuple[str, int]:
    """Return a text with what exceeds `most` characters cut off and marked, and how much that is."""
    missing = max(0, len(text) - most)
    return (text[:most] + left_out(missing), missing) if missing else (text, 0)
