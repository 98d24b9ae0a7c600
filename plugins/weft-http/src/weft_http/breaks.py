"""Connections that fail: aiohttp's errors in the user's words.

aiohttp's own errors are no cause to show: some hold the request's headers, and with them the key.
"""

from __future__ import annotations

from ipaddress import ip_address
from typing import TYPE_CHECKING, Any

import aiohttp

from weft.errors import LMError, LMInvalidRequestError, LMNotRunningError, LMTimeoutError, LMTransportError

if TYPE_CHECKING:
    from yarl import URL

    from .service import Service

BREAKS = (aiohttp.ClientError, OSError)
"""What can go wrong on the way."""


def broken(service: Service, model: str, url: URL, error: Exception, *, is_new: bool = False) -> LMError:
    """Return the error of a request that got no whole answer; raise it `from safe_cause(error)`.

    Args:
        service: the provider.
        model: the model's name.
        url: the address.
        error: what went wrong.
        is_new: whether nothing was ever heard from there. A server that was there may come back.
    """
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
        cls = LMNotRunningError if is_new and _is_refused(error) and _is_here(url.host or "") else LMTransportError
        return cls(f"Nothing answers at {where}, where {ref} should be.{hint}", **about)
    return LMTransportError(f"{ref}: the connection to {where} broke before the answer was whole.", **about)


def _is_refused(error: aiohttp.ClientConnectorError) -> bool:
    """Whether nobody listens there; a host with several addresses that failed in several ways has no one number."""
    return isinstance(error.os_error, ConnectionRefusedError) or error.os_error.errno is None


def _is_here(host: str) -> bool:
    """Whether a host is this machine, by its name or address alone."""
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        address = ip_address(host)
    except ValueError:
        return False
    return address.is_loopback or address.is_unspecified


def safe_cause(error: Exception) -> Exception:
    """Return the operating system's error behind another, or its bare words."""
    if isinstance(error, aiohttp.ClientConnectorError):
        return error.os_error
    return error if not isinstance(error, aiohttp.ClientError) else ConnectionError(type(error).__name__)
