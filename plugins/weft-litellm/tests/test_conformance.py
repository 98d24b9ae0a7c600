"""The model keeps the contract."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

import pytest

from pytest_weft import LMConformance

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pytest_weft.server import ModelServer, Received


def repeating(received: Received) -> list[str]:
    return [received.messages[-1][1]] * received.n


class TestLiteLLM(LMConformance):
    ref = "litellm/openai/tiny"
    heavy = ("litellm", "openai", "aiohttp", "httpx")
    deterministic = True
    secret_option = "api_key"
    failing_options: ClassVar[Mapping[str, Any] | None] = {"api_base": "http://127.0.0.1:1/v1", "retries": 0}

    @pytest.fixture(autouse=True)
    def _behind(self, server: ModelServer, monkeypatch: pytest.MonkeyPatch) -> None:
        server.change(answer=repeating, context_window=300)
        options = {"api_base": server.base_url("openai"), "api_key": "sk-some-key", "context_window": 300}
        monkeypatch.setattr(type(self), "options", options)

    def echo(self, text: str) -> str:
        return text
