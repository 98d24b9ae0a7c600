"""What a prompt says: its demonstrations, its question, and the guidance around them."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from ...data.similarity import similarities
from .sections import content_of, fields_of

if TYPE_CHECKING:
    from ..messages import Message
    from ..records import Request

_SHARPNESS = 3
"""Power of similarities in the vote: few near demonstrations outvote many far ones; 2 to 6 do about as well."""


@dataclass(frozen=True, slots=True)
class Demonstration:
    """A user turn that was answered, with the answer's fields (the whole under ``""`` if it has none).

    Attributes:
        answer: the assistant's text.
        fields: the answer's fields by name, in order.
        similarity: of the user turn to the question, from 0 to 1.
        vote: the share this demonstration has in the vote; all together have 1.
    """

    answer: str
    fields: dict[str, Any]
    similarity: float
    vote: float


@dataclass(frozen=True, slots=True)
class Reading:
    """A prompt, taken apart.

    Attributes:
        guidance: system messages, and the question where it carries the instructions itself.
        question: the last user turn.
        content: the question without the marks around its fields.
        demonstrations: the answered turns before it, in order.
    """

    guidance: str
    question: str
    content: str
    demonstrations: tuple[Demonstration, ...]

    @property
    def confidence(self) -> float:
        """How much the vote is worth, from 0 to 1: the squared similarity of the most similar demonstration."""
        return max((demo.similarity for demo in self.demonstrations), default=0.0) ** 2


def read(request: Request) -> Reading:
    """Take a request's messages apart."""
    messages = request.messages
    last = max((place for place, message in enumerate(messages) if message.role == "user"), default=len(messages) - 1)
    question = messages[last].text
    guidance = "\n\n".join([message.text for message in messages if message.role == "system"])
    pairs = [
        (asked.text, answered.text)
        for asked, answered in pairwise(messages[:last])
        if asked.role == "user" and answered.role == "assistant"
    ]
    return Reading(guidance or question, question, content_of(question), _weighed(question, pairs))


def texts_of(messages: tuple[Message, ...]) -> list[tuple[str, str]]:
    """Return the turns as pairs of role and text."""
    return [(message.role, message.text) for message in messages]


def _weighed(question: str, pairs: list[tuple[str, str]]) -> tuple[Demonstration, ...]:
    found = similarities(question, [asked for asked, _ in pairs])
    sharp = [similarity**_SHARPNESS for similarity in found]
    total = sum(sharp)
    votes = [share / total for share in sharp] if total else [1 / len(pairs) for _ in pairs]
    fields = _comparable([dict(fields_of(answer)) for _, answer in pairs], [answer for _, answer in pairs])
    return tuple(map(Demonstration, [answer for _, answer in pairs], fields, found, votes))


def _comparable(fields: list[dict[str, Any]], answers: list[str]) -> list[dict[str, Any]]:
    """Return the answers' fields, or the answers as one field each where they do not end in the same one."""
    endings = {next(reversed(named), "") for named in fields}
    if len(endings) == 1 and "" not in endings:
        return fields
    return [{"": answer.strip()} for answer in answers]
