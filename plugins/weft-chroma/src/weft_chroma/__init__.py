"""Chroma as a retriever, for weft."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import weft

if TYPE_CHECKING:
    from collections.abc import Mapping

    from .store import ChromaRM as ChromaRM

__all__ = ["ChromaRM"]


@weft.hookimpl
def weft_make_rm(ref: weft.Ref, options: Mapping[str, Any]) -> weft.RM:
    from .store import ChromaRM

    return ChromaRM(ref.name, **options)


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from . import store

    return getattr(store, name)
