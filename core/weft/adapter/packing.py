"""Passages in prompts: one piece each, so that as many stay as there is room for."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from ..data.marks import MARK, has_marks
from ..data.passages import Passages
from ..lm.messages import Part

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from re import Match

    from ..data.marks import Marked

_OF_PASSAGES = 97
"""Passages give way after demos, turns and steps, and before other inputs."""


def packed(part: Part, marked: Mapping[str, Marked]) -> Iterator[Part]:
    """Yield a piece of a prompt with the passages that it marks as pieces of their own.

    Where the piece is dropped as a whole, as a demonstration is, they become a part of its text.
    """
    for mark in MARK.finditer(part.text):
        passages = marked[mark[2]]
        if isinstance(passages, Passages):
            yield from _unpacked(part, mark, passages, marked)
            return
    yield part


def _unpacked(part: Part, mark: Match[str], passages: Passages, marked: Mapping[str, Marked]) -> Iterator[Part]:
    before, after = part.text[: mark.start()], part.text[mark.end() :]
    if part.shrink == "drop" or not passages:
        yield from packed(replace(part, text=f"{before}{passages.text}{after}"), marked)
        return
    if has_marks(before):  # media, which are not cut with the first passage
        yield replace(part, text=before.rstrip(), head=min(part.head, len(before.rstrip())), tail=0)
        before = ""
    for number, (passage, text) in enumerate(zip(passages, passages.texts(), strict=True), 1):
        named = f"passage {number} ({passage.id})" if passage.id else f"passage {number}"
        name, priority = f"{part.name or part.kind}, {named}", _OF_PASSAGES + 1 / number  # the last give way first
        if number == 1:
            yield Part(part.kind, f"{before}{text}", name, "trim", priority, head=len(before))
        else:
            yield Part(part.kind, text, name, "drop", priority)
    if rest := after.lstrip():
        yield from packed(replace(part, text=rest, head=0, tail=min(part.tail, len(rest))), marked)
