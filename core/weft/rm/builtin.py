"""The kernel's own retrievers, offered through the same hook as everyone else's."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..registry import hookimpl
from .fusion import EnsembleRM
from .memory import MemoryRM
from .reranking import DiverseRM, RerankRM

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ..registry import Ref
    from .base import RM


@hookimpl
def weft_make_rm(ref: Ref, options: Mapping[str, Any]) -> RM | None:
    made = {"memory": MemoryRM, "ensemble": EnsembleRM, "rerank": RerankRM, "mmr": DiverseRM}.get(ref.provider)
    return None if made is None else made(**options)
