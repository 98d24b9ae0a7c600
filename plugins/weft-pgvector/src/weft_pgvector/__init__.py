"""PostgreSQL with the vector extension as a retriever, for weft."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import weft

if TYPE_CHECKING:
    from collections.abc import Mapping

    from .retriever import PgvectorRM as PgvectorRM

__all__ = ["PgvectorRM"]


@weft.hookimpl
def weft_make_rm(ref: weft.Ref, options: Mapping[str, Any]) -> weft.RM:
    from .retriever import PgvectorRM

    return PgvectorRM(ref.name, **options)


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from . import retriever

    return getattr(retriever, name)
