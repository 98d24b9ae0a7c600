"""Errors of this provider."""

from __future__ import annotations

from typing import TYPE_CHECKING

from weft.errors import LMInvalidRequestError

if TYPE_CHECKING:
    from weft.errors import LMError


def refusal(model: str, problem: str, kind: type[LMError] = LMInvalidRequestError) -> LMError:
    """Return the error that says `problem`, one sentence or two, and which provider and model it is about."""
    return kind(problem, provider="gguf", model=model)
