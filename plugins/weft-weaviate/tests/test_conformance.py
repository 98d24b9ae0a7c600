from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from conftest import emptied

from pytest_weft import RMConformance

if TYPE_CHECKING:
    from conftest import Make

    import weft


class _OnServer(RMConformance):
    ref = "weaviate"
    heavy = ("grpc", "httpx", "weaviate")
    mode = "vector"

    @pytest.fixture(autouse=True)
    def _made(self, make: Make) -> None:
        self._make = make

    def make(self, **options: Any) -> weft.RM:
        return emptied(self._make(mode=self.mode, **options))


class TestVector(_OnServer):
    mode = "vector"


class TestKeyword(_OnServer):
    mode = "keyword"


class TestHybrid(_OnServer):
    mode = "hybrid"
