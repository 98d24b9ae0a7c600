"""Where the server is, and what of that may be shown."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import psycopg
from psycopg.conninfo import conninfo_to_dict

from weft import Secret
from weft.errors import OptionError

if TYPE_CHECKING:
    from collections.abc import Mapping

_CONNECT_SECONDS = 3  # a server that is not there must be told from a slow one
_HOW = "Write it like 'postgresql://user:password@host:5432/database' or 'host=… dbname=… user=…'."


@dataclass(frozen=True, slots=True)
class Server:
    """A server and a database on it; as a text it has no password.

    Attributes:
        parameters: those of a connection, without the password.
        password: the password, where one was given.
    """

    parameters: Mapping[str, Any]
    password: Secret | None

    def connect(self) -> psycopg.Connection[Any]:
        """Return a new connection, in which every statement is a transaction unless it says otherwise.

        Raises:
            psycopg.Error: there is none to be had.
        """
        secret: dict[str, Any] = {} if self.password is None else {"password": self.password.reveal()}
        return psycopg.connect(**self.parameters, **secret, autocommit=True, cursor_factory=psycopg.RawCursor[Any])

    def __str__(self) -> str:
        known = {option.keyword.decode(): option.val for option in psycopg.pq.Conninfo.get_defaults()}
        host, port, database = (self._said(known, name) for name in ("host", "port", "dbname"))
        place = f"{host or 'localhost'}:{port}"
        return f"PostgreSQL at {place!r}" + (f", database {database!r}" if database else "")

    def _said(self, known: Mapping[str, bytes | None], name: str) -> str:
        return str(self.parameters.get(name) or (known.get(name) or b"").decode())


def server_of(dsn: str | Secret | None) -> Server:
    """Return the server that a connection string names; None: the one that libpq's environment variables name.

    Raises:
        OptionError: it is none; the message does not repeat it, since there may be a password in it.
    """
    try:
        parameters: dict[str, Any] = dict(conninfo_to_dict(Secret(dsn).reveal())) if dsn else {}
    except psycopg.Error:
        raise OptionError(f"dsn of a PostgreSQL server cannot be read. {_HOW}") from None  # it may quote the password
    password = parameters.pop("password", None)
    defaults = {"connect_timeout": _CONNECT_SECONDS, "fallback_application_name": "weft"}
    return Server({**defaults, **parameters, "client_encoding": "UTF8"}, Secret(password) if password else None)
