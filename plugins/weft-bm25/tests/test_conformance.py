"""The retriever keeps the contract, with bm25s's defaults and with every other way to count."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from pytest_weft import RMConformance

if TYPE_CHECKING:
    from collections.abc import Mapping


class TestBM25(RMConformance):
    ref = "bm25"
    heavy = ("bm25s", "numpy", "Stemmer")


class TestBM25Plus(RMConformance):
    ref = "bm25"
    options: ClassVar[Mapping[str, Any]] = {"method": "bm25+", "stemmer": "english", "stopwords": []}


class TestAtire(RMConformance):
    """Scores are 0 for words that all passages have."""

    ref = "bm25"
    options: ClassVar[Mapping[str, Any]] = {"method": "atire"}
