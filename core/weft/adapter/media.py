"""Media and passages in prompts: taken out of the text that an adapter wrote, and put in place as pieces of their own.

An adapter knows nothing of it. It writes them as it writes any value, by `text_of` or as JSON, and gets marks.
"""

from __future__ import annotations

import reprlib
from dataclasses import replace
from typing import TYPE_CHECKING, Any, cast

from ..data.marks import MARK, MARKED, Marked, has_marks
from ..data.text import text_of
from ..errors import StateError
from ..lm.messages import Message, part_of
from ..signature.anatomy import classes_in
from ..signature.describe import type_name
from .packing import packed

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from ..data.media import Media
    from ..lm.capabilities import Capabilities
    from ..lm.messages import Part
    from ..lm.records import Request
    from ..signature import Signature
    from .base import Adapter, Prompt

_NONE: Mapping[str, Marked] = {}


def rendered(adapter: Adapter, prompt: Prompt, inputs: Mapping[str, Any], capabilities: Capabilities) -> Request:
    """Return the request that an adapter writes, with media and passages in place."""
    in_demos = prompt.memo("marked", lambda: _marked_in(prompt.demos)) if prompt.demos else _NONE
    found: dict[str, Marked] = {}
    marked = MARKED.set(found)  # a context manager would take longer than the rest
    try:
        request = adapter.render(prompt, inputs, capabilities)
    finally:
        MARKED.reset(marked)
    if not found and not in_demos:
        return request
    return request.replace(messages=in_place(request.messages, {**in_demos, **found}))


def typed_demos(signature: type[Signature], demos: Sequence[Mapping[str, Any]]) -> Sequence[Mapping[str, Any]]:
    """Return demonstrations with media and passages as such, also where they came as plain data.

    Raises:
        StateError: a value of such a field is none.
    """
    names = signature.memo("marked_fields", lambda: _marked_fields(signature)) if demos else ()
    return [_typed(signature, names, demo) for demo in demos] if names else demos


def _marked_fields(signature: type[Signature]) -> tuple[str, ...]:
    return tuple(
        name
        for name, field in signature.fields.items()
        if field.type is not str and any(issubclass(one, Marked) for one in classes_in(field.type))
    )


def _typed(signature: type[Signature], names: Sequence[str], demo: Mapping[str, Any]) -> Mapping[str, Any]:
    from pydantic import ValidationError

    values = {name: demo[name] for name in demo}
    for name in names:
        if name in values:
            try:
                values[name] = signature.fields[name].adapter.validate_python(values[name])
            except ValidationError as error:
                wanted, shown = type_name(signature.fields[name].type), reprlib.repr(values[name])
                raise StateError(f"A demo has {shown} for {name!r}, which is no {wanted}.") from error
    return values


def _marked_in(values: Sequence[Mapping[str, Any]]) -> Mapping[str, Marked]:
    """Return what is written as a mark in values, by the marks."""
    found: dict[str, Marked] = {}
    marked = MARKED.set(found)
    try:
        for mapping in values:
            for value in mapping.values():
                if not isinstance(value, str):
                    text_of(value)
    finally:
        MARKED.reset(marked)
    return found


def in_place(messages: Sequence[Message], marked: Mapping[str, Marked]) -> tuple[Message, ...]:
    """Return the turns with pieces for each mark; demonstrations with media leave the system turn, which is text."""
    turns: list[Message] = []
    for message in messages:
        if not has_marks(message.text):
            turns.append(message)
            continue
        parts = [piece for part in message.parts for text in packed(part, marked) for piece in _pieces(text, marked)]
        if message.role == "system":
            moved = {part.name for part in parts if part.media is not None and part.kind == "demo"}
            turns += _parted(message, parts, moved)
        else:
            turns.append(Message(message.role, tuple(parts), message.tool_calls, message.tool_call_id))
    return tuple(turns)


def _parted(message: Message, parts: Sequence[Part], moved: set[str]) -> Iterator[Message]:
    """Yield a system turn, and a user turn with the pieces that are moved out of it."""
    yield Message(message.role, tuple(part for part in parts if part.name not in moved))
    if moved:
        yield Message("user", tuple(part for part in parts if part.name in moved))


def _pieces(part: Part, marked: Mapping[str, Marked]) -> Iterator[Part]:
    """Yield a piece of a prompt as texts and media; only texts can be trimmed."""
    pieces = MARK.split(part.text)
    if len(pieces) == 1:
        yield part
        return
    for position, piece in enumerate(pieces):
        if position % 3 == 1:  # the quotation marks around the mark
            continue
        if position % 3 == 2:
            media = cast("Media", marked[piece])  # what else there is was packed before
            shown = part_of(media, part.kind, part.name)
            is_kept = part.shrink == "trim" and not media.is_text
            yield replace(shown, shrink="keep" if is_kept else part.shrink, priority=part.priority, cut=part.cut)
        else:
            is_first, is_last = position == 0, position == len(pieces) - 1
            text = _beside(piece, is_first=is_first, is_last=is_last)
            head, tail = part.head if is_first else 0, part.tail if is_last else 0
            if text:
                yield replace(part, text=text, cache_point=False, head=min(head, len(text)), tail=min(tail, len(text)))


def _beside(text: str, *, is_first: bool, is_last: bool) -> str:
    """Return a text without the blanks between it and the media beside it."""
    text = text if is_first else text.lstrip()
    return text if is_last else text.rstrip()
