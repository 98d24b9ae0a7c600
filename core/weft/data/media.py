"""Media: values of a prompt that are not text, such as pictures and sound; the open protocol for types of them.

Nothing here reads a file or a URL but `Media.from_file`. Providers look at `media_type`, never at the class, so a type
that a plugin adds has the same standing as weft's own.
"""

from __future__ import annotations

from base64 import b64decode, b64encode
from binascii import Error as Base64Error
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar, cast

from ..errors import DataError
from ..spelling import check_keywords
from .marks import Marked
from .measures import media_type_in, page_tokens, pages_in, picture_tokens, pixels_in, seconds_in, sound_tokens

if TYPE_CHECKING:
    from os import PathLike

Self = TypeVar("Self", bound="Media")

_TEXTS = ("application/json", "application/xml", "application/x-yaml", "application/toml")
_UNKNOWN_TOKENS = 1000
_OWN = ("data", "url", "file_id", "media_type", "name")


class Media(Marked):
    """Something that stands in a prompt beside text; `Image`, `Audio` and `File` are made of it, and types of your own.

    Args:
        data: the content.
        url: where the content is; it is handed to the provider, and nothing is read here.
        file_id: the name that a provider gave to a file that was handed in before.
        media_type: the MIME type; None: what the first bytes of the content say, or the ending of the name or URL.
        name: the name of the file, which some providers show to the model.
        options: what a provider may be told besides, by the names in `option_names`.

    Raises:
        DataError: there is no content or more than one, or its type is not known or another one than `accepts`.
        OptionError: an unknown option.
    """

    __slots__ = ("_digest", "data", "file_id", "media_type", "name", "options", "url")
    data: bytes | None
    url: str | None
    file_id: str | None
    media_type: str
    name: str
    options: Mapping[str, Any]
    _digest: str

    accepts: ClassVar[tuple[str, ...]] = ("*/*",)
    """The MIME types of values, such as ``image/*``; the first one stands for content of which no more is known."""
    option_names: ClassVar[frozenset[str]] = frozenset()
    """The names of the options that values may have."""
    can_be_output: ClassVar[bool] = False
    """Whether `read` makes values of what stands in the text of an answer, so that outputs can have this type."""

    def __init__(
        self,
        data: bytes | None = None,
        *,
        url: str | None = None,
        file_id: str | None = None,
        media_type: str | None = None,
        name: str = "",
        **options: Any,
    ) -> None:
        check_keywords(type(self).__name__, options, self.option_names | set(_OWN))
        if sum(content is not None for content in (data, url, file_id)) != 1:
            raise DataError(f"{type(self).__name__} takes either data, a url or a file_id.")
        if data is not None and not isinstance(data, bytes | bytearray | memoryview):  # pyright: ignore[reportUnnecessaryIsInstance]
            raise DataError(_no_bytes(type(self), data))
        content = None if data is None else bytes(data)
        said = {name: value for name, value in options.items() if value is not None}
        kind = media_type or _media_type(type(self), content, name or url or "")
        for slot, value in zip((*_OWN, "options"), (content, url, file_id, kind, name, said), strict=True):
            object.__setattr__(self, slot, value)
        if not any(matches(kind, accepted) for accepted in self.accepts):
            raise DataError(f"{type(self).__name__} is {' or '.join(self.accepts)}, not {kind}.")
        object.__setattr__(self, "_digest", "")

    @classmethod
    def from_file(cls: type[Self], path: str | PathLike[str], *, media_type: str | None = None, **options: Any) -> Self:
        """Read a file and return its content with its name; the only place that reads one.

        Raises:
            DataError: the file cannot be read, or its type is not known.
        """
        from pathlib import Path

        place = Path(path)
        try:
            data = place.read_bytes()
        except OSError as error:
            raise DataError(f"The file {str(path)!r} cannot be read: {error.strerror or error}.") from error
        return cls(data, media_type=media_type, name=place.name, **options)

    @classmethod
    def from_url(cls: type[Self], url: str, *, media_type: str | None = None, **options: Any) -> Self:
        """Return a value that carries a URL; the provider fetches it, and nothing is read here.

        Raises:
            DataError: the text is no URL.
        """
        if "://" not in url:
            raise DataError(f"{_excerpt(url)!r} is no URL.")
        return cls(url=url, media_type=media_type, **options)

    @classmethod
    def from_id(cls: type[Self], file_id: str, *, media_type: str | None = None, **options: Any) -> Self:
        """Return a value that names a file which the provider has."""
        return cls(file_id=file_id, media_type=media_type, **options)

    def wire(self, api: str) -> Mapping[str, Any] | None:
        """Return the piece of a request's JSON that this value is, or None to leave it to the provider's plugin.

        A type for which the plugins' own forms will not do overrides this.

        Args:
            api: whose form is wanted: ``openai-chat``, ``openai-responses``, ``anthropic`` or ``gemini``.
        """
        return None

    def tokens(self) -> int:
        """Return about how many tokens the value takes beside `text`, where a provider does not know better.

        Pictures, sound and PDFs count by `pixels`, `seconds` and `pages`, and 1000 is assumed of what else there is.
        """
        if self.is_text:
            return 0
        if self.pixels is not None or matches(self.media_type, "image/*"):
            return picture_tokens(self.pixels)
        if self.seconds is not None or matches(self.media_type, "audio/*"):
            return sound_tokens(self.seconds)
        if self.pages is not None or self.media_type == "application/pdf":
            return page_tokens(self.pages)
        return _UNKNOWN_TOKENS

    @property
    def pixels(self) -> tuple[int, int] | None:
        """Width and height of a picture, where its content is at hand and tells them."""
        return pixels_in(self.data) if self.data is not None and matches(self.media_type, "image/*") else None

    @property
    def seconds(self) -> float | None:
        """About how long sound lasts, where its content is at hand."""
        return seconds_in(self.data) if self.data is not None and matches(self.media_type, "audio/*") else None

    @property
    def pages(self) -> int | None:
        """About how many pages a PDF has, where its content is at hand."""
        return pages_in(self.data) if self.data is not None and self.media_type == "application/pdf" else None

    @property
    def is_text(self) -> bool:
        """Whether the content is text that is at hand; every model can be given it."""
        return self.data is not None and (self.media_type.startswith("text/") or self.media_type in _TEXTS)

    @property
    def text(self) -> str:
        """What stands for the value where only text can be: the content of a text, and else a short label."""
        if not self.is_text:
            return f"[{self.label}]"
        said = {"name": self.name, "context": self.options.get("context")}
        about = "".join([f" {name}={value!r}" for name, value in said.items() if value])
        return f"<document{about}>\n{self.decoded}\n</document>"

    @property
    def decoded(self) -> str:
        """The content of a text."""
        return (self.data or b"").decode("utf-8", "replace")

    @property
    def label(self) -> str:
        """What people are shown: type, size, name; never the content, nor what follows ``?`` in a URL."""
        if self.url is not None:
            return f"{self.media_type} at {_excerpt(self.url.partition('?')[0])}"
        if self.file_id is not None:
            return f"{self.media_type} {self.file_id}"
        width_height = f"{self.pixels[0]}×{self.pixels[1]} pixels" if self.pixels else ""
        return ", ".join(part for part in (self.media_type, self.name, width_height, _size(self.data)) if part)

    @property
    def base64(self) -> str:
        """The content in base64."""
        return b64encode(self.data or b"").decode()

    @property
    def data_uri(self) -> str:
        """The content as a ``data:`` URI, or the URL."""
        return f"data:{self.media_type};base64,{self.base64}" if self.url is None else self.url

    @property
    def digest(self) -> str:
        """What tells two values apart: a hash of the content and all that is sent with it; made once."""
        if not self._digest:
            from hashlib import sha256

            about = repr((self.media_type, self.name, self.url, self.file_id, sorted(self.options.items())))
            whole = sha256(about.encode() + b"\0" + (self.data or b"")).hexdigest()
            object.__setattr__(self, "_digest", whole)
        return self._digest

    def shown(self) -> dict[str, Any]:
        """Return the value as JSON-ready data, with content as a ``data:`` URI; `read` makes the value of it again."""
        where = {"data": self.data_uri} if self.data is not None else {"url": self.url, "file_id": self.file_id}
        about = {} if self.data is not None else {"media_type": self.media_type}
        named = {**where, **about, "name": self.name or None, **self.options}
        return {name: value for name, value in named.items() if value is not None}

    @classmethod
    def read(cls: type[Self], value: Any) -> Self:
        """Return the value that `value` is: one already, bytes, a ``data:`` URI, or what `shown` gave.

        Raises:
            DataError: it is none of them, such as a path, which is never read in silence.
        """
        if isinstance(value, Media):
            return value if isinstance(value, cls) else cls._like(value)
        if isinstance(value, str):
            return cls._of_uri(value)
        if isinstance(value, Mapping):
            fields = dict(cast("Mapping[str, Any]", value))
            uri = fields.pop("data", None)
            return cls(**fields) if uri is None else cls._of_uri(uri, **fields)
        return cls(value)

    @classmethod
    def _like(cls: type[Self], other: Media) -> Self:
        """Return another type's value as one of this type, without options that this type does not have."""
        known = {name: value for name, value in other.options.items() if name in cls.option_names}
        where: dict[str, Any] = {"data": other.data, "url": other.url, "file_id": other.file_id}
        return cls(**where, media_type=other.media_type, name=other.name, **known)

    @classmethod
    def _of_uri(cls: type[Self], uri: Any, **fields: Any) -> Self:
        head, comma, body = uri.partition(",") if isinstance(uri, str) else ("", "", "")
        if not (comma and head.startswith("data:") and head.endswith(";base64")):
            raise DataError(_no_bytes(cls, uri))
        try:
            data = b64decode(body, validate=True)
        except (Base64Error, ValueError) as error:
            raise DataError(f"The data: URI of {cls.__name__} is no base64.") from error
        kind = head.removeprefix("data:").removesuffix(";base64").partition(";")[0]
        about: dict[str, Any] = {"media_type": kind or None, **fields}
        return cls(data, **about)

    def __setattr__(self, name: str, value: Any) -> None:
        raise DataError(f"{type(self).__name__} is immutable.")

    def __eq__(self, other: object) -> bool:
        return type(self) is type(other) and self.digest == cast("Media", other).digest

    def __hash__(self) -> int:
        return hash(self.digest)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.label})"

    def __reduce__(self) -> Any:
        return type(self).read, (self.shown(),)


