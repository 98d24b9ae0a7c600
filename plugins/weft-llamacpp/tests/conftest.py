"""The model that the tests share. Without llama-cpp-python there is nothing to test, and every test says so."""

from __future__ import annotations

from importlib.util import find_spec
from typing import TYPE_CHECKING

import pytest

import weft
from weft.runtime.settings import reset_settings

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    if find_spec("llama_cpp") is None:
        reason = "llama-cpp-python is not installed, and .ci/llama has not built its wheel"
        for item in items:
            item.add_marker(pytest.mark.skip(reason=reason))


@pytest.fixture(autouse=True)
def clean_settings() -> Iterator[None]:
    reset_settings()
    yield
    reset_settings()


@pytest.fixture
def lm(tiny_gguf: Path) -> weft.LM:
    """A model of random weights; answers are short, and the same every time."""
    return weft.LM(f"gguf/{tiny_gguf}", cache="off", max_tokens=24, seed=1, n_threads=1)
