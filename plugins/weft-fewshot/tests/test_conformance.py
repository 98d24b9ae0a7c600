"""Every optimizer of this package keeps the contract."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

import weft
from pytest_weft import OptimizerConformance
from weft_fewshot import BootstrapFewShotWithRandomSearch

if TYPE_CHECKING:
    from collections.abc import Mapping


class TestLabeledFewShot(OptimizerConformance):
    ref = "labeled-few-shot"


class TestBootstrapFewShot(OptimizerConformance):
    ref = "bootstrap-few-shot"


class TestBootstrapFewShotWithRandomSearch(OptimizerConformance):
    ref = "bootstrap-few-shot-random-search"
    options: ClassVar[Mapping[str, Any]] = {"num_candidate_programs": 2}


class TestKNNFewShot(OptimizerConformance):
    ref = "knn-few-shot"


class TestEnsemble(OptimizerConformance):
    ref = "ensemble"
    options: ClassVar[Mapping[str, Any]] = {"size": 2}


def test_names_resolve_to_the_classes_of_the_package() -> None:
    optimizer = weft.Optimizer("bootstrap-few-shot-random-search", metric=weft.exact_match)
    assert isinstance(optimizer, BootstrapFewShotWithRandomSearch)
