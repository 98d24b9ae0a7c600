from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from pytest_weft import LMConformance

if TYPE_CHECKING:
    from pathlib import Path


class TestGGUF(LMConformance):
    heavy = ("llama_cpp", "numpy")
    deterministic = True
    ref = "gguf/tiny.gguf"
    options = {"max_tokens": 16, "seed": 1, "n_threads": 1}  # noqa: RUF012 - the kit's way

    @pytest.fixture(autouse=True)
    def _beside_the_file(self, tiny_gguf: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.chdir(tiny_gguf.parent)

    def provoke(self) -> None:
        self.make()("Hi", grammar="nonsense")
