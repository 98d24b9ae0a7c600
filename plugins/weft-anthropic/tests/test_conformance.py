"""The kit's checks of the LM contract, against a server that answers as Anthropic's does."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

import pytest
from conftest import HAIKU, KEY

import weft
from pytest_weft import LMConformance
from pytest_weft.server import Answer, ModelServer

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_weft.server import Received


class TestAnthropic(LMConformance):
    ref = HAIKU
    deterministic = True
    secret_option = "api_key"
    heavy = ("aiohttp", "weft_http")
    options: ClassVar[dict[str, int]] = {"context_window": 500}
    overflow = "word "
    failing_options: ClassVar[dict[str, str]] = {"api_key": "sk-ant-wrong-0123"}

    @pytest.fixture(autouse=True)
    def _server(self, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
        with ModelServer(answer=_echoed, key=KEY, context_window=500, flavour="anthropic") as server:
            monkeypatch.setenv("ANTHROPIC_BASE_URL", server.base_url("anthropic"))
            monkeypatch.setenv("ANTHROPIC_API_KEY", KEY)
            yield

    def echo(self, text: str) -> str:
        return text


def _echoed(received: Received) -> Answer:
    return Answer(received.messages[-1][1])


def test_an_endpoint_has_one_limiter_for_all_models_of_a_name() -> None:
    assert weft.LM(HAIKU).limiter is weft.LM(HAIKU, temperature=0.5).limiter
    assert weft.LM(HAIKU).limiter is not weft.LM(HAIKU, base_url="http://127.0.0.1:9").limiter
