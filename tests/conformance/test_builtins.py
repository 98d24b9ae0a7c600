"""The kernel's own plugins keep the contracts that everyone else's must keep."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any, ClassVar

import pytest

import weft

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

pytest.importorskip("pytest_weft", reason="pytest-weft is not installed")

from pytest_weft import AdapterConformance, CacheConformance, EmbedderConformance, LMConformance, RMConformance


def repeating(request: weft.Request) -> weft.Response:
    """Answer with the prompt, a word for a token, as the request's parameters want it."""
    text = request.messages[-1].text
    for stop in request.stop:
        text = text.partition(stop)[0]
    words = text.split(" ")
    cut = request.max_tokens is not None and len(words) > request.max_tokens
    answer = weft.Completion(" ".join(words[: request.max_tokens]), "length" if cut else "stop")
    return weft.Response((answer,), weft.Usage(len(words), len(words)))


def refusing(request: weft.Request) -> Any:
    return weft.errors.LMServerError("Not today.", provider="scripted", model="x")


class TestScripted(LMConformance):
    ref = "scripted/x"
    options: ClassVar[Mapping[str, Any]] = {"answers": repeating}
    deterministic = True
    failing_options: ClassVar[Mapping[str, Any] | None] = {"answers": refusing}

    def echo(self, text: str) -> str:
        return text


class TestScriptedWithLatency(TestScripted):
    options: ClassVar[Mapping[str, Any]] = {"answers": repeating, "latency": 0.001, "temperature": 0.5}


class TestScriptedWithBatches(TestScripted):
    options: ClassVar[Mapping[str, Any]] = {"answers": repeating, "batch": True}


class TestInContext(LMConformance):
    ref = "embedded/incontext"
    deterministic = True

    def echo(self, text: str) -> str:
        return f"Answer with one of: {text}; never. Say {text}"


class TestInContextWithSmallWindow(TestInContext):
    options: ClassVar[Mapping[str, Any]] = {"context_window": 512, "seed": 3}
    failing_options: ClassVar[Mapping[str, Any] | None] = {"context_window": 1}


class TestMemory(RMConformance):
    ref = "memory"


class TestChat(AdapterConformance):
    ref = "chat"


class TestJSON(AdapterConformance):
    ref = "json"


class TestXML(AdapterConformance):
    ref = "xml"


class TestAuto(AdapterConformance):
    ref = "auto"


class TestCompact(AdapterConformance):
    ref = "compact"


class TestTwoStep(AdapterConformance):
    ref = "two-step"


_MESSAGES = [("system", "{instructions}\n\n{fields}\n\n{form}"), ("user", "{inputs}")]


class TestTemplate(AdapterConformance):
    ref = "template"
    options: ClassVar[Mapping[str, Any]] = {"messages": _MESSAGES}


class TestTemplateReadAsJSON(TestTemplate):
    options: ClassVar[Mapping[str, Any]] = {"messages": _MESSAGES, "read": "json"}


class TestMemoryStore(CacheConformance):
    ref = "memory"


class TestSQLite(CacheConformance):
    ref = "sqlite"
    failing_options: ClassVar[Mapping[str, Any] | None] = {"folder": os.devnull}

    @pytest.fixture(autouse=True)
    def _folder(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(type(self), "options", {"folder": tmp_path})


class TestMemoryOfVectors(RMConformance):
    ref = "memory"
    options: ClassVar[Mapping[str, Any]] = {"embedder": "hashing"}


class TestHashing(EmbedderConformance):
    ref = "hashing"
