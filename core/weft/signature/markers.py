"""Field markers: ``[[ ## name ## ]]`` on a line of its own, the value below it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

END = "[[ ## completed ## ]]"
HEADER = re.compile(r"^[ \t>*#`]*\[\[\s*##\s*(\w+)\s*##\s*\]\][ \t*`]*", re.MULTILINE)


def marker(name: str) -> str:
    """Return the line that announces a field."""
    return f"[[ ## {name} ## ]]"


def write_sections(values: Iterable[tuple[str, str]]) -> str:
    """Return fields as marked sections, in order, without the end marker."""
    return "\n\n".join([f"[[ ## {name} ## ]]\n{text}" for name, text in values])


def read_sections(text: str) -> dict[str, str]:
    """Return the marked sections of an answer; the first of a name counts, text before the first is dropped."""
    plain = _plain_sections(text)
    if plain is not None:
        return plain
    found: dict[str, str] = {}
    name, start = "", 0
    for header in HEADER.finditer(text):
        if name:
            found.setdefault(name, text[start : header.start()].strip())
        name, start = header[1], header.end()
    if name:
        found.setdefault(name, text[start:].strip())
    return found


def _plain_sections(text: str) -> dict[str, str] | None:
    """Read an answer that keeps exactly to the form, without the search for markers; None for any other."""
    if not text.startswith("[[ ## "):
        return None
    found: dict[str, str] = {}
    for section in text[6:].split("\n[[ ## "):
        name, closing, value = section.partition(" ## ]]\n")
        if not closing:
            name, closing, value = section.partition(" ## ]]")
        if not name.isidentifier() or "[[" in value or (value and not closing.endswith("\n")):
            return None
        found.setdefault(name, value.strip())
    return found
