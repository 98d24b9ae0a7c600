"""Has a factory that returns None for whatever it is asked."""

from __future__ import annotations

from weft.registry import hookimpl


@hookimpl
def weft_make_lm() -> None:
    return None
