"""Turns of a conversation: typed pieces that can be weighed, shortened or dropped."""

from __future__ import annotations

from dataclasses import field
from typing import TYPE_CHECKING, Any, Literal

from ..runtime.frozen import frozen
from ..spelling import spelled

if TYPE_CHECKING:
    from ..data.calls import ToolCall
    from ..data.media import Media
    from .blocks import Block

Role = Literal["system", "user", "assistant", "tool"]
Cut = Literal["end", "start", "middle"]
PartKind = Literal["instructions", "fields", "format", "demo", "history", "input", "text"]


@frozen
class Part:
    """A piece of a prompt that can be weighed, shortened or dropped as a whole.

    Attributes:
        kind: what the piece is for.
        text: the piece, exactly as the model reads it.
        name: what messages call it, such as ``demo 3`` or ``input question``.
        shrink: what may be done to it when the prompt does not fit: ``keep``, ``drop`` or ``trim``.
        priority: the least important pieces, those with the lowest number, give way first.
        cache_point: whether the provider should keep the prompt up to the end of this piece in its prompt cache,
            where it has one that must be told.
        cut: where it is cut when it is trimmed: its ``end``, its ``start`` or its ``middle`` goes.
        head: how many of its first characters are never cut, such as a heading's.
        tail: how many of its last characters are never cut, such as a closing tag's.
        media: what the piece is where it is not text; `text` then stands for it where only text can be.
    """

    kind: PartKind
    text: str
    name: str = ""
    shrink: Literal["keep", "drop", "trim"] = "keep"
    priority: float = 100
    cache_point: bool = False
    cut: Cut = "end"
    head: int = 0
    tail: int = 0
    media: Media | None = None


@frozen
class PartTokens:
    """What a piece of a prompt takes, and what is left of it once the prompt was made to fit.

    Attributes:
        name: the piece's name.
        tokens: its tokens.
        left: the tokens that are left; 0: it was dropped.
    """

    name: str
    tokens: int
    left: int

    @property
    def done(self) -> str:
        """What was done: ``kept``, ``trimmed`` or ``dropped``."""
        return "kept" if self.left == self.tokens else "trimmed" if self.left else "dropped"

    def __str__(self) -> str:
        return f"{self.name} {self.done}" + (
            f" from {self.tokens} to {self.left} tokens" if self.done == "trimmed" else ""
        )


@frozen
class Message:
    """One turn: a role and its parts; ``text`` is what the model reads.

    Attributes:
        role: who speaks; ``tool`` for what a tool answered.
        parts: the pieces, which the model reads with a blank line between them.
        tool_calls: the calls that an assistant's turn asks for.
        tool_call_id: the call that a tool's turn answers.
        media: the pieces that are not text, in order; `blocks` has them among the texts.
    """

    role: Role
    parts: tuple[Part, ...]
    tool_calls: tuple[ToolCall, ...] = ()
    tool_call_id: str = ""
    text: str = field(init=False)
    media: tuple[Media, ...] = field(init=False, default=())
    _digest: bytes | None = field(init=False, repr=False, compare=False, default=None)
    _size: Any = field(init=False, repr=False, compare=False, default=None)

    def __post_init__(self) -> None:
        parts = self.parts
        text = parts[0].text if len(parts) == 1 else "\n\n".join([part.text for part in parts])
        object.__setattr__(self, "text", text)
        for part in parts:
            if part.media is not None:
                object.__setattr__(self, "media", tuple([one.media for one in parts if one.media is not None]))
                break

    @property
    def blocks(self) -> tuple[Block, ...]:
        """The turn as texts and media in order, for providers; a block ends at media and where a cache point is."""
        from .blocks import blocks_of

        return blocks_of(self.parts)

    @property
    def digest(self) -> bytes:
        """What tells two turns apart for a cache; made once, since system turns and demos are in every request."""
        digest = self._digest
        if digest is None:
            from hashlib import sha256  # a slow import, and only cached calls need it

            tools = repr((self.tool_calls, self.tool_call_id)) if self.tool_calls or self.tool_call_id else ""
            media = "".join([f"\0{value.digest}" for value in self.media])
            digest = sha256(f"{self.role}\0{self.text}{tools}{media}".encode("utf-8", "surrogatepass")).digest()
            object.__setattr__(self, "_digest", digest)
        return digest

    @classmethod
    @spelled
    def of(cls, role: Role, text: str, kind: PartKind = "text", name: str = "") -> Message:
        """Return a turn that consists of one part."""
        return cls(role, (Part(kind, text, name),))

    @classmethod
    def made_of(cls, role: Role, *pieces: str | Media) -> Message:
        """Return a turn of texts and media in this order."""
        return cls(role, tuple([part_of(piece, "text") for piece in pieces]))


def part_of(piece: str | Media, kind: PartKind, name: str = "") -> Part:
    """Return a text, or media, as a piece of a prompt."""
    return Part(kind, piece, name) if isinstance(piece, str) else Part(kind, piece.text, name, media=piece)
