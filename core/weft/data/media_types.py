"""The types of media that come with weft: images, sound, files and documents."""

from __future__ import annotations

from typing import Any, ClassVar, Literal

from .media import Media

Detail = Literal["low", "high", "auto", "original"]


class Image(Media):
    """A picture.

    Args:
        data: the content of the file: PNG, JPEG, GIF, WebP, or what else the provider takes.
        media_type: the MIME type; None: what the first bytes say.
        name: the name of the file.
        detail: how closely the model looks, for providers that can be told.
        source: ``url`` or ``file_id`` instead of `data`; `from_url` and `from_id` are the short forms.

    Raises:
        DataError: the content is no picture, or its type cannot be told.

    Example:
        >>> Image.from_url("https://example.org/cat.png", detail="low")
        Image(image/png at https://example.org/cat.png)
    """

    __slots__ = ()
    accepts: ClassVar[tuple[str, ...]] = ("image/*",)
    option_names: ClassVar[frozenset[str]] = frozenset({"detail"})

    def __init__(
        self,
        data: bytes | None = None,
        *,
        media_type: str | None = None,
        name: str = "",
        detail: Detail | None = None,
        **source: Any,
    ) -> None:
        super().__init__(data, media_type=media_type, name=name, detail=detail, **source)


class Audio(Media):
    """Sound; takes what `Media` takes.

    Example:
        >>> Audio(b"RIFF....WAVE")
        Audio(audio/wav, 12 bytes)
    """

    __slots__ = ()
    accepts: ClassVar[tuple[str, ...]] = ("audio/*",)


class File(Media):
    """A file of any type, such as a PDF; takes what `Media` takes.

    A file of text can be given to every model: where a provider has no form for it, it stands in the prompt as text.

    Example:
        >>> File(b"# Notes", name="notes.md")
        File(text/markdown, notes.md, 7 bytes)
    """

    __slots__ = ()
    accepts: ClassVar[tuple[str, ...]] = ("*/*",)


class Document(File):
    """A text or a PDF that answers may quote; see `Citations`.

    Args:
        data: the text, or the content of a file.
        title: what the document is called.
        context: what the model is told about a text and does not quote.
        citations: whether the provider is asked to cite the document in its own form, where it has one.
        source: ``url``, ``file_id``, ``media_type`` and ``name``, as `Media` has them.

    Example:
        >>> Document("Snow is white.", title="Weather")
        Document(text/plain, Weather, 14 bytes)
    """

    __slots__ = ()
    option_names: ClassVar[frozenset[str]] = frozenset({"context", "citations"})

    def __init__(
        self,
        data: str | bytes | None = None,
        *,
        title: str = "",
        context: str | None = None,
        citations: bool = False,
        **source: Any,
    ) -> None:
        if isinstance(data, str):
            data, source = data.encode(), {"media_type": "text/plain", **source}
        named = {**source, "name": title or source.get("name", "")}
        super().__init__(data, context=context, citations=citations or None, **named)

    @property
    def title(self) -> str:
        """What the document is called."""
        return self.name
