"""Lets the tests of this folder import what they share, and keeps their waits between attempts short."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from weft.lm import attempts

sys.path.append(str(Path(__file__).parent))


@pytest.fixture
def short_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(attempts, "_FIRST_WAIT_SECONDS", 0.001)
