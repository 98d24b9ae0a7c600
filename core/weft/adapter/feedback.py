"""Feedback on an earlier answer, as pieces of a prompt."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..lm.messages import Message, Part
from ..signature.describe import text_of
from ..signature.markers import marker

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ..data.checks import Feedback
    from ..lm.records import Request

PREVIOUS = "previous answer"
"""The section that holds the outputs which feedback is about."""

_ALMOST_KEPT = 99
"""Of what may be cut, a previous answer gives way last."""


def feedback_sections(feedback: Feedback) -> Mapping[str, str]:
    """Return the sections that tell a model of its earlier answer, by their heading."""
    if feedback.answer is None:
        return {"advice": feedback.message}
    answer = "\n".join(f"{name}: {text_of(value)}" for name, value in feedback.answer.items())
    return {PREVIOUS: answer, "what was wrong with it": feedback.message}


def with_parts(request: Request, parts: Sequence[Part]) -> Request:
    """Return the request with pieces at the end of its last turn, or in a turn of their own after a model's."""
    last = request.messages[-1] if request.messages else None
    if last is None or last.role != "user":
        return request.replace(messages=(*request.messages, Message("user", tuple(parts))))
    return request.replace(messages=(*request.messages[:-1], Message("user", (*last.parts, *parts))))


def marked_parts(feedback: Feedback) -> list[Part]:
    """Return feedback as marked sections. The answer may be cut to make the prompt fit, what was wrong not."""
    return [_part(name, text) for name, text in feedback_sections(feedback).items()]


def _part(name: str, text: str) -> Part:
    heading = marker(name)
    written = f"{heading}\n{text}"
    if name != PREVIOUS:
        return Part("input", written, name)
    return Part("input", written, name, "trim", _ALMOST_KEPT, head=len(heading) + 1)
