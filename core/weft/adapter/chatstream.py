"""Marked sections of an answer that is still coming."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from ..signature.markers import END_IN_LINE, END_NAME, HEADER
from .streaming import FieldDelta, Unpadded

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence


def _begun(*steps: str) -> str:
    """Return a pattern of what has taken the first of these steps, and then any number of them."""
    pattern = ""
    for step in reversed(steps[1:]):
        pattern = f"(?:{step}{pattern})?"
    return steps[0] + pattern


_BLANK = r"[ \t]{0,9}"
_OPENING = (r"\[", rf"\[{_BLANK}", "#", f"#{_BLANK}")
_MARK = re.compile(rf"^(\\*){HEADER.pattern.removeprefix('^')}", re.MULTILINE)
_BEGUN = re.compile(
    _begun(r"\\*[ \t>*#`]{0,20}", *_OPENING, rf"\w{{1,200}}{_BLANK}", "#", f"#{_BLANK}", r"\]", r"\][ \t*`]{0,20}")
)
_END_BEGUN = re.compile(
    _begun(*_OPENING, *END_NAME[:-1], END_NAME[-1] + _BLANK, "#", f"#{_BLANK}", r"\]", r"\]\s*") + r"\Z"
)
_LONGEST_END = 80


class SectionScanner:
    """Gives the texts between markers without the white space around them, and never a piece of a marker.

    Args:
        names: the fields that are wanted; the first section of a name counts, and that of the form does not.
    """

    def __init__(self, names: Collection[str]) -> None:
        self._waited_for = set(names)
        self._field: str | None = None
        self._lead: str | None = None  # what has come of a field while it may be the form's placeholder
        self._text = Unpadded()
        self._held: str = ""  # what may become a marker
        self._is_ended = False  # whether the end was announced in a line of its own
        self._before = "\n"  # the character before what is held, which tells where lines begin
        self._deltas: list[FieldDelta] = []

    def feed(self, text: str) -> Sequence[FieldDelta]:
        text = f"{self._before}{self._held}{text}"
        place = self._past_marks(text, 1, len(text) - 1)
        hold = _held_from(text, place)
        self._give(text[place:hold])
        self._before, self._held = text[hold - 1], text[hold:]
        return self._taken()

    def finish(self) -> Sequence[FieldDelta]:
        text = f"{self._before}{self._held}"
        rest = text[self._past_marks(text, 1, len(text)) :]
        self._give(rest if self._is_ended else END_IN_LINE.sub("", rest))
        self._end()
        return self._taken()

    def _past_marks(self, text: str, place: int, furthest: int) -> int:
        """Give what stands before and between markers that end at `furthest`, and return where the last one ends."""
        while (mark := _MARK.search(text, place)) is not None and mark.end() <= furthest:
            if mark[1]:  # a line that is protected from being a marker
                self._give(text[place : mark.start()] + text[mark.start() + 1 : mark.end()])
                place = mark.end()
                continue
            self._give(text[place : mark.start()])
            self._begin(mark[2])
            place = mark.end() + text.startswith(":", mark.end())
        return place

    def _give(self, text: str) -> None:
        if self._field is None or not text:
            return
        if self._lead is not None:
            self._lead += text
            if f"{{{self._field}}}".startswith(self._lead.strip()):
                return
            text, self._lead = self._lead, None
        if certain := self._text.add(text):
            self._deltas.append(FieldDelta(self._field, certain))

    def _begin(self, name: str) -> None:
        self._end()
        self._is_ended = self._is_ended or name == END_NAME
        if name in self._waited_for:
            self._waited_for.discard(name)
            self._field, self._lead, self._text = name, "", Unpadded()

    def _end(self) -> None:
        name, lead = self._field, (self._lead or "").strip()
        self._field, self._lead = None, None
        if name is not None and lead == f"{{{name}}}":
            self._waited_for.add(name)
        elif name is not None:
            self._deltas.append(FieldDelta(name, lead, last=True))

    def _taken(self) -> Sequence[FieldDelta]:
        deltas, self._deltas = self._deltas, []
        return deltas


def _held_from(text: str, place: int) -> int:
    """Return where the text must be held back since a marker may have begun there, or its end.

    A marker begins a line; only that of the end may stand at the end of one.
    """
    start = max(text.rfind("\n", place - 1) + 1, place)
    if text[start - 1] != "\n" or not _BEGUN.fullmatch(text, start):
        start = len(text)
    end = _END_BEGUN.search(text, max(place, len(text) - _LONGEST_END))
    return start if end is None else min(start, end.start())
