"""The retriever keeps the contract in each of its three places."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from conftest import fresh_collection

import weft
from pytest_weft import RMConformance

if TYPE_CHECKING:
    from pathlib import Path

    from conftest import Server

HEAVY = ("chromadb", "httpx", "numpy")


class TestMemory(RMConformance):
    ref = "chroma"
    heavy = HEAVY


class InFreshCollections(RMConformance):
    """Each object gets a collection of its own, which is made."""

    ref = "chroma"
    heavy = HEAVY

    def make(self, **options: Any) -> weft.RM:
        return weft.RM(f"chroma/{fresh_collection()}", create=True, **{**self.options, **options})


class TestFolder(InFreshCollections):
    @pytest.fixture(autouse=True)
    def _where(self, database: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(type(self), "options", {"path": database})


class TestServer(InFreshCollections):
    @pytest.fixture(autouse=True)
    def _where(self, server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(type(self), "options", {"url": server.url})
