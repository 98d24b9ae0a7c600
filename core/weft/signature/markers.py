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
    found: dict[str, str] = {}
    name, start = "", 0
    for header in HEADER.finditer(text):
        if name:
            found.setdefault(name, text[start : header.start()].strip())
        name, start = header[1], header.end()
    if name:
        found.setdefault(name, text[start:].strip())
    return found
