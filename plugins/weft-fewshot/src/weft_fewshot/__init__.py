"""Few-shot optimizers for weft."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import weft

if TYPE_CHECKING:
    from collections.abc import Mapping

    from .bootstrap import BootstrapFewShot as BootstrapFewShot
    from .ensemble import Ensemble as Ensemble
    from .ensemble import EnsembleProgram as EnsembleProgram
    from .knn import KNNFewShot as KNNFewShot
    from .labeled import LabeledFewShot as LabeledFewShot
    from .random_search import BootstrapFewShotWithRandomSearch as BootstrapFewShotWithRandomSearch

_HOME = {
    "BootstrapFewShot": "bootstrap",
    "BootstrapFewShotWithRandomSearch": "random_search",
    "Ensemble": "ensemble",
    "EnsembleProgram": "ensemble",
    "KNNFewShot": "knn",
    "LabeledFewShot": "labeled",
}
_BY_NAME = {
    "bootstrap-few-shot": "BootstrapFewShot",
    "bootstrap-few-shot-random-search": "BootstrapFewShotWithRandomSearch",
    "ensemble": "Ensemble",
    "knn-few-shot": "KNNFewShot",
    "labeled-few-shot": "LabeledFewShot",
}

__all__ = [
    "BootstrapFewShot",
    "BootstrapFewShotWithRandomSearch",
    "Ensemble",
    "EnsembleProgram",
    "KNNFewShot",
    "LabeledFewShot",
]


@weft.hookimpl
def weft_make_optimizer(ref: weft.Ref, options: Mapping[str, Any]) -> weft.Optimizer | None:
    name = _BY_NAME.get(str(ref))
    return None if name is None else __getattr__(name)(**options)


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(f".{_HOME[name]}", __name__), name)
