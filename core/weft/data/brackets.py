"""Where JSON values and the lists in them end and, where one breaks off, what of it is complete."""

from __future__ import annotations

import re
from typing import NamedTuple

_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*(?P<closed>")?|[\[\]{},]', re.DOTALL)
_COLON = re.compile(r"\s*:")
_CLOSES = {"{": "}", "[": "]"}
_ENDS_A_VALUE = re.compile(r"""(?:["'}\]]|\d|\btrue|\bfalse|\bnull|\bTrue|\bFalse|\bNone)\s*\Z""")


class Extent(NamedTuple):
    """How far a JSON value reaches.

    Attributes:
        end: where it ends, or None if its brackets do not close.
        complete: what of a value that breaks off is complete, with its bracket closed; an entry that may lack its end
            is left out, and so is a list that may lack entries.
        is_cut: whether one was left out.
        damaged: where a quote or a bracket has no other that belongs to it, or None.
    """

    end: int | None
    complete: str = ""
    is_cut: bool = False
    damaged: int | None = None


def extent(text: str, start: int) -> Extent:
    """Return how far the value reaches whose bracket is at `start`."""
    opened: list[str] = []
    comma = start
    for token in _TOKEN.finditer(text, start):
        mark = token[0]
        if mark in _CLOSES:
            opened.append(_CLOSES[mark])
        elif mark == "," and len(opened) == 1:
            comma = token.start()
        elif mark[0] == '"' and not token["closed"]:
            return Extent(None, _cut(text, start, comma, opened), is_cut=True, damaged=token.start())
        elif mark in ("}", "]") and opened.pop() != mark:
            return Extent(None, damaged=token.start())
        if not opened:
            return Extent(token.end())
    rest = text[start:].rstrip().removesuffix("```").rstrip()
    if opened == ["}"] and _ENDS_A_VALUE.search(rest):
        return Extent(None, rest + "}")
    return Extent(None, _cut(text, start, comma, opened), is_cut=True)


def _cut(text: str, start: int, comma: int, opened: list[str]) -> str:
    """Return the entries of the outermost value up to the one that is under way."""
    return text[start : max(comma, start + 1)] + opened[0]


def with_lists_closed(text: str) -> str:
    """Return JSON in which a list ends before a name of the object around it, or before that object's end."""
    opened: list[str] = []
    pieces: list[str] = []
    place = 0
    for token in _TOKEN.finditer(text):
        mark, in_list = token[0], opened[-1:] == ["]"]
        if in_list and (mark == "}" or (mark[0] == '"' and _COLON.match(text, token.end()))):
            pieces.append(text[place : token.start()].rstrip().removesuffix(","))
            pieces.append("]" if mark == "}" else "], ")
            opened.pop()
            place = token.start()
        if mark in _CLOSES:
            opened.append(_CLOSES[mark])
        elif opened and mark == opened[-1]:
            opened.pop()
    return "".join([*pieces, text[place:]])
