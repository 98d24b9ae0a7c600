"""Vectors of texts: Gemini's ``batchEmbedContents``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from weft import Embeddings, Usage

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from weft_http import Facts


def embedding_body(name: str, texts: Sequence[str], *, dimensions: int | None, task: str | None) -> dict[str, Any]:
    """Return the JSON of a call; None leaves the length and the purpose of the vectors to the model."""
    options = {"outputDimensionality": dimensions, "taskType": task}
    given = {name: value for name, value in options.items() if value is not None}
    return {"requests": [{"model": name, "content": {"parts": [{"text": text}]}, **given} for text in texts]}


def embeddings_of(body: Mapping[str, Any], facts: Facts) -> Embeddings:
    """Return the vectors, and what they cost as far as the API says how many tokens it counted."""
    vectors = tuple(tuple(embedding["values"]) for embedding in body["embeddings"])
    counts: Mapping[str, int] = body.get("usageMetadata") or {}
    tokens = counts.get("promptTokenCount", 0)
    return Embeddings(vectors, Usage(tokens, calls=1, cost=facts.cost(tokens, 0) if tokens else None))
