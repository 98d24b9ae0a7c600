"""The fields of a JSON object that is still coming."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

from .streaming import FieldDelta

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from ..signature import Field

_OF_STRING = re.compile(r'(?:[^"\\]+|\\(?:[^u]|u[0-9a-fA-F]{4}|u(?![0-9a-fA-F]{0,3}\Z)))*')
_HALF_A_PAIR = re.compile(r"(?<!\\)(?:\\\\)*\\u[dD][89abAB][0-9a-fA-F]{2}\Z")
_STRUCTURE = re.compile(r'["\[\]{}]')
_END_OF_SCALAR = re.compile(r"[,}\]\s]")
_BLANK = re.compile(r"[\s,]*")


class ObjectScanner:
    """Gives the values of an object's keys: of a string its characters, of everything else its JSON.

    Every character is looked at once, so that a long answer costs as much a piece as a short one. What stands before
    the object and after it is skipped.

    Args:
        fields: the fields that are wanted; the first value of a key counts.
    """

    def __init__(self, fields: Mapping[str, Field]) -> None:
        self._waited_for = dict(fields)
        self._step: Callable[[str, int], int] = self._seek
        self._held = ""
        self._key = ""
        self._field: Field | None = None
        self._depth = 0
        self._whole: list[str] | None = None  # a value that is given when it is complete
        self._pieces: list[str] = []
        self._deltas: list[FieldDelta] = []

    def feed(self, text: str) -> Sequence[FieldDelta]:
        text, place = self._held + text, 0
        while place < len(text):
            step = self._step
            after = step(text, place)
            if after == place and self._step == step:
                break
            place = after
        self._held = text[place:]
        if self._pieces:
            self._emit()
        deltas, self._deltas = self._deltas, []
        return deltas

    def finish(self) -> Sequence[FieldDelta]:
        return ()

    def _seek(self, text: str, place: int) -> int:
        start = text.find("{", place)
        if start < 0:
            return len(text)
        self._step = self._before_key
        return start + 1

    def _before_key(self, text: str, place: int) -> int:
        place = _end(_BLANK, text, place)
        if place == len(text):
            return place
        if text[place] != '"':  # the object's end, or something that is no JSON
            self._step = _skip
            return place
        self._key, self._step = "", self._in_key
        return place + 1

    def _in_key(self, text: str, place: int) -> int:
        key, place = _decoded(text, place)
        self._key += key
        if text[place : place + 1] != '"':
            return place
        self._step = self._before_value
        return place + 1

    def _before_value(self, text: str, place: int) -> int:
        while place < len(text) and (text[place].isspace() or text[place] == ":"):
            place += 1
        if place == len(text):
            return place
        self._field = self._waited_for.pop(self._key, None)
        if text[place] == '"':
            self._step = self._in_string
            return place + 1
        is_text = self._field is not None and self._field.is_plain_text
        self._whole = [] if is_text else None
        self._step = self._in_container if text[place] in "[{" else self._in_scalar
        return place

    def _in_string(self, text: str, place: int) -> int:
        piece, place = _decoded(text, place)
        self._pieces.append(piece)
        if text[place : place + 1] != '"':
            return place
        self._end_value()
        return place + 1

    def _in_scalar(self, text: str, place: int) -> int:
        end = _END_OF_SCALAR.search(text, place)
        if end is None:
            return place
        self._pieces.append(text[place : end.start()])
        self._end_value()
        return end.start()

    def _in_container(self, text: str, place: int) -> int:
        start = place
        for mark in _STRUCTURE.finditer(text, place):
            place = mark.end()
            if mark[0] == '"':
                self._step = self._in_inner_string
                break
            self._depth += 1 if mark[0] in "[{" else -1
            if self._depth == 0:
                self._pieces.append(text[start:place])
                self._end_value()
                return place
        else:
            place = len(text)
        self._pieces.append(text[start:place])
        return place

    def _in_inner_string(self, text: str, place: int) -> int:
        end = _end(_OF_STRING, text, place)
        if text[end : end + 1] == '"':
            self._step = self._in_container
            end += 1
        self._pieces.append(text[place:end])
        return end

    def _emit(self) -> None:
        text = "".join(self._pieces)
        self._pieces.clear()
        if self._field is None or not text:
            return
        if self._whole is not None:
            self._whole.append(text)
        else:
            self._deltas.append(FieldDelta(self._field.name, text))

    def _end_value(self) -> None:
        self._emit()
        if self._field is not None:
            text = "" if self._whole is None else _as_text("".join(self._whole))
            self._deltas.append(FieldDelta(self._field.name, text, last=True))
        self._field, self._whole, self._step = None, None, self._before_key


def _skip(text: str, place: int) -> int:
    return len(text)


def _end(pattern: re.Pattern[str], text: str, place: int) -> int:
    found = pattern.match(text, place)
    return place if found is None else found.end()


def _decoded(text: str, place: int) -> tuple[str, int]:
    """Return the characters of a JSON string from `place` on, and where they end: at its quote or half an escape."""
    end = _end(_OF_STRING, text, place)
    raw = text[place:end]
    if "\\" not in raw:
        return raw, end
    if text[end : end + 1] != '"' and raw[-6:-4].lower() == "\\u" and _HALF_A_PAIR.search(raw):
        raw, end = raw[:-6], end - 6
    try:
        return json.loads(f'"{raw}"', strict=False), end
    except ValueError:  # an escape that JSON does not have
        return raw, end


def _as_text(raw: str) -> str:
    """Return a value that came for a text field as `coerce` reads it."""
    try:
        return json.dumps(json.loads(raw), ensure_ascii=False)
    except ValueError:
        return raw
