"""Media as Gemini's parts, and how many tokens they take."""

from __future__ import annotations

from math import ceil
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from weft import Media

_TILE, _SMALL, _TOKENS_OF_TILE = 768, 384, 258
_TOKENS_OF_PAGE = 258


def media_part(media: Media) -> dict[str, Any] | None:
    """Return the part of media: their content, or where it is; None: they are text."""
    if media.is_text:
        return None
    if media.data is not None:
        return {"inlineData": {"mimeType": media.media_type, "data": media.base64}}
    return {"fileData": {"mimeType": media.media_type, "fileUri": media.url or media.file_id}}


def tokens_of(media: Media) -> int:
    """Return the tokens of media: of images by tiles of 768 pixels, of PDFs by pages.

    Source: Google's "Understand and count tokens", 2026-11. For sound weft's own rule is Google's.
    """
    if media.pixels is not None:
        width, height = media.pixels
        is_small = width <= _SMALL and height <= _SMALL
        return _TOKENS_OF_TILE * (1 if is_small else ceil(width / _TILE) * ceil(height / _TILE))
    return media.tokens() if media.pages is None else _TOKENS_OF_PAGE * media.pages
