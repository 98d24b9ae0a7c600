"""Thoughts before an answer that is still coming."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from .thoughts import THOUGHTS

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from .streaming import FieldDelta, StreamParser

_OPENING = re.compile(rf"\s*(?:<({THOUGHTS})>|\[THINK\]|◁think▷)", re.IGNORECASE)
_OPENINGS = (*(f"<{name}>" for name in THOUGHTS.split("|")), "[think]", "◁think▷")


class PastThoughts:
    """Leaves out thoughts in tags at the beginning, and hands the rest on.

    Args:
        scanner: what reads the rest.
        names: the outputs; tags of these names hold no thoughts.
    """

    def __init__(self, scanner: StreamParser, names: Collection[str]) -> None:
        self._scanner, self._names = scanner, names
        self._closing = ""
        self._held = ""
        self._is_past = False

    def feed(self, text: str) -> Sequence[FieldDelta]:
        if self._is_past:
            return self._scanner.feed(text)
        self._held += text
        while self._advanced():
            pass
        return self._rest() if self._is_past else ()

    def finish(self) -> Sequence[FieldDelta]:
        rest = () if self._is_past or self._closing else self._rest()
        return [*rest, *self._scanner.finish()]

    def _advanced(self) -> bool:
        """Go past the beginning or the end of a block of thoughts; False where there is none yet, or none at all."""
        if self._closing:
            return self._is_closed()
        opening = _OPENING.match(self._held)
        if opening is not None and (opening[1] or "").casefold() not in self._names:
            self._closing = _closing_of(opening)
            self._held = self._held[opening.end() :]
            return True
        begun = self._held.lstrip().lower()
        self._is_past = opening is not None or not any(mark.startswith(begun) for mark in _OPENINGS)
        return False

    def _is_closed(self) -> bool:
        place = self._held.lower().find(self._closing)
        if place < 0:
            self._held = self._held[-len(self._closing) :]
            return False
        self._held, self._closing = self._held[place + len(self._closing) :], ""
        return True

    def _rest(self) -> Sequence[FieldDelta]:
        text, self._held = self._held, ""
        return self._scanner.feed(text) if text else ()


def _closing_of(opening: re.Match[str]) -> str:
    mark = opening[0].strip().lower()
    return f"{mark[0]}/{mark[1:]}"
