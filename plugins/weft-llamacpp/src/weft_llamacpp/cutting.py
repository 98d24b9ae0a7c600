"""The text of an answer as it grows: whole characters, and nothing from a stop text on."""

from __future__ import annotations

from codecs import getincrementaldecoder
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

_Decoder = getincrementaldecoder("utf-8")


class Cutter:
    """Takes the bytes of tokens and gives the text that may be shown.

    What may be the beginning of a stop text or of a character is kept back until it is known.

    Args:
        stops: texts that end the answer.
    """

    def __init__(self, stops: Sequence[str]) -> None:
        self._stops = [stop for stop in stops if stop]
        self._decoder = _Decoder("replace")
        self._kept = ""
        self.is_over = False

    def feed(self, piece: bytes, *, final: bool = False) -> str:
        """Return what can be shown after the next bytes; after the last ones, all that is left."""
        text = self._kept + self._decoder.decode(piece, final)
        found = [(at + len(stop), at) for stop in self._stops if (at := text.find(stop)) >= 0]
        if found:
            self.is_over = True
            self._kept = ""
            return text[: min(found)[1]]  # the one that is complete first, so that it does not matter how tokens fall
        shown = len(text) if final else len(text) - self._doubtful(text)
        self._kept = text[shown:]
        return text[:shown]

    def _doubtful(self, text: str) -> int:
        """Return the length of the longest end of `text` with which a stop text begins."""
        longest = max(map(len, self._stops), default=1) - 1
        for length in range(min(longest, len(text)), 0, -1):
            if any(stop.startswith(text[-length:]) for stop in self._stops):
                return length
        return 0
