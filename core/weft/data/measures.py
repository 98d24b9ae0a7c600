"""What the bytes of a file tell: its type, the pixels of a picture, the seconds of sound, the pages of a PDF.

With them goes about how many tokens that is. Vendors' rules differ; these are from those that lie above most others.
"""

from __future__ import annotations

import re
from math import ceil
from struct import error, unpack_from

_BEGINNINGS: tuple[tuple[int, bytes, str], ...] = (
    (0, b"\x89PNG\r\n\x1a\n", "image/png"),
    (0, b"\xff\xd8\xff", "image/jpeg"),
    (0, b"GIF8", "image/gif"),
    (8, b"WEBP", "image/webp"),
    (0, b"BM", "image/bmp"),
    (0, b"%PDF-", "application/pdf"),
    (8, b"WAVE", "audio/wav"),
    (0, b"ID3", "audio/mpeg"),
    (0, b"\xff\xfb", "audio/mpeg"),
    (0, b"\xff\xf3", "audio/mpeg"),
    (0, b"fLaC", "audio/flac"),
    (0, b"OggS", "audio/ogg"),
    (4, b"ftypM4A", "audio/mp4"),
    (4, b"ftyp", "video/mp4"),
)
_PAGE = re.compile(rb"/Type\s*/Page(?![a-zA-Z])")
_NO_FRAMES = (0xC4, 0xC8, 0xCC)
_LONGEST_SIDE, _PIXELS_A_TOKEN, _MOST_OF_A_PICTURE = 1568, 750, 1600
_TOKENS_A_SECOND, _UNKNOWN_SECONDS = 32, 60.0
_TOKENS_A_PAGE, _UNKNOWN_PAGES = 2000, 10
_USUAL_BYTES_A_SECOND = 16_000  # 128 kbit/s, what most compressed sound has


def media_type_in(data: bytes) -> str | None:
    """Return the MIME type that the first bytes of a file tell, or None."""
    return next((kind for place, mark, kind in _BEGINNINGS if data.startswith(mark, place)), None)


def pixels_in(data: bytes) -> tuple[int, int] | None:
    """Return width and height of a PNG, JPEG, GIF or WebP picture, or None."""
    try:
        if data.startswith(b"\x89PNG"):
            return unpack_from(">II", data, 16)
        if data.startswith(b"GIF8"):
            return unpack_from("<HH", data, 6)
        if data.startswith(b"\xff\xd8"):
            return _of_jpeg(data)
        return _of_webp(data) if data.startswith(b"WEBP", 8) else None
    except error:  # the picture breaks off
        return None


def _of_jpeg(data: bytes) -> tuple[int, int] | None:
    """Look for the segment that begins a frame (ITU T.81, B.2.2)."""
    place = 2
    while True:
        mark, code, length = unpack_from(">BBH", data, place)
        if mark != 0xFF:
            return None
        if 0xC0 <= code <= 0xCF and code not in _NO_FRAMES:
            height, width = unpack_from(">HH", data, place + 5)
            return width, height
        place += 2 + length


def _of_webp(data: bytes) -> tuple[int, int] | None:
    """Read the first chunk: plain (RFC 6386), lossless or extended (RFC 9649)."""
    kind = data[12:16]
    if kind == b"VP8 ":
        width, height = unpack_from("<HH", data, 26)
        return width & 0x3FFF, height & 0x3FFF
    if kind == b"VP8L":
        bits = unpack_from("<I", data, 21)[0]
        return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    if kind == b"VP8X":
        low, high, low_height, high_height = unpack_from("<HBHB", data, 24)
        return (low | high << 16) + 1, (low_height | high_height << 16) + 1
    return None


def seconds_in(data: bytes) -> float:
    """Return about how long sound lasts: exactly for WAV, and else as if it had 128 kbit/s."""
    try:
        rate = unpack_from("<I", data, 28)[0] if data.startswith(b"WAVE", 8) else 0
    except error:
        rate = 0
    return len(data) / (rate or _USUAL_BYTES_A_SECOND)


def pages_in(data: bytes) -> int:
    """Return about how many pages a PDF has; at least 1, and too few where its structure is compressed."""
    return max(1, len(_PAGE.findall(data)))


def picture_tokens(pixels: tuple[int, int] | None) -> int:
    """Return a token for 750 pixels of a picture whose longer side was brought to 1568, and at most 1600.

    Source: Anthropic's documentation of vision. A picture of unknown size counts as a large one.
    """
    if pixels is None:
        return _MOST_OF_A_PICTURE
    width, height = pixels
    scale = min(1.0, _LONGEST_SIDE / max(width, height, 1))
    return max(1, min(_MOST_OF_A_PICTURE, ceil(width * scale * height * scale / _PIXELS_A_TOKEN)))


def sound_tokens(seconds: float | None) -> int:
    """Return 32 tokens a second, of unknown length those of a minute. Source: Google's documentation of tokens."""
    return ceil((_UNKNOWN_SECONDS if seconds is None else seconds) * _TOKENS_A_SECOND)


def page_tokens(pages: int | None) -> int:
    """Return 2000 tokens a page, of unknown length those of 10 pages.

    Source: Anthropic's documentation of PDFs, which says 1500 to 3000 for the text and as much as its picture takes.
    """
    return (_UNKNOWN_PAGES if pages is None else pages) * _TOKENS_A_PAGE
