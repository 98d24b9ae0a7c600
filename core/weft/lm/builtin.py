"""The kernel's own providers, offered through the same hook as everyone else's."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..registry import hookimpl

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ..registry import Ref
    from .base import LM
    from .embedder import Embedder


@hookimpl
def weft_make_lm(ref: Ref, options: Mapping[str, Any]) -> LM | None:
    rest = dict(options)
    if ref.provider == "scripted":
        from .scripted import ScriptedLM

        return ScriptedLM(ref.name or "script", **options)
    if ref.provider == "router":
        from .router import Router

        return Router(rest.pop("models", ()), policy=ref.name or "fallback", **rest)  # type: ignore[arg-type]
    if ref.provider == "embedded":
        from ..errors import UnsupportedModelError
        from .incontext import InContextLM

        if ref.name != "incontext":
            raise UnsupportedModelError(
                f"The provider 'embedded' has one model, 'embedded/incontext', not {str(ref)!r}.",
                provider="embedded",
                model=ref.name,
            )
        return InContextLM(ref.name, **options)
    return None


@hookimpl
def weft_make_embedder(ref: Ref, options: Mapping[str, Any]) -> Embedder | None:
    from .embedders import HashingEmbedder

    return HashingEmbedder(**options) if ref.provider == "hashing" else None
