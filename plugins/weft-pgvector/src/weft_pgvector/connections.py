"""Connections that threads share, each used by one thread at a time."""

from __future__ import annotations

import os
import threading
import weakref
from typing import TYPE_CHECKING, Any, TypeVar

import psycopg
from psycopg.errors import DeadlockDetected
from psycopg.pq import TransactionStatus

from .packing import register

if TYPE_CHECKING:
    from collections.abc import Callable

    from .server import Server

    Connection = psycopg.Connection[Any]

T = TypeVar("T")

_TRIALS = 3


class Connections:
    """Opens connections as they are needed, and keeps those that nobody uses.

    Args:
        server: what they connect to.
        most: how many there are at most; who wants another waits for one.
        begin: SQL with which each begins; empty: none.
    """

    def __init__(self, server: Server, *, most: int, begin: bytes = b"") -> None:
        self._server = server
        self._begin = begin
        self._most = most
        self._forget()

    def run(self, work: Callable[[Connection], T]) -> T:
        """Return what work with a connection gives; it may be done again, which must change nothing.

        It is done again where a kept connection turns out to be broken, as after a restart of the server, and where
        the server broke off one of two writers that waited for each other.

        Raises:
            psycopg.Error: it failed, or there is no connection.
        """
        if self._pid != os.getpid():
            self._forget()
        with self._room:
            for trial in range(_TRIALS):
                connection, is_new = self._taken()
                try:
                    return work(connection)
                except psycopg.OperationalError as error:
                    went_stale = connection.closed and not is_new
                    if trial == _TRIALS - 1 or not (went_stale or isinstance(error, DeadlockDetected)):
                        raise
                    if went_stale:
                        self.close()
                finally:
                    self._give_back(connection)
        raise AssertionError("unreachable")

    def close(self) -> None:
        """Close the connections that nobody uses."""
        while (connection := self._popped()) is not None:
            connection.close()

    def _taken(self) -> tuple[Connection, bool]:
        kept = self._popped()
        return (self._opened(), True) if kept is None else (kept, False)

    def _opened(self) -> Connection:
        connection = self._server.connect()
        try:
            register(connection)
            if self._begin:
                connection.execute(self._begin)
        except BaseException:  # whatever it is, nobody has the connection
            connection.close()
            raise
        return connection

    def _give_back(self, connection: Connection) -> None:
        if connection.pgconn.transaction_status == TransactionStatus.IDLE:
            self._idle.append(connection)
        else:
            connection.close()

    def _popped(self) -> Connection | None:
        try:
            return self._idle.pop()
        except IndexError:
            return None

    def _forget(self) -> None:
        """Begin without connections, in a forked child as well: those that it inherits are the parent's to close."""
        self._inherited = getattr(self, "_idle", None)
        self._idle: list[Connection] = []
        self._room = threading.BoundedSemaphore(self._most)
        self._pid = os.getpid()
        weakref.finalize(self, _close_all, self._idle, self._pid)


def _close_all(connections: list[Connection], pid: int) -> None:
    if pid == os.getpid():
        for connection in connections:
            connection.close()
