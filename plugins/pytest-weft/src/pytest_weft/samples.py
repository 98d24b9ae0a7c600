"""Small files of several kinds, with headers that are real, for tests of whoever takes or sends media."""

from __future__ import annotations

import struct
import zlib


def png(width: int = 640, height: int = 480) -> bytes:
    """Return a PNG of one colour."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    rows = (b"\0" + b"\x80" * width) * height
    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    body = chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows, 9)) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + body


def jpeg(width: int, height: int) -> bytes:
    """Return the header of a JPEG, with a comment before the frame."""
    comment = b"\xff\xfe" + struct.pack(">H", 6) + b"note"
    tables = b"\xff\xc4" + struct.pack(">H", 4) + b"\0\0"
    frame = b"\xff\xc0" + struct.pack(">HBHHB", 11, 8, height, width, 1) + b"\1\x11\0"
    return b"\xff\xd8" + comment + tables + frame


def gif(width: int, height: int) -> bytes:
    """Return the header of a GIF."""
    return b"GIF89a" + struct.pack("<HH", width, height) + b"\0\0\0"


def webp(kind: str, width: int, height: int) -> bytes:
    """Return the header of a WebP: ``VP8 ``, ``VP8L`` or ``VP8X``."""
    bodies = {
        "VP8 ": b"\0\0\0\x9d\x01\x2a" + struct.pack("<HH", width, height),
        "VP8L": b"\x2f" + struct.pack("<I", (width - 1) | (height - 1) << 14),
        "VP8X": b"\0\0\0\0" + (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little"),
    }
    body = bodies[kind]
    return b"RIFF" + struct.pack("<I", len(body) + 12) + b"WEBP" + kind.encode() + struct.pack("<I", len(body)) + body


def wav(seconds: float, rate: int = 8000) -> bytes:
    """Return silence with 8 bits a sample."""
    data = b"\x80" * int(seconds * rate)
    form = b"fmt " + struct.pack("<IHHIIHH", 16, 1, 1, rate, rate, 1, 8)
    return b"RIFF" + struct.pack("<I", len(data) + 36) + b"WAVE" + form + b"data" + struct.pack("<I", len(data)) + data


def pdf(pages: int = 1) -> bytes:
    """Return the objects of a PDF that say how many pages it has."""
    return b"%PDF-1.4\n<< /Type /Pages >>\n" + b"<< /Type /Page /Parent 1 0 R >>\n" * pages
