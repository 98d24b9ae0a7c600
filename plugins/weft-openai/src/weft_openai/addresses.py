"""Base addresses made of what vendors' environment variables hold."""

from __future__ import annotations

from urllib.parse import urlsplit


def azure_address(endpoint: str) -> str:
    """Return the address of Azure's API for a resource's endpoint, such as ``https://NAME.openai.azure.com``."""
    return endpoint if urlsplit(endpoint).path.strip("/") else f"{endpoint.rstrip('/')}/openai/v1"


def ollama_address(host: str) -> str:
    """Return the address of Ollama's API for its ``OLLAMA_HOST``: ``host``, ``host:port``, or an address.

    Where it names all interfaces, because it is the server's setting too, this machine is meant.
    """
    parts = urlsplit(host if "://" in host else f"http://{host}")
    name = parts.hostname or "127.0.0.1"
    name = "127.0.0.1" if name in ("0.0.0.0", "::") else f"[{name}]" if ":" in name else name  # noqa: S104
    port = parts.port or ({"http": 80, "https": 443}[parts.scheme] if "://" in host else 11434)
    path = parts.path.rstrip("/") or "/v1"
    return f"{parts.scheme}://{name}:{port}{path}"
