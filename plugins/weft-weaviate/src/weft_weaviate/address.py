"""Where the server is: its URL for HTTP, and host and port for gRPC."""

from __future__ import annotations

import os
from dataclasses import dataclass
from urllib.parse import urlsplit

from weft.errors import OptionError

_DEFAULT = "http://localhost:8080"
_PORTS = {"http": 80, "https": 443}
_GRPC_PORTS = {"http": 50051, "https": 443}


@dataclass(frozen=True, slots=True)
class Address:
    """The two places at which a server listens."""

    host: str
    port: int
    grpc_host: str
    grpc_port: int
    is_secure: bool

    @property
    def places(self) -> tuple[tuple[str, int], tuple[str, int]]:
        """Host and port of each."""
        return (self.host, self.port), (self.grpc_host, self.grpc_port)

    def __str__(self) -> str:
        scheme = "https" if self.is_secure else "http"
        return f"{scheme}://{self.host}:{self.port} (gRPC: {self.grpc_host}:{self.grpc_port})"


def address(url: str | None, grpc_host: str | None, grpc_port: int | None) -> Address:
    """Return the address that options give, or WEAVIATE_URL, or that of a server on this machine.

    Raises:
        OptionError: the URL cannot be read; it is not repeated, as it may hold a secret.
    """
    try:
        parts = urlsplit(url or os.environ.get("WEAVIATE_URL") or _DEFAULT)
        host, port = parts.hostname, parts.port
    except ValueError:
        host, port, parts = None, None, urlsplit("")
    if parts.scheme not in _PORTS or not host or "@" in parts.netloc or parts.path.strip("/") or parts.query:
        raise OptionError(
            "The URL of the Weaviate server cannot be read; it is like http://localhost:8080 or https://my.server, "
            "with no path, no user and no password. A key goes to api_key."
        ) from None
    if grpc_port is not None and (not isinstance(grpc_port, int) or not 0 < grpc_port < 65536):  # pyright: ignore[reportUnnecessaryIsInstance]
        raise OptionError(f"grpc_port for weft-weaviate must be the number of a port, not {grpc_port!r}.")
    found = Address(
        host,
        port or _PORTS[parts.scheme],
        grpc_host or host,
        grpc_port or _GRPC_PORTS[parts.scheme],
        parts.scheme == "https",
    )
    if (found.host, found.port) == (found.grpc_host, found.grpc_port):
        raise OptionError(
            f"The Weaviate server at {found} must have another port, or another host, for gRPC: give grpc_port= or "
            "grpc_host=."
        )
    return found
