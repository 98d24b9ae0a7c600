from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import pytest

import weft
from pytest_weft.server import ModelServer

if TYPE_CHECKING:
    from collections.abc import Iterator

KEY = "AIza-canary-0123456789"
FLASH = "gemini/gemini-2.5-flash"
THREE = "gemini/gemini-3.8-flash"


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[ModelServer]:
    """A server that speaks Gemini's API, in the place of Google's."""
    with ModelServer(flavour="gemini", key=KEY) as server:
        monkeypatch.setenv("GOOGLE_GEMINI_BASE_URL", server.base_url("gemini"))
        monkeypatch.setenv("GEMINI_API_KEY", KEY)
        with weft.context(cache="off", retries=0):
            yield server


def sent(server: ModelServer) -> dict[str, Any]:
    """Return the JSON of the last request."""
    return server.requests[-1].body


def ask(lm: weft.LM, *messages: weft.Message, **parameters: Any) -> weft.Response:
    """Make one call with parts of a request that adapters fill in, such as tools."""
    request = weft.Request(messages or (weft.Message.of("user", "Hi"),), **parameters)
    return asyncio.run(_completed(lm, request))


async def _completed(lm: weft.LM, request: weft.Request) -> weft.Response:
    return await lm.complete(request)
