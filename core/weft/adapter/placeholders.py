"""Placeholders in texts: how they are written, found, and told from braces that are text."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Literal, NamedTuple, get_args

from ..errors import OptionError

if TYPE_CHECKING:
    from collections.abc import Iterator

Style = Literal["{name}", "{{name}}", "{{ name }}"]
"""How placeholders are written: as Python has them, with ``{{`` for a brace; or in double braces, where all others are
text."""

_SINGLE = re.compile(r"(?P<brace>\{\{|\}\})|\{(?P<name>[^{}]*)\}|[{}]")
_DOUBLE = re.compile(r"\{\{(?P<name>.*?)\}\}|\{\{|(?P<block>\{%)", re.DOTALL)


class Piece(NamedTuple):
    """Text, and the placeholder after it, or None at the end."""

    text: str
    placeholder: str | None


def checked_style(style: str) -> Style:
    """Return a style.

    Raises:
        OptionError: it is none.
    """
    for known in get_args(Style):
        if style == known:
            return known
    raise OptionError(f"style must be one of {', '.join(map(repr, get_args(Style)))}, not {style!r}.")


def pieces_of(text: str, style: Style) -> list[Piece]:
    """Return a text in pieces that end with a placeholder each; the last one may end without.

    Raises:
        OptionError: braces that do not match, or that hold something else than a name.
    """
    return list(_single_braces(text) if style == "{name}" else _double_braces(text, style))


def as_text(text: str, style: Style) -> str:
    """Return what stands for a text in a template of that style: braces are doubled where they would mean something."""
    return text.replace("{", "{{").replace("}", "}}") if style == "{name}" else text


def as_placeholder(name: str, style: Style) -> str:
    """Return the placeholder of that name."""
    return style.replace("name", name)


def _single_braces(text: str) -> Iterator[Piece]:
    before, end = "", 0
    for found in _SINGLE.finditer(text):
        before += text[end : found.start()]
        end = found.end()
        name = found["name"]
        if found["brace"]:
            before += found[0][0]
        elif name is None:
            raise OptionError(
                f"The template {_shortened(text)!r} has a brace alone; write {{{{ or }}}} for one, "
                "or choose the style '{{name}}', in which other braces are text."
            )
        elif not name.isidentifier():
            raise OptionError(
                f"The template {_shortened(text)!r} has {{{_shortened(name)}}} where a name is needed; "
                "write {{ and }} for braces that are text."
            )
        else:
            yield Piece(before, name)
            before = ""
    if before + text[end:]:
        yield Piece(before + text[end:], None)


def _double_braces(text: str, style: Style) -> Iterator[Piece]:
    end = 0
    for found in _DOUBLE.finditer(text):
        if found["block"]:
            raise OptionError(
                f"The template {_shortened(text)!r} has a block {{% … %}}; only placeholders are filled in."
            )
        name = found["name"]
        if name is None:
            raise OptionError(f"The template {_shortened(text)!r} has {{{{ without }}}} in the same paragraph.")
        if not name.strip().isidentifier():
            raise OptionError(
                f"The template {_shortened(text)!r} has {_shortened(found[0])} where a name is needed; for braces that "
                "are text, use the style '{name}', where {{ is a brace."
            )
        if found[0] != as_placeholder(name.strip(), style):
            raise OptionError(
                f"The template {_shortened(text)!r} has {found[0]}, and its style is {style!r}; write all placeholders "
                "of a prompt in one style."
            )
        yield Piece(text[end : found.start()], name.strip())
        end = found.end()
    if text[end:]:
        yield Piece(text[end:], None)


def _shortened(text: str) -> str:
    return text if len(text) <= 60 else f"{text[:60]}…"
