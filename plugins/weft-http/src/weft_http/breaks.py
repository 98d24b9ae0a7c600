"""Connections that fail: aiohttp's errors in the user's words.

aiohttp's own errors are no cause to show: some hold the request's headers, and with them the key.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import aiohttp

from weft.errors import LMError, LMInvalidRequestError, LMTimeoutError, LMTransportError

if TYPE_CHECKING:
    from yarl import URL

    from .service import Service

BREAKS = (aiohttp.ClientError, OSError)
"""What can go wrong on the way."""


def broken(service: Service, model: str, url: URL, error: Exception) -> LMError:
    """Return the error of a request that got no whole answer; raise it `from safe_cause(error)`."""
    ref, where = service.ref_of(model), str(url.origin())
    about: Any = {"provider": service.provider, "model": model}
    if isinstance(error, aiohttp.ClientSSLError):
        return LMTransportError(f"{ref}: the certificate or TLS of {where} is not accepted: {error}.", **about)
    if isinstance(error, aiohttp.ClientProxyConnectionError):
        return LMTransportError(f"{ref}: the proxy that the environment names does not answer.", **about)
    if isinstance(error, aiohttp.ClientConnectorDNSError):
        return LMTransportError(f"{ref}: there is no host {url.host!r}; check base_url and the network.", **about)
    if isinstance(error, aiohttp.InvalidURL):
        return LMInvalidRequestError(f"{ref}: {where} is no address to call.", **about)
    if isinstance(error, TimeoutError):
        return LMTimeoutError(f"{ref}: {where} did not answer in time.", **about)
    if isinstance(error, aiohttp.ClientConnectorError):
        hint = f" {service.hint}" if service.hint else ""
        return LMTransportError(f"Nothing answers at {where}, where {ref} should be.{hint}", **about)
    return LMTransportError(f"{ref}: the connection to {where} broke before the answer was whole.", **about)


def safe_cause(error: Exception) -> Exception:
    """Return the operating system's error behind another, or its bare words."""
    if isinstance(error, aiohttp.ClientConnectorError):
        return error.os_error
    return error if not isinstance(error, aiohttp.ClientError) else ConnectionError(type(error).__name__)
