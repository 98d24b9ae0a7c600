"""Tests that need several packages; the session `together` runs them, in an environment that has all."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from weft.runtime.settings import reset_settings

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(autouse=True)
def _default_settings() -> Iterator[None]:
    reset_settings()
    yield
    reset_settings()
