"""What every step of reading a value raises, and the marks that models put around values."""

from __future__ import annotations

import re


class Unfit(ValueError):
    """A value does not fit its field; the message completes ``The field 'x' …``."""


_WRAPPINGS = (("**", "**"), ("__", "__"), ("`", "`"), ('"', '"'), ("'", "'"), ("“", "”"), ("$", "$"), ("*", "*"))
_BOXED = re.compile(r"\\boxed\{([^{}]*)\}")
_SIGN_BEFORE = re.compile(r"^(?:[\u2600-\u27bf\U0001f300-\U0001faff]\ufe0f?\s*|#{1,6}\s+)+")
_FENCE = re.compile(r"```[\w+-]*[ \t]*\n(.*?)\n?```", re.DOTALL)


def undecorated(text: str) -> str:
    """Return a short value without a fence, emphasis, quotes, a tick and a full stop around it."""
    text = text.strip()
    if (fenced := _FENCE.fullmatch(text)) is not None:
        text = fenced[1].strip()
    before = None
    while before != text:
        before = text
        text = text[:1] + text[1:].rstrip(".!, \t\r\n")
        text = _SIGN_BEFORE.sub("", text) or text
        for opening, closing in _WRAPPINGS:
            inner = text[len(opening) : -len(closing)]
            if text == f"{opening}{inner}{closing}" and inner.strip() and opening not in inner:
                text = inner.strip()
        if (boxed := _BOXED.fullmatch(text)) is not None:
            text = boxed[1].strip()
    return text


def outer_lines(text: str) -> list[str]:
    """Return the first and the last line of a text that has several, where models put a value alone."""
    lines = [line for line in text.splitlines() if line.strip()]
    return [lines[0], lines[-1]] if len(lines) > 1 else []
