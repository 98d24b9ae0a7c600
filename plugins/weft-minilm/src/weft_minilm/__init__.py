"""Vectors of all-MiniLM-L6-v2, for weft."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import weft

if TYPE_CHECKING:
    from collections.abc import Mapping

    from .embedder import MiniLMEmbedder as MiniLMEmbedder

__all__ = ["MiniLMEmbedder"]


@weft.hookimpl
def weft_make_embedder(ref: weft.Ref, options: Mapping[str, Any]) -> weft.Embedder | None:
    if ref.name:
        return None
    from .embedder import MiniLMEmbedder

    return MiniLMEmbedder(**options)


@weft.hookimpl
def weft_shutdown() -> None:
    model = sys.modules.get(f"{__name__}.model")
    if model is not None:  # else no vector was made, and it is too late to import
        model.MODEL.close()


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from . import embedder

    return getattr(embedder, name)
