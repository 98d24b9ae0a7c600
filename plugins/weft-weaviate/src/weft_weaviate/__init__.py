"""Collections of a Weaviate server as retrievers, for weft."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import weft

if TYPE_CHECKING:
    from collections.abc import Mapping

    from .retriever import WeaviateRM as WeaviateRM

__all__ = ["WeaviateRM"]


@weft.hookimpl
def weft_make_rm(ref: weft.Ref, options: Mapping[str, Any]) -> weft.RM:
    from .retriever import WeaviateRM

    return WeaviateRM(ref.name, **options)


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from . import retriever

    return getattr(retriever, name)
