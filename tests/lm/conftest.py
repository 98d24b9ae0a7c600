"""Lets the tests of this folder import what they share, and keeps their waits between attempts short."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from weft.lm import attempts, limiter
from weft.lm.cache import CACHE

sys.path.append(str(Path(__file__).parent))

from virtual_time import VirtualTime  # which the line above lets it find

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def short_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(attempts, "_FIRST_WAIT_SECONDS", 0.001)


@pytest.fixture
def virtual_time(monkeypatch: pytest.MonkeyPatch) -> VirtualTime:
    """The time that new limiters go by, and the loop that runs in it: nothing in it depends on a busy machine."""
    time = VirtualTime()
    monkeypatch.setattr(limiter, "monotonic", time)
    return time


@pytest.fixture
def empty_cache() -> Iterator[None]:
    """No answer of another test in memory, and none left for the next."""
    CACHE.clear_memory()
    yield
    CACHE.clear_memory()
