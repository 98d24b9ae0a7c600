"""Server-sent events, read from bytes in pieces of any size (WHATWG HTML, section 9.2)."""

from __future__ import annotations

from typing import NamedTuple


class Event(NamedTuple):
    """One event.

    Attributes:
        data: its lines, with newlines between them; UTF-8.
        name: the event's type, empty where it says none.
    """

    data: bytes
    name: str = ""


class EventParser:
    """Turns bytes into events. An event that is not ended by an empty line was cut off and is not given.

    Example:
        >>> parser = EventParser()
        >>> parser.feed(b"data: one")
        []
        >>> parser.feed(b"\\n\\n")
        [Event(data=b'one', name='')]
    """

    __slots__ = ("_after_return", "_data", "_name", "_rest", "_started")

    def __init__(self) -> None:
        self._rest = b""
        self._data: list[bytes] = []
        self._name = ""
        self._after_return = False
        self._started = False

    def feed(self, chunk: bytes) -> list[Event]:
        """Take the next bytes and return the events that they complete."""
        if not self._started:
            chunk = self._without_mark(chunk)
        if b"\r" in chunk or self._after_return:
            chunk = self._with_newlines(chunk)
        if b"\n" not in chunk:
            self._rest += chunk
            return []
        lines = (self._rest + chunk).split(b"\n")
        self._rest = lines.pop()
        events: list[Event] = []
        for line in lines:
            if line:
                self._take(line)
            elif self._data:
                events.append(Event(self._data[0] if len(self._data) == 1 else b"\n".join(self._data), self._name))
                self._data, self._name = [], ""
            else:
                self._name = ""
        return events

    def _take(self, line: bytes) -> None:
        field, _, value = line.partition(b":")
        if value[:1] == b" ":
            value = value[1:]
        if field == b"data":
            self._data.append(value)
        elif field == b"event":
            self._name = value.decode("utf-8", "replace")

    def _with_newlines(self, chunk: bytes) -> bytes:
        """Make every end of a line a newline, also where CR and LF come in different pieces."""
        if self._after_return and chunk[:1] == b"\n":
            chunk = chunk[1:]
        if chunk:
            self._after_return = chunk[-1:] == b"\r"
        return chunk.replace(b"\r\n", b"\n").replace(b"\r", b"\n")

    def _without_mark(self, chunk: bytes) -> bytes:
        """Drop the byte order mark that a stream may begin with; it may come in pieces, too."""
        self._rest += chunk
        mark = b"\xef\xbb\xbf"
        if len(self._rest) < len(mark) and mark.startswith(self._rest):
            return b""
        self._started = True
        begun, self._rest = self._rest.removeprefix(mark), b""
        return begun
