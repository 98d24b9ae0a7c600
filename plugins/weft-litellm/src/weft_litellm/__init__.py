"""Every model that litellm reaches, for weft."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import weft

if TYPE_CHECKING:
    from collections.abc import Mapping

    from .model import LiteLLM as LiteLLM

__all__ = ["LiteLLM"]


@weft.hookimpl
def weft_make_lm(ref: weft.Ref, options: Mapping[str, Any]) -> weft.LM | None:
    from .model import LiteLLM

    return LiteLLM(ref.name, **options) if ref.name else None


@weft.hookimpl
def weft_shutdown() -> None:
    engine = sys.modules.get(f"{__name__}.engine")
    if engine is not None:  # else no call was made
        engine.ENGINE.close()


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from . import model

    return getattr(model, name)
