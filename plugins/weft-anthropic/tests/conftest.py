from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import pytest

import weft
from pytest_weft.server import ModelServer

if TYPE_CHECKING:
    from collections.abc import Iterator

KEY = "sk-ant-canary-0123456789"
HAIKU = "anthropic/claude-haiku-4-5"
OPUS = "anthropic/claude-opus-5-5"


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[ModelServer]:
    """A server that speaks the Messages API, in the place of Anthropic's."""
    with ModelServer(flavour="anthropic", key=KEY) as server:
        monkeypatch.setenv("ANTHROPIC_BASE_URL", server.base_url("anthropic"))
        monkeypatch.setenv("ANTHROPIC_API_KEY", KEY)
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
