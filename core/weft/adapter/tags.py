"""Fields between XML tags: ``<answer>…</answer>``, ``<parameter name="answer">…</parameter>``."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from .candidates import Candidate

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..signature import Signature
    from ..signature.sightings import End
    from .names import FieldNames

_CDATA = re.compile(r"\A<!\[CDATA\[(.*)\]\]>\Z", re.DOTALL)
_MOST = 100
_ATTRIBUTED = r"(?:parameter|param|field|arg|argument|output|value)"


def tagged(names: FieldNames, signature: type[Signature], text: str) -> Iterator[Candidate]:
    """Yield what tags give; where a field is tagged several times, its first and its last value."""
    if "<" not in text:
        return
    found = list(_tags(names, signature.memo("tags", lambda: _pattern(names)), text))
    end: End = "whole" if all(is_closed for _, _, is_closed in found) else "open"
    yield Candidate({name: value for name, value, _ in reversed(found)}, end)
    yield Candidate({name: value for name, value, _ in found}, end)


def _tags(names: FieldNames, pattern: re.Pattern[str], text: str) -> Iterator[tuple[str, str, bool]]:
    """Yield the field, the value and whether its tag is closed; one that is not reaches to the next."""
    place = 0
    for _ in range(_MOST):
        opening = pattern.search(text, place)
        if opening is None:
            return
        tag = re.escape(opening["own"] or opening["tag"])
        closing = re.compile(rf"</\s*{tag}\s*>", re.IGNORECASE).search(text, opening.end())
        following = pattern.search(text, opening.end()) if closing is None else None
        end = closing.start() if closing else following.start() if following else len(text)
        name = names.field(opening["own"] or opening["attribute"])
        if name is not None:
            yield name, _CDATA.sub(r"\1", text[opening.end() : end].strip()), closing is not None
        place = closing.end() if closing else end


def _pattern(names: FieldNames) -> re.Pattern[str]:
    own = rf"<\s*(?P<own>{names.pattern})(?:\s[^<>]*)?>"
    attribute = rf"<\s*(?P<tag>{_ATTRIBUTED})\s*(?:=|\s[^<>=]*=)\s*[\"']?(?P<attribute>{names.pattern})[\"']?[^<>]*>"
    return re.compile(f"{own}|{attribute}", re.IGNORECASE)
