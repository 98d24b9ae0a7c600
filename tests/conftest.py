"""What every test of the kernel has: default settings, and no network beyond this machine."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import hypothesis
import pytest

from pytest_weft.network import block_remote
from weft.runtime.settings import reset_settings

if TYPE_CHECKING:
    from collections.abc import Iterator

os.environ["WEFT_CACHE_DIR"] = "none"  # also for the processes that tests start: nothing of the user's is touched
hypothesis.settings.register_profile("weft", deadline=None)  # no test may depend on how busy the machine is
hypothesis.settings.load_profile("weft")


@pytest.fixture(autouse=True)
def _default_settings() -> Iterator[None]:
    reset_settings()
    yield
    reset_settings()


@pytest.fixture(autouse=True)
def _no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    block_remote(monkeypatch)
