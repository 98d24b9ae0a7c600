"""Tools, steps and demonstrations as pieces of a prompt that can be dropped one by one."""

from __future__ import annotations

import json
from dataclasses import replace
from textwrap import indent
from typing import TYPE_CHECKING, Any

from ..data.trajectory import Trajectory, call_id
from ..lm.messages import Message, Part
from ..signature.describe import text_of
from ..signature.markers import write_sections

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from ..data.tools import Tool
    from ..data.trajectory import TrajectoryStep
    from ..lm.records import Request
    from .base import Prompt

_OF_STEPS = 95
"""Old steps give way after demos and before inputs; the newest is only cut, and last."""
_HIGHEST_OF_DEMOS = 90


def with_system_parts(messages: Sequence[Message], parts: Sequence[Part]) -> tuple[Message, ...]:
    """Return the messages with pieces at the end of the system's turn, which is made where there is none."""
    if not parts:
        return tuple(messages)
    if messages and messages[0].role == "system":
        return (Message("system", (*messages[0].parts, *parts)), *messages[1:])
    return (Message("system", tuple(parts)), *messages)


def without_form(request: Request) -> Request:
    """Return a request that does not say how to answer: the answer is one free text."""
    messages: list[Message] = []
    for message in request.messages:
        kept = tuple(part for part in message.parts if part.kind != "format")
        if kept == message.parts:
            messages.append(message)
        elif kept:
            messages.append(replace_parts(message, kept))
    return request.replace(messages=tuple(messages), response_schema=None)


def replace_parts(message: Message, parts: tuple[Part, ...]) -> Message:
    """Return the turn with other pieces."""
    return Message(message.role, parts, message.tool_calls, message.tool_call_id)


def tools_part(tools: Iterable[Tool[..., Any]]) -> Part:
    """Return what a model is told of tools where it has no form of its own for them."""
    entries = [f"{tool.name}: {tool.desc}\narguments: {_json(tool.parameters)}" for tool in tools]
    lines = [f"- {indent(entry, '  ').lstrip()}" for entry in entries]
    return Part("text", "\n".join(["Tools that can be called:", *lines]), "tools")


def demo_parts(prompt: Prompt, left_out: Sequence[str]) -> list[Part]:
    """Return demos as texts, calls included, which a model must not take for the form of its answer."""
    return [
        Part("demo", _demo_text(prompt, demo, left_out), f"demo {number}", "drop", min(number, _HIGHEST_OF_DEMOS))
        for number, demo in enumerate(prompt.demos, 1)
    ]


def _demo_text(prompt: Prompt, demo: Any, left_out: Sequence[str]) -> str:
    def side(names: Iterable[str]) -> str:
        shown = [(name, demo[name]) for name in names if name in demo and name not in left_out]
        return write_sections((name, str(v) if isinstance(v, Trajectory) else text_of(v)) for name, v in shown)

    signature = prompt.signature
    return (
        f"Example of what is given:\n\n{side(signature.input_fields)}\n\n"
        f"Example of what follows:\n\n{side(signature.output_fields)}"
    )


def steps_as_parts(messages: Sequence[Message], trajectory: Trajectory) -> tuple[Message, ...]:
    """Return the messages with the steps at the end of the last one."""
    last, newest = messages[-1], len(trajectory)
    parts = [_piece(text, number, newest) for number, text in enumerate(trajectory.texts(), 1)]
    return (*messages[:-1], replace_parts(last, (*last.parts, *parts)))


def steps_as_turns(trajectory: Sequence[TrajectoryStep]) -> Iterator[Message]:
    """Yield the steps as turns of the conversation: the model's calls, and what each tool answered."""
    newest = len(trajectory)
    for number, step in enumerate(trajectory, 1):
        calls = [replace(call, id=call_id(call, number, place)) for place, call in enumerate(step.calls, 1)]
        text = step.calls.text or step.thought
        if calls or text:
            said = Part("history", text, f"step {number}") if number == newest else _piece(text, number, newest)
            yield Message("assistant", (said,), tuple(calls))
        for call, result in zip(calls, step.results, strict=True):
            yield Message("tool", (_piece(result.text, number, newest),), tool_call_id=call.id)
        if step.problem:
            yield Message("user", (_piece(step.problem, number, newest),))


def _piece(text: str, number: int, newest: int) -> Part:
    """Return what a step shows: dropped with all of the step where it is an old one, else only cut."""
    name = f"step {number}"
    if number == newest:
        return Part("history", text, name, "trim", cut="middle")
    return Part("history", text, name, "drop", _OF_STEPS)


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)
