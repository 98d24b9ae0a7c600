"""A turn as providers write it: texts and media in order."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..runtime.frozen import frozen

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ..data.media import Media
    from .messages import Part


@frozen
class Block:
    """A piece of a turn.

    Attributes:
        text: what the model reads; of media, what stands for them where only text can be.
        media: what the piece is where it is not text.
        cache_point: whether the provider should keep the prompt up to the end of this piece in its prompt cache.
    """

    text: str
    media: Media | None = None
    cache_point: bool = False


def blocks_of(parts: Iterable[Part]) -> tuple[Block, ...]:
    """Return the blocks of a turn; those without media are together the turn's text, and none is empty."""
    blocks: list[Block] = []
    text = ""
    follows_text = False
    for part in parts:
        if part.media is not None:
            blocks += [Block(text)] if text else []
            blocks.append(Block(part.text, part.media, part.cache_point))
            text, follows_text = "", False
            continue
        text += f"\n\n{part.text}" if follows_text else part.text
        follows_text = True
        if part.cache_point and text:
            blocks.append(Block(text, cache_point=True))
            text = ""
    return (*blocks, Block(text)) if text else tuple(blocks)
