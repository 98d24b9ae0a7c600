"""Gemini models for weft, over Google's Generative Language API."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import weft

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ._lm import GeminiLM as GeminiLM

__all__ = ["GeminiLM"]


@weft.hookimpl
def weft_make_lm(ref: weft.Ref, options: Mapping[str, Any]) -> weft.LM | None:
    if ref.provider != "gemini":
        return None
    from ._lm import GeminiLM

    return GeminiLM(ref.name, **options)


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from . import _lm

    return getattr(_lm, name)
