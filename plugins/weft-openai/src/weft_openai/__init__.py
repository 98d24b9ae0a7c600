"""weft-openai: everything that speaks OpenAI's API."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from weft import hookimpl

if TYPE_CHECKING:
    from collections.abc import Mapping

    from weft import LM, Ref


@hookimpl
def weft_make_lm(ref: Ref, options: Mapping[str, Any]) -> LM:
    from .lm import OpenAILM
    from .presets import PRESETS

    return OpenAILM(ref.name, preset=PRESETS[ref.provider], **options)
