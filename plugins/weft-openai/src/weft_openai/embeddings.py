"""Embeddings: ``POST embeddings``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from weft import Embeddings
from weft.errors import LMInvalidRequestError
from weft_http import reading

from .reading import raise_error_in, usage_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .lm import OpenAILM


async def embed(lm: OpenAILM, texts: Sequence[str]) -> Embeddings:
    """Return a vector for each text, in the order of the texts.

    Raises:
        LMError: the call failed, or the server gives vectors of tokens.
    """
    body: dict[str, Any] = {"model": lm.model, "input": list(texts)}
    if lm.dimensions is not None:
        body["dimensions"] = lm.dimensions
    reply = await lm.client.post_json(lm.path_of("embeddings"), body)
    raise_error_in(lm, reply.value)
    with reading(lm.ref):
        return Embeddings(_vectors(lm, reply.value), usage_of(lm, reply.value.get("usage")), reply.limits)


def _vectors(lm: OpenAILM, value: Any) -> tuple[tuple[float, ...], ...]:
    rows = sorted(value["data"], key=lambda row: row["index"])
    if any(isinstance(row["embedding"][0], list) for row in rows):
        raise LMInvalidRequestError(
            f"{lm.ref} gives a vector for each token; start the server with pooling, such as --pooling mean.",
            provider=lm.provider,
            model=lm.model,
        )
    return tuple(tuple(row["embedding"]) for row in rows)
