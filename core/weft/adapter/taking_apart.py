"""Existing prompts taken apart: which stretches of their text are slots, each with a placeholder in its place."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, cast

from ..errors import OptionError
from ..lm.messages import Message
from ..spelling import hint
from .filling import OWN_NAMES
from .placeholders import Piece, as_placeholder, pieces_of
from .templates import PARAGRAPH

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from .placeholders import Style

Slots = Literal["instructions", "sections"] | Mapping[str, str]

_INSTRUCTIONS = "instructions"
_HEADING = re.compile(r"^ {0,3}#{1,6}[ \t]+(?P<title>\S.*)$", re.MULTILINE)
_FENCED = re.compile(r"^ {0,3}(?P<fence>```+|~~~+).*?(?:^ {0,3}(?P=fence)|\Z)", re.MULTILINE | re.DOTALL)


class TakenApart(NamedTuple):
    """A prompt with placeholders for its slots, and what they hold: literal texts, in which braces are braces."""

    messages: tuple[Message, ...]
    slots: Mapping[str, str]


class _Stretch(NamedTuple):
    """A stretch of the text of a message, and the name of its slot."""

    name: str
    start: int
    end: int


def taken_apart(messages: Sequence[Message], slots: Slots, style: Style, taken: Collection[str]) -> TakenApart:
    """Return a prompt taken apart.

    Args:
        messages: the prompt.
        slots: which texts are slots, see `Predict.from_prompt`.
        style: how placeholders are written.
        taken: names that slots cannot have.

    Raises:
        OptionError: a slot cannot be found, or its name is taken.
    """
    if isinstance(slots, Mapping):
        return _by_texts(messages, slots, style, taken)
    place = _main_turn(messages)
    found = _found(messages[place].text, slots, style, taken) if place is not None else []
    apart = TakenApart(tuple(messages), {})
    for stretch in reversed(found):  # from the end, so that the places before stay right
        apart = _replaced(apart, place or 0, stretch, style)
    return TakenApart(apart.messages, {stretch.name: apart.slots[stretch.name] for stretch in found})


def literal_text(source: str, style: Style) -> str | None:
    """Return what a template says, or None where it has a placeholder."""
    pieces = template_pieces(source, style)
    return "".join(piece.text for piece in pieces) if all(piece.placeholder is None for piece in pieces) else None


def template_pieces(source: str, style: Style) -> list[Piece]:
    """Return the pieces of a whole message; placeholders do not reach over paragraphs."""
    pieces: list[Piece] = []
    for number, paragraph in enumerate(source.split(PARAGRAPH)):
        if number:
            pieces.append(Piece(PARAGRAPH, None))
        pieces += pieces_of(paragraph, style)
    return pieces


def _main_turn(messages: Sequence[Message]) -> int | None:
    """Return the place of the system turn, else of the first turn where a user speaks, or None."""
    roles = [message.role for message in messages]
    return roles.index("system") if "system" in roles else 0 if roles[:1] == ["user"] else None


def _found(text: str, slots: Any, style: Style, taken: Collection[str]) -> list[_Stretch]:
    if slots == "instructions":
        stretch = None if _INSTRUCTIONS in taken else _leading(text, style)
        return [] if stretch is None else [stretch]
    if slots == "sections":
        return _sections(text, style, taken)
    raise OptionError(
        f"slots must be 'instructions', 'sections' or a dict of texts by name, not {slots!r}."
        f"{hint(str(slots), ('instructions', 'sections'))}"
    )


def _leading(text: str, style: Style) -> _Stretch | None:
    """Return the paragraphs before the one that has the first placeholder."""
    end = 0
    for paragraph in text.split(PARAGRAPH):
        if literal_text(paragraph, style) is None:
            break
        end += len(paragraph) + len(PARAGRAPH)
    return _trimmed(_INSTRUCTIONS, text, 0, min(end, len(text)))


def _trimmed(name: str, text: str, start: int, end: int) -> _Stretch | None:
    """Return a stretch without the white space around it, which stays in the prompt; None: there is nothing else."""
    inner = text[start:end].strip()
    begin = start + text[start:end].find(inner)
    return _Stretch(name, begin, begin + len(inner)) if inner else None


def _sections(text: str, style: Style, taken: Collection[str]) -> list[_Stretch]:
    fenced = [found.span() for found in _FENCED.finditer(text)]
    headings = [
        found for found in _HEADING.finditer(text) if not any(start <= found.start() < end for start, end in fenced)
    ]
    if not headings:
        raise OptionError("The prompt has no sections: no line of its first turn is a heading such as '# Tone'.")
    starts = [(_INSTRUCTIONS, 0), *((_name(found["title"]), found.end()) for found in headings)]
    ends = [*(found.start() for found in headings), len(text)]
    names = {*taken, *(OWN_NAMES - {_INSTRUCTIONS})}
    return list(_named_apart(text, style, starts, ends, names))


def _named_apart(
    text: str, style: Style, starts: Sequence[tuple[str, int]], ends: Sequence[int], taken: set[str]
) -> Iterator[_Stretch]:
    """Yield the sections that hold a text and no placeholder, each with a name of its own."""
    for (name, start), end in zip(starts, ends, strict=True):
        stretch = _trimmed(name, text, start, end)
        if stretch is None or literal_text(text[stretch.start : stretch.end], style) is None:
            continue
        number = 2
        while stretch.name in taken:
            stretch = stretch._replace(name=f"{name}_{number}")
            number += 1
        taken.add(stretch.name)
        yield stretch


def _name(title: str) -> str:
    words = "_".join(re.findall(r"\w+", title.casefold()))
    return words if words.isidentifier() and not words.startswith("_") else f"section_{words}".rstrip("_")


def _by_texts(
    messages: Sequence[Message], slots: Mapping[Any, Any], style: Style, taken: Collection[str]
) -> TakenApart:
    apart = TakenApart(tuple(messages), {})
    for name, text in slots.items():
        is_name = isinstance(name, str) and name.isidentifier()
        if not is_name or name in taken or name in OWN_NAMES - {_INSTRUCTIONS}:
            raise OptionError(f"A slot cannot be called {name!r}: it is no name, or that of something else.")
        if not isinstance(text, str) or not text:
            raise OptionError(f"The slot {name!r} is given as the text that it has in the prompt, not {text!r}.")
        places = [
            (place, message.text.find(text)) for place, message in enumerate(apart.messages) if text in message.text
        ]
        if len(places) != 1 or apart.messages[places[0][0]].text.count(text) > 1:
            times = "not" if not places else "more than once"
            raise OptionError(f"The text of the slot {name!r} is {times} in the prompt: {_shortened(text)!r}.")
        place, start = places[0]
        apart = _replaced(apart, place, _Stretch(name, start, start + len(text)), style)
    return apart


def _replaced(apart: TakenApart, place: int, stretch: _Stretch, style: Style) -> TakenApart:
    """Put a placeholder in the place of a stretch.

    Raises:
        OptionError: it has a placeholder, or cuts one or a doubled brace in two.
    """
    message = apart.messages[place]
    text = message.text[stretch.start : stretch.end]
    literal = _quietly(text, style)
    source = f"{message.text[: stretch.start]}{as_placeholder(stretch.name, style)}{message.text[stretch.end :]}"
    expected = template_pieces(message.text, style)
    if literal is None or _flat(template_pieces(source, style), {stretch.name: literal}) != _flat(expected, {}):
        raise OptionError(
            f"The text of the slot {stretch.name!r} must be a stretch of text without placeholders, not "
            f"{_shortened(text)!r}."
        )
    parts = Message.of(message.role, source).parts
    changed = Message(message.role, parts, message.tool_calls, message.tool_call_id)
    messages = (*apart.messages[:place], changed, *apart.messages[place + 1 :])
    return TakenApart(messages, {**apart.slots, stretch.name: literal})


def _quietly(text: str, style: Style) -> str | None:
    try:
        return literal_text(text, style)
    except OptionError:  # half of a placeholder, which the caller words better
        return None


def _flat(pieces: Sequence[Piece], slots: Mapping[str, str]) -> list[str | tuple[str]]:
    """Return texts and, as tuples, placeholders, with slots filled in and neighbouring texts joined."""
    flat: list[str | tuple[str]] = [""]
    for text, name in pieces:
        filled = text + slots.get(cast("str", name), "") if name is None or name in slots else text
        flat[-1] = cast("str", flat[-1]) + filled
        if name is not None and name not in slots:
            flat += [(name,), ""]
    return flat


def _shortened(text: str) -> str:
    return text if len(text) <= 60 else f"{text[:60]}…"
