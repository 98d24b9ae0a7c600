"""The proxy that the environment names for an address; looked up once a client, since that reads all variables."""

from __future__ import annotations

from base64 import b64encode
from typing import NamedTuple
from urllib.request import getproxies, proxy_bypass

from yarl import URL


class Proxy(NamedTuple):
    """A proxy and the headers it wants; without an address there is none."""

    url: URL | None = None
    headers: dict[str, str] | None = None


def proxy_for(url: URL) -> Proxy:
    """Return the proxy of ``HTTP_PROXY``, ``HTTPS_PROXY`` and ``NO_PROXY`` for an address."""
    found = getproxies().get(url.scheme)
    if not found or proxy_bypass(f"{url.host}:{url.port}"):
        return Proxy()
    proxy = URL(found if "://" in found else f"http://{found}")
    if proxy.user is None:
        return Proxy(proxy)
    login = b64encode(f"{proxy.user}:{proxy.password or ''}".encode()).decode()
    return Proxy(proxy.with_user(None), {"Proxy-Authorization": f"Basic {login}"})
