"""The answers of all processes of a user in one SQLite file.

Readers and one writer at a time share it (write-ahead log); a process that is killed leaves the file as it was before
its last transaction. See https://sqlite.org/wal.html.
"""

from __future__ import annotations

import os
import sqlite3
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from .cache_store import CacheStore

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

T = TypeVar("T")

_FILE = "answers-1.sqlite"  # the number is that of the table's form
_BUSY_SECONDS = 5.0
_DAMAGED = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)
_TOUCHED_AT_MOST = 10_000
_TABLE = """
CREATE TABLE IF NOT EXISTS answers (key TEXT PRIMARY KEY, value BLOB NOT NULL, used REAL NOT NULL) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS answers_by_use ON answers (used);
"""


class SQLiteStore(CacheStore):
    """Keeps values in a file, opened at the first use.

    A damaged file is put aside under a name that ends in ``.damaged``, and a new one is begun.

    Args:
        folder: where the file is; made if it is missing, for this user alone.
        limit_mb: megabytes that the values may take; those not used for longest make room.
        clock: seconds since 1970.

    Raises:
        OSError, sqlite3.Error: from the methods, where the file system or the file cannot be used.
    """

    def __init__(
        self, folder: str | Path, /, *, limit_mb: float = 1000, clock: Callable[[], float] = time.time
    ) -> None:
        self.path = Path(folder).expanduser() / _FILE
        self._limit, self._clock = int(limit_mb * 1_000_000), clock
        self._reader, self._writer = _Line(self.path), _Line(self.path)
        self._repairing = threading.Lock()
        self._touched: set[str] = set()

    def get(self, key: str) -> bytes | None:
        """Return what was put last for `key`, or None."""
        row = self._done(self._reader, lambda connection: connection.execute(_GET, (key,)).fetchone())
        if row is None:
            return None
        if len(self._touched) < _TOUCHED_AT_MOST:
            self._touched.add(key)  # written with the next values: a read should not cost a write
        return row[0]

    def put(self, key: str, value: bytes) -> None:
        """Keep `value` for `key`."""
        self.put_many([(key, value)])

    def put_many(self, items: Sequence[tuple[str, bytes]]) -> None:
        """Keep several values in one transaction."""
        self._done(self._writer, lambda connection: self._write(connection, items))

    def clear(self) -> None:
        """Forget everything, for all processes."""
        self._done(self._writer, _empty)

    def close(self) -> None:
        """Close the file; the next use opens it again."""
        self._reader.close()
        self._writer.close()

    def _write(self, connection: sqlite3.Connection, items: Sequence[tuple[str, bytes]]) -> None:
        now = self._clock()
        touched, self._touched = self._touched, set()
        with connection:
            connection.execute("BEGIN IMMEDIATE")
            connection.executemany("UPDATE answers SET used = ? WHERE key = ?", [(now, key) for key in touched])
            connection.executemany("REPLACE INTO answers VALUES (?, ?, ?)", [(key, value, now) for key, value in items])
        if _size(connection) > self._limit:
            self._make_room(connection)

    def _make_room(self, connection: sqlite3.Connection) -> None:
        """Drop a tenth of the values at a time until a tenth of the limit is free."""
        while _size(connection) > self._limit * 0.9:
            count = connection.execute("SELECT count(*) FROM answers").fetchone()[0]
            if not count:
                break
            with connection:
                connection.execute("BEGIN IMMEDIATE")
                connection.execute(_DROP, (max(1, count // 10),))
        connection.executescript("PRAGMA incremental_vacuum")  # `execute` would free one page

    def _done(self, line: _Line, action: Callable[[sqlite3.Connection], T]) -> T:
        """Do something with the file, a second time with a new one if this one is damaged."""
        try:
            return line.run(action)
        except sqlite3.DatabaseError as error:
            if error.sqlite_errorcode & 0xFF not in _DAMAGED:
                raise
            self._put_aside(line.opened)
        return line.run(action)

    def _put_aside(self, damaged: int | None) -> None:
        """Rename the file, unless another thread or process has done so and begun a new one."""
        with self._repairing:
            self.close()
            if damaged is None or _inode(self.path) == damaged:
                for ending in ("", "-wal", "-shm"):
                    file = self.path.with_name(self.path.name + ending)
                    if file.exists():
                        file.replace(file.with_name(f"{self.path.name}.damaged{ending}"))


_GET = "SELECT value FROM answers WHERE key = ?"
_DROP = "DELETE FROM answers WHERE key IN (SELECT key FROM answers ORDER BY used LIMIT ?)"


class _Line:
    """One connection, used by one thread at a time and closed after a failure."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.RLock()
        self._connection: sqlite3.Connection | None = None
        self.opened: int | None = None

    def run(self, action: Callable[[sqlite3.Connection], T]) -> T:
        with self._lock:
            try:
                if self._connection is None:
                    self._open()
                return action(self._connection)  # type: ignore[arg-type] # it is open
            except BaseException:  # whatever it is, whoever comes next begins with a new connection
                self.close()
                raise

    def close(self) -> None:
        with self._lock:
            connection, self._connection = self._connection, None
            if connection is not None:
                connection.close()

    def _open(self) -> None:
        self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        os.close(os.open(self._path, os.O_RDWR | os.O_CREAT, 0o600))  # answers are nobody else's business
        self.opened = _inode(self._path)
        self._connection = connection = sqlite3.connect(
            self._path, timeout=_BUSY_SECONDS, isolation_level=None, check_same_thread=False
        )
        connection.execute("PRAGMA auto_vacuum = incremental")
        connection.execute("PRAGMA journal_mode = wal").fetchall()
        connection.execute("PRAGMA synchronous = normal")  # a power cut may cost the last answers, never the file
        connection.execute("PRAGMA journal_size_limit = 8000000")
        connection.executescript(_TABLE)


def _inode(path: Path) -> int | None:
    try:
        return path.stat().st_ino
    except OSError:
        return None


def _size(connection: sqlite3.Connection) -> int:
    """Return the bytes of the pages that hold something."""
    pages, free, size = (
        connection.execute(f"PRAGMA {what}").fetchone()[0] for what in ("page_count", "freelist_count", "page_size")
    )
    return (pages - free) * size


def _empty(connection: sqlite3.Connection) -> None:
    connection.execute("DELETE FROM answers")
    connection.executescript("PRAGMA incremental_vacuum")  # `execute` would free one page
