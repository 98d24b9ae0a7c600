"""Field markers: ``[[ ## name ## ]]`` on a line of its own, the value below it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

END_NAME = "completed"
END = f"[[ ## {END_NAME} ## ]]"
HEADER = re.compile(
    r"^[ \t>*#`]{0,20}\[\[[ \t]{0,9}##[ \t]{0,9}(\w{1,200})[ \t]{0,9}##[ \t]{0,9}\]\][ \t*`]{0,20}", re.MULTILINE
)
"""A marker, as models write it: one line of bounded length, so that a stream knows soon what is none."""

END_IN_LINE = re.compile(rf"\[\[[ \t]{{0,9}}##[ \t]{{0,9}}{END_NAME}[ \t]{{0,9}}##[ \t]{{0,9}}\]\]\s*\Z")
_TO_PROTECT = re.compile(rf"^(?=\\*{HEADER.pattern.removeprefix('^')})", re.MULTILINE)
_PROTECTED = re.compile(rf"^\\(?=\\*{HEADER.pattern.removeprefix('^')})", re.MULTILINE)


def protected(text: str) -> str:
    """Return a value with a backslash before every line that would be read as a marker."""
    return _TO_PROTECT.sub(r"\\", text) if "[[" in text else text


def unprotected(text: str) -> str:
    """Return a value that was written by `protected` as it was."""
    return _PROTECTED.sub("", text) if "\\" in text and "[[" in text else text


def marker(name: str) -> str:
    """Return the line that announces a field."""
    return f"[[ ## {name} ## ]]"


def write_sections(values: Iterable[tuple[str, str]]) -> str:
    """Return fields as marked sections, in order, without the end marker."""
    return "\n\n".join([f"[[ ## {name} ## ]]\n{text}" for name, text in values])


def read_sections(text: str) -> dict[str, str]:
    """Return the marked sections of an answer; the first of a name counts, text before the first is dropped.

    Where a model repeats the form before it fills it in, the placeholder in the form does not count.
    """
    plain = _plain_sections(text)
    if plain is not None:
        return plain
    found: dict[str, str] = {}
    name, start = "", 0
    for header in HEADER.finditer(text):
        _keep(found, name, text[start : header.start()])
        name, start = header[1], header.end() + text.startswith(":", header.end())
    last = text[start:]
    if END_NAME not in found and name and (end := END_IN_LINE.search(last)) is not None:
        found[END_NAME], last = "", last[: end.start()]
    _keep(found, name, last)
    return found


def _keep(found: dict[str, str], name: str, section: str) -> None:
    if name and found.get(name, f"{{{name}}}") == f"{{{name}}}":
        found[name] = unprotected(section.strip()).strip()


def _plain_sections(text: str) -> dict[str, str] | None:
    """Read an answer that keeps exactly to the form, without the search for markers; None for any other."""
    if not text.startswith("[[ ## "):
        return None
    found: dict[str, str] = {}
    for section in text[6:].split("\n[[ ## "):
        name, closing, value = section.partition(" ## ]]\n")
        if not closing:
            name, closing, value = section.partition(" ## ]]")
        if not closing:
            return None
        if not name.isidentifier() or name in found or "[[" in value or (value and not closing.endswith("\n")):
            return None
        found[name] = value.strip()
    return found
