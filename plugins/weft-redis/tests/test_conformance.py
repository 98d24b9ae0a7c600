"""The store keeps the contract."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

import pytest

from pytest_weft import CacheConformance

if TYPE_CHECKING:
    from collections.abc import Mapping

    from conftest import Server


class TestRedis(CacheConformance):
    ref = "redis"
    secret_option = "password"
    heavy = ("redis",)
    failing_options: ClassVar[Mapping[str, Any] | None] = {"url": "redis://127.0.0.1:1"}

    @pytest.fixture(autouse=True)
    def _where(self, server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(type(self), "options", {"url": server.url, "prefix": "conformance:"})
