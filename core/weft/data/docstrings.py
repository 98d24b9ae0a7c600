"""Docstrings: what a function is for, and a line for each of its arguments, in the styles that are in use.

Read are Google's (``Args:``), NumPy's (``Parameters`` over dashes) and Sphinx's (``:param name:``).
"""

from __future__ import annotations

import inspect
import re
from typing import NamedTuple

_ARGUMENTS = frozenset({"args", "arguments", "parameters", "params", "keyword args", "keyword arguments"})
_SAID = frozenset({"returns", "return", "yields"})
_LEFT_OUT = frozenset(
    {"raises", "example", "examples", "note", "notes", "see also", "references", "attributes", "warns", "warnings"}
)
_HEADING = re.compile(r"^(?P<name>[A-Za-z][A-Za-z ]*):?\s*$")
_FIELD = re.compile(r"^:(?P<kind>\w+)\s*(?P<about>[^:]*):\s*(?P<text>.*)$")
_GOOGLE = re.compile(r"^\*{0,2}(?P<name>\w+)\s*(?:\([^)]*\))?\s*:\s*(?P<text>.*)$")
_NUMPY = re.compile(r"^\*{0,2}(?P<name>\w+)\s*(?::.*)?$")


class Described(NamedTuple):
    """What a docstring says: of the whole, and of arguments by name."""

    text: str
    arguments: dict[str, str]


def described(docstring: str | None) -> Described:
    """Return what a docstring says to a caller; what it raises and its examples are left out.

    Example:
        >>> described("Find cities.\\n\\nArgs:\\n    name: how it begins.\\n")
        Described(text='Find cities.', arguments={'name': 'how it begins.'})
    """
    kept: list[str] = []
    arguments: dict[str, str] = {}
    for heading, lines in _sections(inspect.cleandoc(docstring or "").splitlines()):
        if heading in _ARGUMENTS:
            arguments.update(_entries(lines))
        elif heading in _SAID:
            kept.append(f"Returns: {' '.join(line.strip() for line in lines)}")
        elif heading not in _LEFT_OUT:
            kept += _without_fields(lines, arguments)
    return Described(re.sub(r"\n{3,}", "\n\n", "\n".join(kept)).strip(), arguments)


def _sections(lines: list[str]) -> list[tuple[str, list[str]]]:
    """Split at headings that stand at the margin; the first section has none."""
    found: list[tuple[str, list[str]]] = [("", [])]
    skip = False
    for line, following in zip(lines, [*lines[1:], ""], strict=False):
        if skip:
            skip = False
            continue
        heading = _HEADING.match(line)
        name = heading["name"].casefold() if heading else ""
        is_dashed = bool(re.match(r"^-{3,}\s*$", following))
        if name in _ARGUMENTS | _SAID | _LEFT_OUT and (is_dashed or line.rstrip().endswith(":")):
            found.append((name, []))
            skip = is_dashed
        elif found[-1][0] and line and not line[0].isspace() and not _keeps_margin(found[-1]):
            found.append(("", [line]))  # text at the margin ends a section of Google's
        else:
            found[-1][1].append(line)
    return found


def _keeps_margin(section: tuple[str, list[str]]) -> bool:
    """Whether a section's lines stand at the margin, as NumPy's do."""
    return not section[1] or not section[1][0][:1].isspace()


def _entries(lines: list[str]) -> dict[str, str]:
    """Return the argument that each entry of a section is for, and its text in one line."""
    filled = [line for line in lines if line.strip()]
    margin = min((len(line) - len(line.lstrip()) for line in filled), default=0)
    pattern = _NUMPY if margin == 0 else _GOOGLE
    found: dict[str, list[str]] = {}
    name = ""
    for line in filled:
        entry = pattern.match(line[margin:]) if not line[margin].isspace() else None
        if entry is not None:
            name = entry["name"]
            found[name] = [entry.groupdict().get("text") or ""]
        elif name:
            found[name].append(line.strip())
    return {name: " ".join(filter(None, texts)) for name, texts in found.items()}


def _without_fields(lines: list[str], arguments: dict[str, str]) -> list[str]:
    """Return the lines without Sphinx's fields; those of arguments are added to `arguments`."""
    kept: list[str] = []
    current: str | None = None  # the argument whose text goes on; "" for another field
    for line in lines:
        field = _FIELD.match(line)
        if field is not None:
            words = field["about"].split()
            current = words[-1] if field["kind"] in ("param", "parameter", "arg", "argument") and words else ""
            if current:
                arguments[current] = field["text"]
            elif field["kind"] in ("return", "returns"):
                kept.append(f"Returns: {field['text']}")
        elif current is None or not line.startswith((" ", "\t")):
            current = None
            kept.append(line)
        elif current:
            arguments[current] = f"{arguments[current]} {line.strip()}".strip()
    return kept
