"""Claude models for weft, over Anthropic's Messages API."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import weft

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ._lm import AnthropicLM as AnthropicLM

__all__ = ["AnthropicLM"]


@weft.hookimpl
def weft_make_lm(ref: weft.Ref, options: Mapping[str, Any]) -> weft.LM | None:
    if ref.provider != "anthropic":
        return None
    from ._lm import AnthropicLM

    return AnthropicLM(ref.name, **options)


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from . import _lm

    return getattr(_lm, name)
