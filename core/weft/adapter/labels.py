"""Fields under other headings than those asked for: ``[[answer]]``, ``## Answer``, ``**Answer:**``, ``answer: …``."""

from __future__ import annotations

import re
from itertools import zip_longest
from textwrap import dedent
from typing import TYPE_CHECKING, NamedTuple

from ..signature.markers import END_NAME
from .candidates import Candidate

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..signature import Signature
    from .names import FieldNames

_BLOCK_TEXT = re.compile(r"[|>][-+]?\n")
_ESCAPED = re.compile(r"\\([\[\]#_*])")


class Label(NamedTuple):
    """A heading: the field it announces ("" for the end), and its place in the text."""

    field: str
    start: int
    end: int


def marked(names: FieldNames, signature: type[Signature], text: str) -> Iterator[Candidate]:
    """Yield what stands under markers in double brackets or double hashes, wherever they stand; the first counts."""
    if "[[" not in text and "##" not in text and "\\[" not in text:
        return
    labels = _labels(names, signature.memo("markers", lambda: _markers(names)), _ESCAPED.sub(r"\1", text))
    yield _under(labels, _ESCAPED.sub(r"\1", text) if "\\" in text else text, is_first=True)


def labelled(names: FieldNames, signature: type[Signature], text: str) -> Iterator[Candidate]:
    """Yield what stands under headings of any kind; where a field has several, its first and its last value."""
    labels = _labels(names, signature.memo("labels", lambda: _headings(names)), text)
    for is_first in (True, False):
        yield _under(labels, text, is_first=is_first)


def fields_under(names: FieldNames, signature: type[Signature], text: str) -> dict[str, str]:
    """Return what stands under headings of any kind, the first of a field."""
    return dict(next(labelled(names, signature, text)).fields)


def _labels(names: FieldNames, pattern: re.Pattern[str], text: str) -> list[Label]:
    found: list[Label] = []
    for heading in pattern.finditer(text):
        spelled = next(filter(None, heading.groups()))
        field = names.field(spelled)
        if field is not None or spelled.casefold() == END_NAME:
            found.append(Label(field or "", heading.start(), heading.end()))
    return found


def _under(labels: list[Label], text: str, *, is_first: bool) -> Candidate:
    fields: dict[str, str] = {}
    for label, following in zip_longest(labels, labels[1:]):
        end = following.start if following is not None else len(text)
        if label.field and not (is_first and label.field in fields):
            fields[label.field] = _without_rest(text[label.end : end].strip())
    return Candidate(fields, "whole" if labels and not labels[-1].field else "open")


def _without_rest(value: str) -> str:
    """Return a value without YAML's sign of a block, or the end of an emphasis that began before: ``**Answer: 4**``."""
    if _BLOCK_TEXT.match(value):
        return dedent(value.partition("\n")[2]).strip()
    return value.removesuffix("**").rstrip() if value.count("**") % 2 else value


def _markers(names: FieldNames) -> re.Pattern[str]:
    name = rf"({names.pattern}|{END_NAME})(?!\w)"
    before = r"\[\[[ \t]*#*[ \t]*(?:\d+[.)][ \t]*)?[*`]*"
    brackets = rf"{before}{name}[*`]*[ \t]*:?[ \t]*#*[ \t]*\]{{0,2}}(?![ \t]*[#\]])[ \t]*:?"
    hashes = rf"^[ \t>*]*##[ \t]*{name}[ \t]*##[ \t]*:?"
    return re.compile(rf"[*`]{{0,3}}{brackets}[*`]{{0,3}}|{hashes}", re.IGNORECASE | re.MULTILINE)


def _headings(names: FieldNames) -> re.Pattern[str]:
    name = rf"({names.pattern}|{END_NAME})"
    before = r"^[ \t>]*(?:[-*•+][ \t]+|\d+[.)][ \t]+)?"
    forms = (
        rf"#{{1,6}}[ \t]*\**{name}(?!\w)\**[ \t]*(?:$|:\**[ \t]*|#+[ \t]*)",
        rf"(?:\*\*|__)[ \t]*{name}[ \t]*:?[ \t]*(?:\*\*|__)[ \t]*(?::|[-–—](?=[ \t])|$)?",
        rf"(?:\*\*|__)?[\"'`]?{name}[\"'`]?[ \t]*[:：][ \t]*(?:\*\*(?=\s))?",
        rf"{name}[ \t]*(?:=(?![=>])|[-=]>|→)[ \t]*",
        rf"[\[【][ \t]*{name}[ \t]*[\]】][ \t]*:?",
    )
    return re.compile(rf"{_markers(names).pattern}|{before}(?:{'|'.join(forms)})", re.IGNORECASE | re.MULTILINE)
