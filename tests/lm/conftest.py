"""Lets the tests of this folder import what they share, and keeps their waits between attempts short."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from weft.lm import attempts, limiter

sys.path.append(str(Path(__file__).parent))

from virtual_time import VirtualTime  # which the line above lets it find


@pytest.fixture
def short_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(attempts, "_FIRST_WAIT_SECONDS", 0.001)


@pytest.fixture
def virtual_time(monkeypatch: pytest.MonkeyPatch) -> VirtualTime:
    """The time that new limiters go by, and the loop that runs in it: nothing in it depends on a busy machine."""
    time = VirtualTime()
    monkeypatch.setattr(limiter, "monotonic", time)
    return time
