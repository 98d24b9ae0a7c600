"""GGUF models in this process, through llama.cpp: ``weft.LM("gguf//models/qwen.gguf")``."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import weft

if TYPE_CHECKING:
    from collections.abc import Mapping

    from .lm import GGUFLM as GGUFLM

__all__ = ["GGUFLM"]


@weft.hookimpl
def weft_make_lm(ref: weft.Ref, options: Mapping[str, Any]) -> weft.LM:
    from .lm import GGUFLM

    return GGUFLM(ref.name, **options)


@weft.hookimpl
def weft_shutdown() -> None:
    models = sys.modules.get(f"{__name__}.model")
    if models is not None:  # else nothing was opened, and it is too late to import
        models.close_models()


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from . import lm

    return getattr(lm, name)
