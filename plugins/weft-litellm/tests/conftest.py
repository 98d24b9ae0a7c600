"""A server on this machine that litellm reaches as ``openai/…``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

import weft
import weft_litellm
from pytest_weft.server import ModelServer
from weft.runtime.settings import reset_settings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

KEY = "sk-canary-0123456789"


@pytest.fixture(scope="session", autouse=True)
def closed_connections() -> Iterator[None]:
    """Close what litellm has opened, as the end of a process does."""
    yield
    weft_litellm.weft_shutdown()


@pytest.fixture(autouse=True)
def quick_settings() -> Iterator[None]:
    reset_settings()
    weft.configure(cache="off", retries=0)
    yield
    reset_settings()


@pytest.fixture
def server() -> Iterator[ModelServer]:
    with ModelServer() as server:
        yield server


@pytest.fixture
def make(server: ModelServer) -> Callable[..., weft.LM]:
    """Return a function that makes a model behind the server."""

    def made(model: str = "openai/tiny", **options: Any) -> weft.LM:
        return weft.LM(f"litellm/{model}", **{"api_base": server.base_url("openai"), "api_key": KEY, **options})

    return made
