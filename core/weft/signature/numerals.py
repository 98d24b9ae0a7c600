"""The one number that a text gives. What could be two numbers, or another one, is refused and never guessed."""

from __future__ import annotations

import re
from unicodedata import normalize

from .unfit import Unfit, outer_lines, undecorated

_DIGITS = r"(?:\d{1,3}(?:[,'’\u00a0\u202f]\d{3})+|\d{1,3}(?: \d{3}){2,}|\d+)"
_NUMBER = rf"[-+−]?(?:{_DIGITS}(?:\.\d+)?|\.\d+)(?:[eE][-+]?\d+)?"
_CURRENCY = r"[$€£¥]"
_PLAIN = re.compile(rf"(?P<sign>[-+−]?)(?:{_CURRENCY}\s*)?(?P<number>{_NUMBER})\s*{_CURRENCY}?")
_STATED = re.compile(
    rf"\D*(?:\b(?:is|are|was|were|equals|gives)|[=:])\s*(?P<value>[*_`\"'(]*{_CURRENCY}?{_NUMBER}\S*)(?:(?<=[.!])\s+\D*)?"
)
_REMARKED = re.compile(rf"(?P<value>[*`]*{_CURRENCY}?{_NUMBER}[*`]*)\s*(?:\(\D*\)|(?:[:–—]|-(?=\s))\s*[^\W\d]\D*)")
_EUROPEAN = re.compile(rf"[-+−]?(?:{_CURRENCY}\s*)?\d{{1,3}}(?:\.\d{{3}})+,\d+\s*{_CURRENCY}?")
_PERCENT = re.compile(rf"{_NUMBER}\s*(?:%|percent\b|per cent\b)")


def numeral(text: str) -> str:
    """Return the number of `text` as Python writes it.

    Raises:
        Unfit: it is a percentage, which may mean 85 or 0.85, or the lines of the text give different numbers.
        ValueError: it gives no single number.
    """
    bare = undecorated(normalize("NFKC", text) if not text.isascii() else text)
    if _PERCENT.fullmatch(bare):
        raise Unfit(f"must be a number: {bare!r} may mean the number before the sign or a hundredth of it.")
    plain = _plain(bare)
    if plain is not None:
        return plain
    for pattern in (_STATED, _REMARKED):
        said = pattern.fullmatch(bare)
        if said is not None and (plain := _plain(undecorated(said["value"].strip("()")))) is not None:
            return plain
    return _alone_on_a_line(text)


def _plain(text: str) -> str | None:
    if _EUROPEAN.fullmatch(text):
        text = text.replace(".", "").replace(",", ".")
    found = _PLAIN.fullmatch(text)
    if found is None or (found["sign"] and found["number"][0] in "-+−"):
        return None
    return re.sub(r"[,'’\u00a0\u202f ]", "", f"{found['sign']}{found['number']}").replace("−", "-")


def _alone_on_a_line(text: str) -> str:
    found = {plain for line in outer_lines(text) if (plain := _plain(undecorated(line))) is not None}
    if len(found) > 1:
        raise Unfit(f"must be a number: the answer gives {' and '.join(sorted(found))}.")
    if not found:
        raise ValueError(text)
    return found.pop()
