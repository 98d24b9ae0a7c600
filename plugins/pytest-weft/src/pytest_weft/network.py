"""No conformance check reaches beyond this machine, unless pytest runs with ``--weft-live``."""

from __future__ import annotations

import ipaddress
import socket
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

    import pytest


class NetworkBlocked(RuntimeError):
    """A check wanted to reach another machine. No OSError, so that no client mistakes it for a failure to retry."""


def block_remote(monkeypatch: pytest.MonkeyPatch) -> None:
    """Refuse connections to, and names of, anything but this machine for as long as the patch lasts."""
    for method in ("connect", "connect_ex", "sendto"):
        monkeypatch.setattr(socket.socket, method, _local_only(getattr(socket.socket, method)))
    look_up = socket.getaddrinfo

    def look_up_local(host: Any, *args: Any, **options: Any) -> Any:
        _refuse_remote(host)
        return look_up(host, *args, **options)

    monkeypatch.setattr(socket, "getaddrinfo", look_up_local)


def _local_only(original: Callable[..., Any]) -> Callable[..., Any]:
    def guarded(self: socket.socket, *args: Any) -> Any:
        if self.family in (socket.AF_INET, socket.AF_INET6):
            _refuse_remote(args[-1][0])  # the address is the last argument of all three methods
        return original(self, *args)

    return guarded


def _refuse_remote(host: Any) -> None:
    name = host.decode() if isinstance(host, bytes) else host
    if name not in (None, "", "localhost") and not _is_loopback(name):
        raise NetworkBlocked(f"A test wanted to reach {name!r}. Use --weft-live to let conformance checks do it.")


def _is_loopback(name: str) -> bool:
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return False
