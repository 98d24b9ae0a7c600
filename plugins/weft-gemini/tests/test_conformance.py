"""The kit's checks of the LM contract, against a server that answers as Google's does."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

import pytest
from conftest import FLASH, KEY

from pytest_weft import LMConformance
from pytest_weft.server import Answer, ModelServer

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_weft.server import Received


class TestGemini(LMConformance):
    ref = FLASH
    deterministic = True
    secret_option = "api_key"
    heavy = ("aiohttp", "weft_http")
    options: ClassVar[dict[str, int]] = {"context_window": 500}
    overflow = "word "
    failing_options: ClassVar[dict[str, str]] = {"api_key": "AIza-wrong-0123"}

    @pytest.fixture(autouse=True)
    def _server(self, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
        with ModelServer(answer=_echoed, key=KEY, context_window=500, flavour="gemini") as server:
            monkeypatch.setenv("GOOGLE_GEMINI_BASE_URL", server.base_url("gemini"))
            monkeypatch.setenv("GEMINI_API_KEY", KEY)
            yield

    def echo(self, text: str) -> str:
        return text


def _echoed(received: Received) -> Answer:
    return Answer(received.messages[-1][1])
