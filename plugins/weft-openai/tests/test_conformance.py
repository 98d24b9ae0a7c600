"""The conformance kit, on presets that differ most, against the kit's own server."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

import pytest

from pytest_weft import LMConformance
from pytest_weft.server import ModelServer

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from pytest_weft.server import Flavour, Received


def _answer(received: Received) -> str:
    turn = received.messages[-1][1]
    return "one two three four five" if "Count" in turn else turn


class _AgainstTheServer(LMConformance):
    deterministic: ClassVar[bool] = True
    secret_option: ClassVar[str] = "api_key"
    flavour: ClassVar[Flavour] = "openai"
    given: ClassVar[Mapping[str, Any]] = {}
    failing_options: ClassVar[Mapping[str, Any]] = {"base_url": "http://127.0.0.1:9/v1", "retries": 0}

    @pytest.fixture(autouse=True)
    def _server(self) -> Iterator[None]:
        with ModelServer(answer=_answer, flavour=self.flavour, context_window=200) as server:
            self.server = server
            yield

    def make(self, **options: Any) -> Any:
        fixed = {"base_url": self.server.base_url(), "api_key": "sk-0123456789", "context_window": 200, "retries": 0}
        return super().make(**{**fixed, **self.given, **options})

    def echo(self, text: str) -> str:
        return text


class TestOpenAI(_AgainstTheServer):
    ref = "openai/test-model"


class TestKnownModel(_AgainstTheServer):
    ref = "openai/gpt-4o-mini"


class TestReasoningModel(_AgainstTheServer):
    ref = "openai/gpt-5-mini"


class TestResponses(_AgainstTheServer):
    ref = "openai/test-model"
    given: ClassVar[Mapping[str, Any]] = {"api": "responses"}


class TestCompletions(_AgainstTheServer):
    ref = "openai/test-model"
    given: ClassVar[Mapping[str, Any]] = {"api": "completions"}


class TestOllama(_AgainstTheServer):
    ref = "ollama/test-model"
    flavour: ClassVar[Flavour] = "ollama"


class TestVllm(_AgainstTheServer):
    ref = "vllm/test-model"
    flavour: ClassVar[Flavour] = "vllm"


class TestMistral(_AgainstTheServer):
    ref = "mistral/test-model"


class TestCompatible(_AgainstTheServer):
    ref = "openai-compatible/test-model"
