"""What every test of the kernel has: default settings, and no network beyond this machine."""

from __future__ import annotations

import ipaddress
import socket
from typing import TYPE_CHECKING, Any

import hypothesis
import pytest

from weft.runtime.settings import reset_settings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


hypothesis.settings.register_profile("weft", deadline=None)  # no test may depend on how busy the machine is
hypothesis.settings.load_profile("weft")


@pytest.fixture(autouse=True)
def _default_settings() -> Iterator[None]:
    reset_settings()
    yield
    reset_settings()


@pytest.fixture(autouse=True)
def _no_network(monkeypatch: pytest.MonkeyPatch) -> None:
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
        raise RuntimeError(f"A test wanted to reach {name!r}; tests may reach this machine only.")


def _is_loopback(name: str) -> bool:
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return False
