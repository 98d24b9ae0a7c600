"""What PostgreSQL says when it cannot, in one sentence that names the place."""

from __future__ import annotations

import re
from contextlib import contextmanager
from typing import TYPE_CHECKING

import psycopg

from weft.errors import RMError, RMTransportError

if TYPE_CHECKING:
    from collections.abc import Generator

    from .server import Server

_FATAL = re.compile(r"FATAL:\s+(.+)")
_NOT_YET = ("starting up", "shutting down", "in recovery")
_NO_PASSWORD = "no password supplied"  # noqa: S105 - what libpq says
_REASON = re.compile(r".*failed: (.+)")


@contextmanager
def told(server: Server, table: str) -> Generator[None]:
    """Raise what psycopg raises as weft's errors.

    Raises:
        RMTransportError: the server cannot be reached, or broke the connection.
        RMError: everything else.
    """
    try:
        yield
    except psycopg.OperationalError as error:
        if error.sqlstate is None:
            raise _unconnected(server, str(error)) from error
        if error.sqlstate.startswith(("08", "57P")):
            raise _away(server, _first_line(error)) from error
        raise RMError(f"{server} says of the table {table}: {_first_line(error)}.") from error
    except psycopg.Error as error:
        raise RMError(f"{server} says of the table {table}: {_first_line(error)}.") from error


def _unconnected(server: Server, said: str) -> RMError:
    """Return the error for a connection that did not come about, or broke: libpq has no code for why."""
    if refused := _FATAL.search(said):
        reason = refused[1].strip()
        if not any(words in reason for words in _NOT_YET):
            return RMError(f"{server} refuses the connection: {reason}. Look at dsn.")
        return _away(server, reason)
    if _NO_PASSWORD in said:
        return RMError(f"{server} wants a password. Give it in dsn, or in the environment variable PGPASSWORD.")
    reasons = _REASON.findall(said)
    return _away(server, reasons[-1] if reasons else said.splitlines()[0])


def _away(server: Server, reason: str) -> RMTransportError:
    return RMTransportError(f"{server} cannot be reached: {reason.strip().rstrip('.')}. Start it, or look at dsn.")


def _first_line(error: psycopg.Error) -> str:
    said = error.diag.message_primary or str(error) or type(error).__name__
    return said.splitlines()[0].rstrip(".")
