"""Where a collection is: in a folder, in this process's memory, or on a server."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlsplit

import chromadb
import httpx
from chromadb.config import Settings
from chromadb.errors import NotFoundError

from weft.errors import OptionError, RMError, RMTransportError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from weft import Secret

_CONNECT_SECONDS = 1.5  # a server that is not there must be told from a slow one


@dataclass(frozen=True, slots=True)
class Tenancy:
    """The tenant and the database of Chroma's, which must be there."""

    tenant: str
    database: str


@dataclass(frozen=True, slots=True)
class Folder:
    """A folder, used by this process alone."""

    path: Path
    tenancy: Tenancy
    persistent = True

    def __str__(self) -> str:
        return f"Chroma in the folder {str(self.path)!r}"

    def is_there(self) -> bool:
        """Whether there is a database without making one."""
        return self.path.exists()

    def client(self) -> Any:
        """Return a client of Chroma's; it waits for the disk."""
        return chromadb.PersistentClient(self.path, _settings(), self.tenancy.tenant, self.tenancy.database)


@dataclass(frozen=True, slots=True)
class Memory:
    """This process's memory."""

    tenancy: Tenancy
    persistent = False

    def __str__(self) -> str:
        return "Chroma in memory"

    def is_there(self) -> bool:
        """Whether there is a database without making one."""
        return True

    def client(self) -> Any:
        """Return a client of Chroma's."""
        return chromadb.EphemeralClient(_settings(), self.tenancy.tenant, self.tenancy.database)


@dataclass(frozen=True, slots=True)
class Server:
    """A server.

    Attributes:
        url: its address.
        headers: what goes with every request.
        timeout: seconds to wait for an answer.
    """

    url: str
    headers: Mapping[str, Secret]
    timeout: float
    tenancy: Tenancy
    persistent = True

    def __str__(self) -> str:
        return f"The Chroma server at {self.url!r}"

    def is_there(self) -> bool:
        """Whether there is a database without making one; a server does not make any."""
        return True

    def client(self) -> Any:
        """Return a client of Chroma's; it waits for the server."""
        headers = {name: value.reveal() for name, value in self.headers.items()}
        patience = httpx.Timeout(self.timeout, connect=min(self.timeout, _CONNECT_SECONDS))
        # Chroma's client would wait for ever for a server that takes the connection and does not answer.
        _ask(self, headers, min(self.timeout, _CONNECT_SECONDS))
        client = chromadb.HttpClient(
            self.url, headers=headers, settings=_settings(), tenant=self.tenancy.tenant, database=self.tenancy.database
        )
        for session in _sessions(client):
            session.timeout = patience
        return client


def connected(place: Folder | Memory | Server) -> Any:
    """Return a client of Chroma's.

    Raises:
        RMTransportError: the server cannot be reached, or does not answer.
        RMError: there is no such database, or what is there is no Chroma server.
    """
    try:
        return place.client()
    except NotFoundError as error:
        raise _no_database(place) from error


def disconnect(client: Any) -> None:
    """Close a client, and its connections, which Chroma would leave open."""
    sessions = _sessions(client)
    client.close()
    for session in sessions:
        session.close()


def server_of(url: str, *, headers: Mapping[str, Secret], timeout: float, tenancy: Tenancy) -> Server:
    """Return the server at a URL.

    Raises:
        OptionError: it is no URL, or has a password in it, which messages would show.
    """
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise OptionError(f"url is the address of a Chroma server, like 'http://localhost:8000', not {url!r}.")
    if "@" in parts.netloc:
        raise OptionError("url is shown in messages, so it takes no user and no password; use token= or headers=.")
    return Server(url.rstrip("/"), headers, timeout, tenancy)


def unreachable(place: object, error: BaseException) -> RMTransportError:
    """Return the error for a server that does not answer."""
    what = "does not answer in time" if isinstance(error, httpx.TimeoutException) else f"cannot be reached ({error})"
    return RMTransportError(f"{place} {what}. Start it with `chroma run`, or look at url.")


def fresh_name(collection: str) -> str:
    """Return a name that no other collection in this process's memory has."""
    return f"{collection}-{uuid.uuid4().hex}"


def _ask(server: Server, headers: Mapping[str, str], seconds: float) -> None:
    """Make sure that a Chroma server with the database answers."""
    tenancy = server.tenancy
    path = f"/api/v2/tenants/{quote(tenancy.tenant, safe='')}/databases/{quote(tenancy.database, safe='')}"
    try:
        answer = httpx.get(server.url + path, headers=headers, timeout=seconds)
    except httpx.TransportError as error:
        raise unreachable(server, error) from error
    if answer.status_code in (401, 403):
        raise RMError(f"{server} refuses the key (status {answer.status_code}). Give token= or headers=.")
    if answer.status_code == 404 and "NotFoundError" in answer.text:
        raise _no_database(server)
    if answer.status_code != 200 or '"tenant"' not in answer.text:
        raise RMError(f"At {server.url!r} there is something, but no Chroma server (status {answer.status_code}).")


def _sessions(client: Any) -> list[Any]:
    """Return the HTTP clients within a client of Chroma's, which has no option for what is done with them."""
    servers: list[Any] = [getattr(part, "_server", None) for part in (client, getattr(client, "_admin_client", None))]
    return [server._session for server in servers if hasattr(server, "_session")]


def _no_database(place: Folder | Memory | Server) -> RMError:
    tenancy = place.tenancy
    return RMError(f"{place} has no database {tenancy.database!r} of the tenant {tenancy.tenant!r}.")


def _settings() -> Settings:
    return Settings(anonymized_telemetry=False)
