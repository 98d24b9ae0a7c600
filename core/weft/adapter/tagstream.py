"""Fields between tags: ``<answer>…</answer>``, in a text that is still coming or that has come."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

from .streaming import FieldDelta, Unpadded

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

OPEN_VERBATIM, CLOSE_VERBATIM = "<![CDATA[", "]]>"


class TagScanner:
    """Gives the texts between the tags of fields.

    A field ends at its own closing tag; other tags in it are text. White space around a value is not part of it. What
    stands in ``<![CDATA[…]]>`` is taken as it is, white space and closing tags included.

    Args:
        names: the fields that are wanted; the first element of a name counts.

    Attributes:
        open_field: the field whose closing tag has not come yet; None outside of fields.
    """

    def __init__(self, names: Collection[str]) -> None:
        self.open_field: str | None = None
        self._waited_for = set(names)
        self._openings = tuple(f"<{name}>" for name in names)
        self._marks = self._openings
        self._is_verbatim = False
        self._text = Unpadded()
        self._held = ""
        self._deltas: list[FieldDelta] = []

    def feed(self, text: str) -> Sequence[FieldDelta]:
        text, place, is_going = self._held + text, 0, True
        while is_going:
            place, is_going = self._verbatim(text, place) if self._is_verbatim else self._to_mark(text, place)
        self._held = text[place:]
        return self._taken()

    def finish(self) -> Sequence[FieldDelta]:
        """Return what was held back; a field that was not closed is not said to be complete."""
        if self._is_verbatim:
            self._give_exactly(self._held)
        else:
            self._give(self._held)
        return self._taken()

    def _to_mark(self, text: str, place: int) -> tuple[int, bool]:
        """Give what stands before the next mark and pass it; without one, all but what may become a mark."""
        mark = _any_of(self._marks).search(text, place)
        if mark is None:
            hold = _held_from(text, place, self._marks)
            self._give(text[place:hold])
            return hold, False
        self._give(text[place : mark.start()])
        if mark[0] == OPEN_VERBATIM:
            self._is_verbatim = True
        elif self.open_field is not None:
            self._end()
        else:
            self._begin(mark[0][1:-1])
        return mark.end(), True

    def _verbatim(self, text: str, place: int) -> tuple[int, bool]:
        end = text.find(CLOSE_VERBATIM, place)
        hold = _held_from(text, place, (CLOSE_VERBATIM,)) if end < 0 else end
        self._give_exactly(text[place:hold])
        if end < 0:
            return hold, False
        self._is_verbatim = False
        return end + len(CLOSE_VERBATIM), True

    def _begin(self, name: str) -> None:
        if name in self._waited_for:
            self._waited_for.discard(name)
            self.open_field, self._text = name, Unpadded()
            self._marks = (f"</{name}>", OPEN_VERBATIM)

    def _end(self) -> None:
        if self.open_field is not None:
            self._deltas.append(FieldDelta(self.open_field, "", last=True))
        self.open_field, self._marks = None, self._openings

    def _give(self, text: str) -> None:
        if self.open_field is not None and (certain := self._text.add(text)):
            self._deltas.append(FieldDelta(self.open_field, certain))

    def _give_exactly(self, text: str) -> None:
        if self.open_field is not None and (certain := self._text.add_exactly(text)):
            self._deltas.append(FieldDelta(self.open_field, certain))

    def _taken(self) -> Sequence[FieldDelta]:
        deltas, self._deltas = self._deltas, []
        return deltas


@lru_cache(maxsize=256)
def _any_of(marks: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile("|".join(map(re.escape, marks)))


def _held_from(text: str, place: int, marks: tuple[str, ...]) -> int:
    """Return where the text must be held back, since a mark may have begun there, or its end."""
    first = marks[0][0]
    start = text.find(first, max(place, len(text) - max(map(len, marks)) + 1))
    while start >= 0:
        if any(mark.startswith(text[start:]) for mark in marks):
            return start
        start = text.find(first, start + 1)
    return len(text)
