"""Prompts with placeholders where a call has inputs, for people who send them without weft."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Any

from ..errors import OptionError
from ..lm.messages import Message
from .placeholders import as_placeholder, as_text
from .taking_apart import template_pieces

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ..lm.capabilities import Capabilities
    from ..lm.records import Request
    from .base import Adapter, Prompt
    from .placeholders import Style


def unfilled_request(adapter: Adapter, prompt: Prompt, fixed: Mapping[str, Any], capabilities: Capabilities) -> Request:
    """Return the request of a call, with a placeholder in the place of each input.

    Args:
        adapter: what writes it.
        prompt: signature and demos.
        fixed: inputs that have values all the same, since no text stands for them.
        capabilities: what the model can do.

    Raises:
        OptionError: the adapter does not show an input as it is, or the text has what looks like a placeholder.
    """
    token = secrets.token_hex(8)  # nobody's text holds it
    names = prompt.signature.input_fields
    marks = {name: f"input{token}n{number}x" for number, name in enumerate(names) if name not in fixed}
    request = adapter.render(prompt, {name: fixed.get(name, marks.get(name)) for name in names}, capabilities)
    shown = "".join(message.text for message in request.messages)
    for name, mark in marks.items():
        if mark not in shown:
            raise OptionError(
                f"{type(adapter).__name__} does not write the input {name!r} as it is, so that there is no place for a "
                "placeholder; export the prompt with inputs."
            )
    return request.replace(
        messages=tuple(_unfilled(message, marks, adapter.placeholder_style) for message in request.messages)
    )


def _unfilled(message: Message, marks: Mapping[str, str], style: Style) -> Message:
    text = source = message.text
    source = as_text(source, style)
    for name, mark in marks.items():
        source = source.replace(mark, as_placeholder(name, style))
    pieces = template_pieces(source, style) if style != "{name}" else []  # which can write every text
    back = "".join(piece.text + marks.get(piece.placeholder or "", "") for piece in pieces)
    if style != "{name}" and back != text:
        raise OptionError(f"The prompt has braces that would be a placeholder in the style {style!r}: {text!r}.")
    return Message(message.role, Message.of(message.role, source).parts, message.tool_calls, message.tool_call_id)
