"""A cache of what is known of types: some cannot be hashed, and are then looked at anew."""

from __future__ import annotations

from functools import lru_cache, update_wrapper
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")


def once_a_type(function: Callable[[Any], T]) -> Callable[[Any], T]:
    """Remember what a function of a type gives, for the latest 1,024 types."""
    cached = lru_cache(maxsize=1024)(function)

    def call(type_: Any) -> T:
        try:
            return cached(type_)
        except TypeError:  # such as Annotated with a constraint that has no hash
            return function(type_)

    return update_wrapper(call, function)
