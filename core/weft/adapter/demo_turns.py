"""Demonstrations that an existing prompt holds as turns, told by the form of its last user turn."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..errors import OptionError, ParseError
from ..lm.records import Completion
from ..signature.coerce import Unfit, coerce
from ..signature.describe import text_of
from .taking_apart import literal_text, template_pieces

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from ..lm.messages import Message
    from ..signature import Signature
    from .placeholders import Style
    from .sections import SectionAdapter


def without_demos(
    messages: Sequence[Message], signature: type[Signature], reading: SectionAdapter, style: Style
) -> tuple[list[Message], list[dict[str, Any]]]:
    """Return a prompt without its demonstrations, and these as values by field.

    They are the pairs of turns right before the last user turn that it and `reading` would write in just these
    characters, each in one way only.
    """
    kept = list(messages)
    users = [place for place, message in enumerate(kept) if message.role == "user"]
    question = users[-1] if users else 0
    demos: list[dict[str, Any]] = []
    while question >= 2:
        demo = _demo(kept[question - 2], kept[question - 1], kept[question], signature, reading, style)
        if demo is None:
            break
        demos.insert(0, demo)
        del kept[question - 2 : question]
        question -= 2
    return kept, demos


def _demo(
    user: Message,
    assistant: Message,
    question: Message,
    signature: type[Signature],
    reading: SectionAdapter,
    style: Style,
) -> dict[str, Any] | None:
    if (user.role, assistant.role) != ("user", "assistant") or assistant.tool_calls:
        return None
    said, answered = literal_text(user.text, style), literal_text(assistant.text, style)
    if said is None or answered is None:
        return None
    inputs = _inputs(said, question, signature, style)
    outputs = None if inputs is None else _outputs(answered, signature, reading)
    return None if inputs is None or outputs is None else {**inputs, **outputs}


def _inputs(said: str, question: Message, signature: type[Signature], style: Style) -> dict[str, Any] | None:
    literals: list[str] = [""]
    names: list[str] = []
    for text, name in template_pieces(question.text, style):
        literals[-1] += text
        if name is not None:
            names.append(name)
            literals.append("")
    found = _between(said, literals) if names else None
    if found is None or not all(name in signature.input_fields for name in names):
        return None
    texts = dict(zip(names, found, strict=True))
    if [texts[name] for name in names] != found:  # the same placeholder twice, for different texts
        return None
    values: dict[str, Any] = {}
    for name, text in texts.items():
        try:
            values[name] = coerce(signature.input_fields[name], text)
        except Unfit:
            return None
    return values if all(text_of(values[name]) == text for name, text in texts.items()) else None


def _outputs(answered: str, signature: type[Signature], reading: SectionAdapter) -> dict[str, Any] | None:
    try:
        outputs = reading.parse(signature, Completion(answered))
        return outputs if reading.write(signature, outputs) == answered else None
    except (ParseError, OptionError):  # no answer of this form, so no demonstration
        return None


def _between(text: str, literals: Sequence[str]) -> list[str] | None:
    """Return the texts between the literals, or None where there are none or several ways to see them."""
    first, *inner, last = literals
    end = len(text) - len(last)
    if not text.startswith(first) or not text.endswith(last) or end < len(first):
        return None
    leftmost = _cuts(len(first), inner, lambda literal, start: text.find(literal, start, end))
    if leftmost is None:
        return None
    back = text[len(first) : end][::-1]
    rightmost = _cuts(0, [literal[::-1] for literal in reversed(inner)], back.find) or []
    mirrored = [(end - stop, end - start) for start, stop in reversed(rightmost)]
    if mirrored != leftmost:
        return None
    edges = [len(first), *(edge for cut in leftmost for edge in cut), end]
    return [text[start:stop] for start, stop in zip(edges[::2], edges[1::2], strict=True)]


def _cuts(start: int, literals: Sequence[str], find: Callable[[str, int], int]) -> list[tuple[int, int]] | None:
    """Return where the literals are, each as early as can be."""
    cuts: list[tuple[int, int]] = []
    for literal in literals:
        at = find(literal, start)
        if at < 0:
            return None
        start = at + len(literal)
        cuts.append((at, start))
    return cuts
