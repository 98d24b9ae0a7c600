"""Implements a hook that does not exist."""

from __future__ import annotations

from weft.registry import hookimpl


@hookimpl
def weft_make_coffee(beans: object) -> None:
    return None
