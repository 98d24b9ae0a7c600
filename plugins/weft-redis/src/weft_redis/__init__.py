"""A store of answers in Redis, for weft."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import weft

if TYPE_CHECKING:
    from collections.abc import Mapping

    from .store import RedisStore as RedisStore

__all__ = ["RedisStore"]


@weft.hookimpl
def weft_make_cache(ref: weft.Ref, options: Mapping[str, Any]) -> weft.CacheStore:
    from .store import RedisStore

    return RedisStore(ref.name, **options)


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from . import store

    return getattr(store, name)
