"""How media come through adapters, which know of text only: as marks, which are then taken out again.

While an adapter writes a prompt, media are written as marks that nobody can guess or write by accident. They go through
any form, nested in JSON or in tags. Outside of a prompt, texts for people show a label, and data for files the content.
"""

from __future__ import annotations

import os
import re
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pydantic_core.core_schema import SerializationInfo

    from .media import Media

AS_TEXT = {"weft": "text"}
"""The context of a serialization that makes a text for a reader, and not data to be kept."""

_OPENING = f"media{os.urandom(8).hex()}x"
MARK = re.compile(f'("?){_OPENING}([0-9a-f]{{32}})\\1')
"""A mark, with the quotation marks around it where it stands in JSON; its groups are those and the key."""
MARKED: ContextVar[dict[str, Media] | None] = ContextVar("weft_marked_media", default=None)
"""While it is set, media are written as marks, and it takes what they stand for."""


def has_marks(text: str) -> bool:
    """Whether a text holds a mark; quick."""
    return _OPENING in text


def shown_in_prompt(media: Media, info: SerializationInfo) -> Any:
    """Return what stands for media where pydantic writes them: a mark, a label, or their content."""
    marked = MARKED.get()
    if marked is not None:
        key = media.digest[:32]
        marked[key] = media
        return f"{_OPENING}{key}"
    return media.text if info.context is AS_TEXT else media.shown()
