"""Conversations in prompts: what was said so far, as turns before the question; old turns are dropped first."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from ..data.calls import ToolCall, ToolCalls
from ..data.history import Exchange, Turn
from ..data.text import text_of
from ..data.trajectory import call_id
from ..errors import InputError
from ..lm.messages import Message, Part, part_of
from ..signature.markers import END, protected, write_sections
from ..spelling import hint

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from ..data.history import History
    from ..lm.capabilities import Capabilities
    from ..lm.messages import Role
    from ..signature import Signature
    from .base import Adapter

_OF_HISTORY = 93
"""Turns give way after demos, and before the steps of an agent and inputs."""


def exchange_in_sections(inputs: Mapping[str, Any], outputs: Mapping[str, Any]) -> tuple[Message, ...]:
    """Return a past call as two turns in marked sections."""
    asked = write_sections((name, text_of(value)) for name, value in inputs.items())
    answered = write_sections((name, protected(text_of(value))) for name, value in outputs.items())
    turns: tuple[tuple[Role, str], ...] = (("user", asked), ("assistant", f"{answered}\n\n{END}" if answered else ""))
    return tuple([Message.of(role, text, "history") for role, text in turns if text])


class Past:
    """Writes the turns of a conversation as an adapter would have written them.

    Args:
        adapter: who writes the exchanges.
        signature: whose conversation it is.
        capabilities: what the model can do.
        calls_natively: whether calls of tools have a form of their own; otherwise they are text.
    """

    def __init__(
        self, adapter: Adapter, signature: type[Signature], capabilities: Capabilities, *, calls_natively: bool
    ) -> None:
        self._adapter, self._signature, self._capabilities = adapter, signature, capabilities
        self._native = calls_natively

    def messages(self, history: History, whole: type[Signature]) -> Iterator[Message]:
        """Yield the turns; those that belong together have one name, and are dropped together.

        Args:
            history: the conversation.
            whole: the signature with all fields, which tells inputs from outputs and types of values.

        Raises:
            InputError: it has a field that is neither.
        """
        group, names = 0, dict[str, str]()
        for number, turn in enumerate(history, 1):
            if number == 1 or isinstance(turn, Exchange) or turn.role == "user":
                group += 1
            if isinstance(turn, Turn):
                written = [self._said(turn, number, names)]
            else:
                written = self._exchanged(_sorted(turn, whole, number), number, names)
            yield from (_droppable(message, f"turn {group}") for message in written)

    def _said(self, turn: Turn, number: int, names: dict[str, str]) -> Message:
        parts = tuple([part_of(piece, "history") for piece in turn.content])
        if turn.role != "tool":
            return self._with_calls(Message(turn.role, parts), turn.tool_calls, number, names)
        if self._native:
            return Message("tool", parts, tool_call_id=turn.tool_call_id)
        answered = names.get(turn.tool_call_id, turn.tool_call_id)
        return Message("user", (Part("history", f"What `{answered}` gave:"), *parts))

    def _exchanged(self, turn: Exchange, number: int, names: dict[str, str]) -> list[Message]:
        calls = [call for value in turn.outputs.values() if isinstance(value, ToolCalls) for call in value]
        rest = {name: value for name, value in turn.outputs.items() if not isinstance(value, ToolCalls)}
        written = [*self._adapter.exchange(self._signature, turn.inputs, rest, self._capabilities)]
        if calls:
            last = written.pop() if written and written[-1].role == "assistant" else Message("assistant", ())
            written.append(self._with_calls(last, tuple(calls), number, names))
        return written

    def _with_calls(self, message: Message, calls: tuple[ToolCall, ...], number: int, names: dict[str, str]) -> Message:
        """Return a turn with the calls that it asks for, in their own form or as text."""
        if not calls:
            return message
        known = tuple([replace(call, id=call_id(call, number, place)) for place, call in enumerate(calls, 1)])
        names.update({call.id: call.name for call in known})
        if self._native:
            return Message(message.role, message.parts, known)
        text = json.dumps(ToolCalls(calls).shown(), ensure_ascii=False)
        return Message(message.role, (*message.parts, Part("history", text)))


def _sorted(turn: Exchange, signature: type[Signature], number: int) -> Exchange:
    """Return an exchange with what was given and what was answered apart, in the types of the fields."""
    sides: dict[str, dict[str, Any]] = {"input": dict(turn.inputs), "output": dict(turn.outputs)}
    for name, value in turn.fields.items():
        if name not in signature.fields:
            near = hint(name, signature.fields)
            raise InputError(
                f"Turn {number} of the history has {name!r}, which is no field of {signature.__name__}.{near}"
            )
        sides[signature.fields[name].kind][name] = value
    return Exchange(_typed(sides["input"], signature), _typed(sides["output"], signature))


def _typed(values: Mapping[str, Any], signature: type[Signature]) -> dict[str, Any]:
    """Return values in the types of their fields; what does not fit, or belongs to no field, is shown as it is."""
    from pydantic import ValidationError

    typed = dict(values)
    for name, value in values.items():
        field = signature.fields.get(name)
        if field is not None and not field.is_plain_text:
            try:
                typed[name] = field.adapter.validate_python(value)
            except ValidationError:
                continue
    return typed


def _droppable(message: Message, name: str) -> Message:
    changes: dict[str, Any] = {"kind": "history", "name": name, "shrink": "drop", "priority": _OF_HISTORY}
    parts = tuple([replace(part, **changes) for part in message.parts])
    return Message(message.role, parts, message.tool_calls, message.tool_call_id)
