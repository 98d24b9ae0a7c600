"""The kit's server, and LMs that talk to it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

import weft
from pytest_weft.server import ModelServer

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_weft.server import Received

KEY = "sk-canary-0123456789"
HI = weft.Message.of("user", "Hi")


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[ModelServer]:
    monkeypatch.setenv("WEFT_CACHE", "off")
    with ModelServer(answer="Hello there.") as server:
        yield server


def lm_of(server: ModelServer, ref: str = "openai/test-model", **options: Any) -> weft.LM:
    """Return an LM that talks to the server, with a key."""
    given = {"base_url": server.base_url(), "api_key": KEY, "cache": "off", "retries": 0, **options}
    return weft.LM(ref, **given)


def sent(server: ModelServer) -> dict[str, Any]:
    """Return the body of the last request."""
    return last(server).body


def last(server: ModelServer) -> Received:
    """Return the last request for a model."""
    return server.requests[-1]


def ask(lm: weft.LM, **fields: Any) -> weft.Response:
    """Make a call with everything that a request can hold."""
    return weft_run(lm, weft.Request((HI,), **fields))


def weft_run(lm: weft.LM, request: weft.Request) -> weft.Response:
    """Answer a request; blocking."""
    import asyncio

    return asyncio.run(lm.complete(request))


TOOLS = (
    weft.ToolSpec("search", "Search the web.", {"type": "object", "properties": {"q": {"type": "string"}}}),
    weft.ToolSpec("stop", "End.", {"type": "object", "properties": {}}),
)
SCHEMA = {
    "type": "object",
    "properties": {"city": {"type": "string"}},
    "required": ["city"],
    "additionalProperties": False,
}
