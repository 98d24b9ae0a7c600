"""Makes a string where an LM is wanted."""

from __future__ import annotations

from typing import TYPE_CHECKING

from weft.registry import hookimpl

if TYPE_CHECKING:
    from weft.registry import Ref


@hookimpl
def weft_make_lm(ref: Ref) -> str:
    return f"I am {ref}"
