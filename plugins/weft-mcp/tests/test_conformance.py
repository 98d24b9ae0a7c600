"""The toolset keeps the contract, over each transport."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from conftest import shop

from pytest_weft import ToolsetConformance
from weft_mcp import HTTP, Stdio

if TYPE_CHECKING:
    from collections.abc import Callable


class TestStdio(ToolsetConformance):
    ref = "mcp"
    options: Any = {"servers": [shop(block=["die"])]}  # noqa: RUF012 - as the kit declares it
    call = ("add", {"a": 1})
    failing_options: Any = {"servers": [Stdio("no-such-command-anywhere")]}  # noqa: RUF012
    heavy = ("mcp", "httpx2", "anyio")


class TestHTTP(ToolsetConformance):
    ref = "mcp"
    call = ("add", {"a": 1})
    failing_options: Any = {"servers": [HTTP("http://127.0.0.1:9/mcp")]}  # noqa: RUF012
    heavy = ("mcp", "httpx2", "anyio")

    @pytest.fixture(autouse=True)
    def _where(self, http_shop: Callable[..., Any], monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(type(self), "options", {"servers": [HTTP(http_shop().url)]})
