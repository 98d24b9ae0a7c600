"""Requests that are not sent, since the model is known not to take them."""

from __future__ import annotations

from weft import Usage
from weft.errors import LMInvalidRequestError


def not_sent(ref: str, message: str) -> LMInvalidRequestError:
    """Return the error of such a request, to be raised; it counts as no call."""
    provider, _, model = ref.partition("/")
    return LMInvalidRequestError(message, provider=provider, model=model, usage=Usage())
