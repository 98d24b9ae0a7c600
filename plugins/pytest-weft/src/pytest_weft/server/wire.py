"""HTTP/1.1 as bytes: reading requests, writing the heads and chunks of answers.

The server speaks it itself, so that it can break it at every byte, and so that a plain answer costs little time.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

REASONS = {
    100: "Continue", 200: "OK", 400: "Bad Request", 401: "Unauthorized", 402: "Payment Required", 403: "Forbidden",
    404: "Not Found", 405: "Method Not Allowed", 408: "Request Timeout", 409: "Conflict", 413: "Content Too Large",
    415: "Unsupported Media Type", 422: "Unprocessable Content", 429: "Too Many Requests",
    500: "Internal Server Error", 501: "Not Implemented", 502: "Bad Gateway", 503: "Service Unavailable",
    504: "Gateway Timeout", 529: "Site Overloaded",
}  # fmt: skip
CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"
LAST_CHUNK = b"0\r\n\r\n"


class BadRequest(ValueError):
    """The bytes of a client are no HTTP request."""


@dataclass(frozen=True, slots=True)
class Incoming:
    """An HTTP request: header names are lower case; the values may hold a key and stay out of the representation."""

    method: str
    path: str
    query: str
    headers: dict[str, str] = field(repr=False)
    body: bytes = field(repr=False)

    @property
    def is_last(self) -> bool:
        """Whether the client wants no further request on this connection."""
        return self.headers.get("connection", "").lower() == "close"


def read_request(buffer: bytearray) -> tuple[Incoming, int] | None:
    """Return the first request of the buffer and its length, or None while it is not complete.

    Raises:
        BadRequest: the bytes are no HTTP/1.1 request.
    """
    end = buffer.find(b"\r\n\r\n")
    if end < 0:
        return None
    first, *lines = buffer[:end].decode("latin-1").split("\r\n")
    words = first.split(" ")
    if len(words) != 3 or not words[2].startswith("HTTP/1."):
        raise BadRequest(f"This is no request line: {first!r}.")
    headers = {name.lower(): value.strip() for name, _, value in [line.partition(":") for line in lines]}
    read = _read_body(buffer, end + 4, headers)
    if read is None:
        return None
    path, _, query = words[1].partition("?")
    return Incoming(words[0], path, query, headers, read[0]), read[1]


def wants_continue(buffer: bytearray) -> bool:
    """Return whether the client waits for a go-ahead before it sends the body."""
    return b"\r\n\r\n" in buffer and b"\r\nexpect: 100-continue" in buffer[:8192].lower()


def _read_body(buffer: bytearray, start: int, headers: dict[str, str]) -> tuple[bytes, int] | None:
    if headers.get("transfer-encoding", "").lower() == "chunked":
        return _read_chunks(buffer, start)
    length = headers.get("content-length", "0")
    if not length.isdigit():
        raise BadRequest(f"This is no content length: {length!r}.")
    end = start + int(length)
    return (bytes(buffer[start:end]), end) if len(buffer) >= end else None


def _read_chunks(buffer: bytearray, position: int) -> tuple[bytes, int] | None:
    parts: list[bytes] = []
    while (line_end := buffer.find(b"\r\n", position)) >= 0:
        size = int(buffer[position:line_end].split(b";")[0], 16)
        position = line_end + 2 + size + 2
        if len(buffer) < position:
            return None
        if not size:
            return b"".join(parts), position
        parts.append(bytes(buffer[line_end + 2 : line_end + 2 + size]))
    return None


def head(status: int, headers: list[tuple[str, str]], content_type: str, length: int | None) -> bytes:
    """Return the head of an answer; a length of None announces chunks."""
    framing = "transfer-encoding: chunked" if length is None else f"content-length: {length}"
    more = "".join([f"{name}: {value}\r\n" for name, value in headers])
    reason = REASONS.get(status, "Unknown")
    return f"HTTP/1.1 {status} {reason}\r\ncontent-type: {content_type}\r\n{framing}\r\n{more}\r\n".encode("latin-1")


def chunk(data: bytes) -> bytes:
    """Return one chunk of a chunked body."""
    return b"%x\r\n%b\r\n" % (len(data), data)


_encoder = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))


def json_text(value: Any) -> str:
    """Return compact JSON that keeps characters as they are."""
    return _encoder.encode(value)


def json_bytes(value: Any) -> bytes:
    """Return compact JSON in UTF-8."""
    return _encoder.encode(value).encode("utf-8", "surrogatepass")


def data_event(value: Any) -> bytes:
    """Return a server-sent event without a name, as OpenAI and Gemini send them."""
    return f"data: {_encoder.encode(value)}\n\n".encode("utf-8", "surrogatepass")


def named_event(name: str, value: Any) -> bytes:
    """Return a server-sent event with a name, as Anthropic and OpenAI's responses send them."""
    return f"event: {name}\ndata: {_encoder.encode(value)}\n\n".encode("utf-8", "surrogatepass")
