"""Journals: what a long run must not forget, as JSON records in a file that is only added to.

A process that is killed while it writes leaves at most a torn last line, which readers pass over and the next writer
cuts off. One process writes at a time; the system gives its lock free however the process ends.
"""

from __future__ import annotations

import json
import os
import sys
import threading
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, cast

from ..errors import JournalError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

if sys.platform == "win32":
    import msvcrt
else:
    import fcntl

_LOCKED_BYTE = 1 << 40  # on Windows, where what is locked cannot be read; no journal is that long


class Journal:
    """A journal that is open for adding to. Safe for threads.

    Args:
        path: the file; it and its folder are made where they are missing, for this user alone.
        kind: what the records are about; a file of another kind is refused.
        version: of the records' form; a file of another version is refused.
        fsync: ``append``: what was appended survives a loss of power. ``close``: only what was there at the end does;
            a killed process loses nothing either way.

    Raises:
        JournalError: the file is no such journal, is damaged, cannot be written, or another process writes it.

    Example:
        >>> import tempfile
        >>> path = Path(tempfile.mkdtemp()) / "run.jsonl"
        >>> with Journal(path, kind="example", version=1) as journal:
        ...     journal.append([{"step": 1}, {"step": 2}])
        >>> list(read_journal(path, kind="example", version=1))
        [{'step': 1}, {'step': 2}]
    """

    def __init__(
        self, path: str | Path, *, kind: str, version: int, fsync: Literal["append", "close"] = "append"
    ) -> None:
        self.path = Path(path)
        self._head = {"journal": kind, "v": version}
        self._fsync = fsync
        self._lock = threading.Lock()
        self._file = _opened(self.path)
        try:
            _lock_file(self._file, self.path)
            self._size = self._repaired()
        except BaseException:  # whatever it is, there is no journal, and the file is free for others
            self.close()
            raise

    def _repaired(self) -> int:
        """Cut off a torn last line, write the head of a new file, and return where the next record goes."""
        size = max([end for _, end in _lines(self.path, self._head)], default=0)
        with _told(self.path):
            os.ftruncate(self._file, size)
        self._size = size
        if not size:
            self.append([self._head])
        return self._size

    def append(self, records: Iterable[Mapping[str, Any]]) -> None:
        """Add records: all of them, or none where the system refuses.

        Raises:
            JournalError: the journal is closed, or the file cannot be written.
        """
        data = b"".join([json.dumps(record, separators=(",", ":")).encode() + b"\n" for record in records])
        with self._lock:
            if self._file < 0:
                raise JournalError(f"The journal {str(self.path)!r} is closed.")
            with _told(self.path):
                try:
                    _write(self._file, data)
                except OSError:
                    with suppress(OSError):  # what is torn now is cut off by the next writer, if not here
                        os.ftruncate(self._file, self._size)
                    raise
                if self._fsync == "append":
                    os.fsync(self._file)
            self._size += len(data)

    def close(self) -> None:
        """Let others write; closing again does nothing."""
        with self._lock:
            file, self._file = self._file, -1
            if file < 0:
                return
            with suppress(OSError):
                os.fsync(file)
            os.close(file)

    def __enter__(self) -> Journal:
        return self

    def __exit__(self, *raised: object) -> None:
        self.close()


def read_journal(path: str | Path, *, kind: str, version: int) -> Iterator[dict[str, Any]]:
    """Yield the records of a journal, which may be being written.

    Raises:
        JournalError: the file is no such journal, is damaged, or cannot be read.
    """
    lines = _lines(Path(path), {"journal": kind, "v": version})
    next(lines, None)
    for record, _ in lines:
        yield record


def _lines(path: Path, head: Mapping[str, Any]) -> Iterator[tuple[dict[str, Any], int]]:
    """Yield every whole line, the head first, with where it ends."""
    end = 0
    with _told(path), path.open("rb") as file:
        for line in file:
            record = _parsed(line)
            if record is None and not file.read(1):
                return  # torn
            if record is None or (end == 0 and record.get("journal") != head["journal"]):
                raise JournalError(f"{str(path)!r} is no journal of {head['journal']}, or it is damaged at byte {end}.")
            if end == 0 and record != head:
                raise JournalError(f"The journal {str(path)!r} was written by another version of weft.")
            end += len(line)
            yield record, end


def _parsed(line: bytes) -> dict[str, Any] | None:
    if not line.endswith(b"\n"):
        return None
    try:
        record: Any = json.loads(line)
    except ValueError:
        return None
    return cast("dict[str, Any]", record) if isinstance(record, dict) else None


class _told:  # noqa: N801 - used as a function
    """Turn what the system says into a JournalError that names the file."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def __enter__(self) -> None:
        pass

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if isinstance(error, OSError) and not isinstance(error, JournalError):
            raise JournalError(f"The journal {str(self._path)!r} cannot be used: {error.strerror or error}.") from error


def _opened(path: Path) -> int:
    with _told(path):
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        return os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND | getattr(os, "O_BINARY", 0), 0o600)


def _write(file: int, data: bytes) -> None:
    left = memoryview(data)
    while left:
        left = left[os.write(file, left) :]


def _lock_file(file: int, path: Path) -> None:
    """Become the one who writes.

    Raises:
        JournalError: another one does, or the file was removed since it was opened.
    """
    try:
        if sys.platform == "win32":
            os.lseek(file, _LOCKED_BYTE, os.SEEK_SET)
            msvcrt.locking(file, msvcrt.LK_NBLCK, 1)
        else:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        still_there = os.path.samestat(os.fstat(file), path.stat())
    except OSError:
        still_there = False
    if not still_there:
        raise JournalError(f"The journal {str(path)!r} is in use by another run.")
