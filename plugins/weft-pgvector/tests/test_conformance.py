"""The retriever keeps the contract, with an exact search and with an index."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from pytest_weft import RMConformance

if TYPE_CHECKING:
    from conftest import Make

    import weft


class TestExact(RMConformance):
    ref = "pgvector"
    heavy = ("psycopg",)

    @pytest.fixture(autouse=True)
    def _where(self, make: Make) -> None:
        self._make = make

    def make(self, **options: Any) -> weft.RM:
        return self._make(create=True, **self.options, **options)


class TestHnsw(TestExact):
    options = {"index": "hnsw"}  # noqa: RUF012 - read only