def matches(media_type: str, pattern: str) -> bool:
    """Whether a MIME type is meant by a pattern, such as ``image/*``."""
    return pattern in ("*/*", media_type) or (pattern.endswith("/*") and media_type.startswith(pattern[:-1]))


def _media_type(cls: type[Media], data: bytes | None, name: str) -> str:
    from mimetypes import guess_type

    found = media_type_in(data) if data is not None else None
    found = found or guess_type(name.partition("?")[0])[0]
    if found:
        return found
    if data is None:
        return "application/octet-stream" if cls.accepts[0] == "*/*" else cls.accepts[0]
    raise DataError(f"The type of this content cannot be told; say {cls.__name__}(…, media_type='…').")


def _no_bytes(cls: type[Media], value: Any) -> str:
    ways = f"{cls.__name__}.from_file(path), {cls.__name__}.from_url(url) or {cls.__name__}(bytes)"
    what = f"The text {_excerpt(value)!r}" if isinstance(value, str) else f"A {type(value).__name__}"
    return f"{what} is not taken for {cls.__name__}; use {ways}."


def _excerpt(text: str) -> str:
    return text if len(text) <= 60 else f"{text[:60]}…"


def _size(data: bytes | None) -> str:
    size = len(data or b"")
    return f"{size} bytes" if size < 1000 else f"{size / 1e3:.1f} kB" if size < 1e6 else f"{size / 1e6:.1f} MB"


def restored(value: Any) -> Any:
    """Return data out of a file with media in the place of what `Media.shown` wrote, for values without a type."""
    if isinstance(value, Mapping):
        given = cast("Mapping[str, Any]", value)
        if _is_shown(given):
            return Media.read({name: part for name, part in given.items() if name in _OWN})
        return {name: restored(inner) for name, inner in given.items()}
    return [restored(inner) for inner in cast("list[Any]", value)] if isinstance(value, list) else value


def _is_shown(value: Mapping[str, Any]) -> bool:
    data = value.get("data")
    if isinstance(data, str):
        return data.startswith("data:") and ";base64," in data
    return "media_type" in value and ("url" in value or "file_id" in value)
