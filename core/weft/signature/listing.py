"""Lists that are written as people write them: with bullets, numbers, one an entry a line, or commas."""

from __future__ import annotations

import re

from .unfit import Unfit, undecorated

_BULLET = re.compile(r"(?P<indent>[ \t]*)(?:[-*•‣+–]|\(?\d{1,3}[.)]|\(?[a-z][.)])[ \t]+(?P<item>.*)")
_THOUSANDS = re.compile(r"\d{1,3}(?:,\d{3})+")
_NOTHING = frozenset({"none", "n/a", "null", "[]", "nothing", "(none)", "empty"})
_MOST_WORDS = 6
_MOST_WORDS_IN_A_SENTENCE = 3


def listed(text: str) -> list[str] | None:
    """Return the entries of a list in `text`, or None where it is prose.

    Raises:
        Unfit: it may be one entry or several.
    """
    text = text.strip()
    if undecorated(text).casefold() in _NOTHING:
        return []
    lines = [line for line in text.splitlines() if line.strip()]
    if any(_BULLET.fullmatch(line) for line in lines):
        return _bulleted(lines)
    if len(lines) > 1:
        return _entries([line.strip().rstrip(",;") for line in lines])
    return _separated(text) if lines else None


def _bulleted(lines: list[str]) -> list[str] | None:
    """Return the entries; a heading before the first is dropped, and a line without a bullet goes on with the entry.

    Bullets inside bullets are no list of entries.
    """
    entries: list[str] = []
    bullets = [_BULLET.fullmatch(line) for line in lines]
    if len({bullet["indent"] for bullet in bullets if bullet is not None}) > 1:
        return None
    for number, (line, bullet) in enumerate(zip(lines, bullets, strict=True)):
        if bullet is not None:
            entries.append(_entry(bullet["item"]))
        elif entries:
            entries[-1] = f"{entries[-1]}\n{line.strip()}"
        elif number or not line.rstrip(" *").endswith(":"):
            return None
    return entries


def _separated(text: str) -> list[str] | None:
    if _THOUSANDS.fullmatch(text):
        raise Unfit(f"must be a list: {text!r} may be one number or several.")
    is_sentence = text.endswith(".")
    text = text.rstrip(".")
    separator = ";" if ";" in text else ","
    pieces = [piece.strip() for piece in text.split(separator)]
    if len(pieces) > 1 and not pieces[-1]:
        pieces.pop()
    last = re.match(r"(?:and|or|&)\s+(.*)", pieces[-1])
    if len(pieces) > 2 and last is not None:  # the comma before the word says that it is no part of the entry
        pieces[-1] = last[1]
    elif re.search(r"\s(?:and|or|&)\s", pieces[-1]):
        raise Unfit(f"must be a list: {pieces[-1]!r} may be one entry or two.")
    if is_sentence and any(len(piece.split()) > _MOST_WORDS_IN_A_SENTENCE for piece in pieces):
        return None
    return _entries(pieces)


def _entries(pieces: list[str]) -> list[str] | None:
    """Return pieces that are short enough to be entries, and neither sentences nor halves of something in brackets."""
    return [_entry(piece) for piece in pieces] if all(map(_may_be_entry, pieces)) else None


def _may_be_entry(piece: str) -> bool:
    is_whole = all(piece.count(opening) == piece.count(closing) for opening, closing in ("()", "[]", "{}"))
    return bool(piece) and is_whole and len(piece.split()) <= _MOST_WORDS and piece[-1] not in ".:?!"


def _entry(text: str) -> str:
    text = text.strip()
    for mark in ('"', "'", "`", "**"):
        inner = text.removeprefix(mark).removesuffix(mark)
        if inner and mark not in inner and text == f"{mark}{inner}{mark}":
            return inner
    return text
