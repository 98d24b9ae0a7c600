"""Fields in a text, whichever way they are marked: a JSON object, marker lines, tags or ``Name: value`` lines."""

from __future__ import annotations

import json
import re
from functools import lru_cache
from typing import Any, cast

_MARKER = re.compile(
    r"^[ \t]*(?:\[\[[ #]*(\w+)[ #]*\]\]|#{1,6}[ \t]+(\w[\w ]*?)[ #:]*|\*\*(\w[\w ]*?):?\*\*:?)[ \t]*$", re.MULTILINE
)
_TAG = re.compile(r"<(\w+)>(.*?)</\1>", re.DOTALL)
_LABEL = re.compile(r"^(\w[\w ]{0,39}):[ \t]*", re.MULTILINE)

Fields = tuple[tuple[str, Any], ...]


@lru_cache(maxsize=1 << 12)
def fields_of(text: str) -> Fields:
    """Return the text's fields in order as pairs of name and value; none where it has no marked fields.

    Values are texts, and JSON values where the text is a JSON object. Sections without content are left out.

    Example:
        >>> fields_of('{"label": "spam"}')
        (('label', 'spam'),)
        >>> fields_of("## Label")
        ()
    """
    return _json_fields(text) or _cut_at(_MARKER, text) or _tagged(text) or _labelled(text)


def content_of(text: str) -> str:
    """Return what a text says without the marks around its fields."""
    return "\n\n".join(text_of(value) for _, value in fields_of(text)) or text


def text_of(value: Any) -> str:
    """Return a value as a text shows it: a text as it is, everything else as JSON."""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _json_fields(text: str) -> Fields:
    start, end = text.find("{"), text.rfind("}")
    if start < 0 or end < start:
        return ()
    try:
        found = json.loads(text[start : end + 1])
    except ValueError:
        return ()
    return tuple(cast("dict[str, Any]", found).items()) if isinstance(found, dict) else ()


def _cut_at(pattern: re.Pattern[str], text: str) -> Fields:
    """Return the sections that begin where the pattern matches; it names them."""
    marks = list(pattern.finditer(text))
    ends = [*(mark.start() for mark in marks[1:]), len(text)][: len(marks)]
    cut = [(_name(mark), text[mark.end() : end].strip()) for mark, end in zip(marks, ends, strict=True)]
    return tuple((name, value) for name, value in cut if value)


def _tagged(text: str) -> Fields:
    return tuple((tag[1], tag[2].strip()) for tag in _TAG.finditer(text))


def _labelled(text: str) -> Fields:
    """Return ``Name: value`` fields; only where the text begins with one, else a colon is just a colon."""
    return _cut_at(_LABEL, text) if _LABEL.match(text) else ()


def _name(mark: re.Match[str]) -> str:
    return next(group for group in mark.groups() if group)
