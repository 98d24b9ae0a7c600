"""Raises in its factory."""

from __future__ import annotations

from typing import TYPE_CHECKING

from weft.registry import hookimpl

if TYPE_CHECKING:
    from weft.registry import Ref


@hookimpl
def weft_make_lm(ref: Ref) -> object:
    raise RuntimeError(f"no {ref.name} today")
