"""Media as pieces of requests: what all providers do with them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .unsent import not_sent

if TYPE_CHECKING:
    from collections.abc import Callable

    from weft import Block, Media


def wired(
    ref: str, block: Block, api: str, form: Callable[[Media], dict[str, Any] | None], text: Callable[[str], Any]
) -> Any:
    """Return a block of a turn in the form of an API: as its type writes it, as `form` does, or as text.

    Args:
        ref: the model's reference.
        block: a text or media.
        api: the API as `Media.wire` knows it.
        form: the API's own form of media; None: it has none for these.
        text: the API's form of a text.

    Raises:
        LMInvalidRequestError: there is no form for media that are not text.
    """
    media = block.media
    if media is None:
        return text(block.text)
    piece = media.wire(api) or form(media)
    if piece is None and not media.is_text:
        raise not_sent(ref, f"{ref} has no form for {media!r}.")
    return text(block.text) if piece is None else dict(piece)
