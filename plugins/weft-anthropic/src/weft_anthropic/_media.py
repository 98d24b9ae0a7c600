"""Images and documents as Anthropic's blocks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from weft import Media


def media_block(media: Media) -> dict[str, Any] | None:
    """Return the block of an image, a PDF, or a text that is to be cited; None: the API has none for these media."""
    if media.media_type.startswith("image/"):
        return {"type": "image", "source": _source(media)}
    is_cited = bool(media.options.get("citations"))
    if media.media_type != "application/pdf" and not (media.is_text and is_cited):
        return None
    named = {"title": media.name, "context": media.options.get("context")}
    block = {name: value for name, value in named.items() if value}
    cited = {"citations": {"enabled": True}} if is_cited else {}
    return {"type": "document", "source": _source(media), **block, **cited}


def _source(media: Media) -> dict[str, Any]:
    if media.url is not None:
        return {"type": "url", "url": media.url}
    if media.file_id is not None:
        return {"type": "file", "file_id": media.file_id}
    if media.is_text:
        return {"type": "text", "media_type": "text/plain", "data": media.decoded}
    return {"type": "base64", "media_type": media.media_type, "data": media.base64}
