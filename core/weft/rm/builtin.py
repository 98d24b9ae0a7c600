"""The kernel's own retriever, offered through the same hook as everyone else's."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..registry import hookimpl
from .memory import MemoryRM

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ..registry import Ref
    from .base import RM


@hookimpl
def weft_make_rm(ref: Ref, options: Mapping[str, Any]) -> RM | None:
    return MemoryRM(**options) if ref.provider == "memory" else None
