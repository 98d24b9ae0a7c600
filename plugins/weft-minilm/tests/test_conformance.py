"""The embedder keeps the contract."""

from __future__ import annotations

from conftest import needs_model

from pytest_weft import EmbedderConformance


@needs_model
class TestMiniLM(EmbedderConformance):
    ref = "minilm"
    heavy = ("torch", "transformers", "sentence_transformers")
