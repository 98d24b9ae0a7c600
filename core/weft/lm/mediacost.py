"""Media in a request: whether there are any, what they take, and whether the model can be given them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..errors import LMInvalidRequestError
from ..runtime.ledger import NOTHING

if TYPE_CHECKING:
    from ..data.media import Media
    from .base import LM
    from .messages import Message
    from .records import Request


def has_media(request: Request) -> bool:
    """Whether a request holds anything but text."""
    return any(message.media for message in request.messages)


def media_tokens(lm: LM, request: Request) -> int:
    """Return about how many tokens the media of a request take beside their texts."""
    return sum([lm.media_tokens(media) for message in request.messages for media in message.media])


def check_media(lm: LM, request: Request) -> None:
    """Refuse media that the model is known not to take; nothing is sent.

    Raises:
        LMInvalidRequestError: there are such media, or media in a system turn, where no model takes them.
    """
    for message in request.messages:
        if message.media:
            for media in message.media:
                if not media.is_text:
                    _check(lm, message, media)


def _check(lm: LM, message: Message, media: Media) -> None:
    if message.role == "system":
        problem = f"A system turn holds text and nothing else, not {media!r}."
    elif not lm.capabilities.takes(media.media_type):
        named = next(part.name for part in message.parts if part.media is media)
        where = f", which is {named}" if named else ""
        problem = f"{lm.ref} cannot be given {media.media_type}, as its capabilities say, such as {media!r}{where}."
    else:
        return
    raise LMInvalidRequestError(problem, provider=lm.provider, model=lm.model, usage=NOTHING)
