"""How an answer goes out: in one piece, or slowly, in fragments, in part or not at all."""

from __future__ import annotations

import asyncio
import socket
import struct
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from . import wire

if TYPE_CHECKING:
    from .books import Exchange
    from .faults import Fault

Ending = Literal["whole", "close", "stall"]
COMMENT = b": keep-alive\n\n"
PROXY_PAGE = b"<html>\r\n<head><title>%s</title></head>\r\n<body><center><h1>%s</h1></center></body>\r\n</html>\r\n"


@dataclass(slots=True)
class Reply:
    """An answer that is ready to go: a body, or the events of a stream and the one that reports an error in it."""

    status: int
    headers: list[tuple[str, str]]
    body: bytes = b""
    events: list[bytes] | None = None
    error_event: bytes = b""
    content_type: str = "application/json"
    fault: Fault | None = None
    exchange: Exchange | None = None
    has_begun: bool = False

    def whole(self) -> bytes:
        """Return every byte of an answer that nothing delays or damages."""
        head = self.head()
        if self.events is None:
            return head + self.body
        return b"".join([head, *map(wire.chunk, self.events), wire.LAST_CHUNK])

    def head(self) -> bytes:
        """Return the head, which begins the answer; a damaged body is announced in full."""
        self.has_begun = True
        if self.events is None:
            return wire.head(self.status, self.headers, self.content_type, len(self.body))
        return wire.head(self.status, [*self.headers, ("cache-control", "no-cache")], "text/event-stream", None)


def damage(reply: Reply, fault: Fault) -> tuple[list[bytes], Ending]:
    """Return the pieces of the body that go out and how it ends. The reply is changed where its head must be."""
    if fault.kind == "html":
        _become_a_page(reply, fault)
    if reply.events is None:
        pieces, ending = _damaged_body(reply, fault)
    else:
        pieces, ending = _damaged_events(reply.events, reply.error_event, fault)
        if fault.comments:
            pieces = [piece for event in pieces for piece in (COMMENT, event)]
    return (_fragments(b"".join(pieces), fault.split) if fault.split else pieces), ending


def _become_a_page(reply: Reply, fault: Fault) -> None:
    reply.status = fault.status or 502
    title = f"{reply.status} {wire.REASONS.get(reply.status, '')}".encode()
    reply.events, reply.content_type, reply.body = None, "text/html", PROXY_PAGE % (title, title)


def _damaged_body(reply: Reply, fault: Fault) -> tuple[list[bytes], Ending]:
    half = reply.body[: len(reply.body) // 2]
    if fault.kind in ("close", "cut"):
        return [half], "close"
    if fault.kind in ("malformed_json", "malformed_sse"):
        reply.body = half
    return [reply.body], "whole"


def _damaged_events(events: list[bytes], error: bytes, fault: Fault) -> tuple[list[bytes], Ending]:
    after = len(events) // 2 if fault.after is None else fault.after
    first = events[:after]
    following = b"".join(events[after : after + 1])
    half = following[: len(following) // 2]
    if fault.kind == "close":
        return [*first, half], "close"
    if fault.kind == "cut":
        return first, "whole" if fault.clean else "close"
    if fault.kind == "stall":
        return first, "stall"
    if fault.kind in ("malformed_sse", "malformed_json"):
        return [*first, half.rstrip() + b"\n\n", *events[after + 1 :]], "whole"
    if fault.kind == "stream_error":
        return [*first, error], "whole"
    return events, "whole"


def _fragments(data: bytes, size: int) -> list[bytes]:
    return [data[start : start + size] for start in range(0, len(data), size)]


async def deliver(transport: asyncio.Transport, reply: Reply, fault: Fault, latency: float) -> bool:
    """Send an answer as its fault wants it; return whether the connection may go on."""
    if latency or fault.delay:
        await asyncio.sleep(latency + fault.delay)
    if fault.kind == "reset":
        reset(transport)
        return False
    if fault.kind == "stall" and (fault.after is None or reply.events is None):
        await _for_ever()
    pieces, ending = damage(reply, fault)
    is_stream = reply.events is not None
    transport.write(reply.head())
    await _send(transport, pieces, is_stream, fault)
    if ending == "stall":
        await _for_ever()
    if ending == "whole" and is_stream:
        transport.write(wire.LAST_CHUNK)
    return ending == "whole"


async def _send(transport: asyncio.Transport, pieces: list[bytes], is_stream: bool, fault: Fault) -> None:
    for number, piece in enumerate(pieces):
        if number:
            await asyncio.sleep(fault.chunk_delay)  # 0 still lets the pieces leave one by one
        if piece:
            transport.write(wire.chunk(piece) if is_stream else piece)


def reset(transport: asyncio.Transport) -> None:
    """Close the connection so that the client sees a reset and not an end."""
    connection = transport.get_extra_info("socket")
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    transport.abort()


async def _for_ever() -> None:
    await asyncio.get_running_loop().create_future()
