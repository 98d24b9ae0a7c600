"""Vectors of texts, from models and functions."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest
from flaky_provider import Flaky

import weft
from weft.errors import (
    BudgetExceeded,
    InputError,
    LMInvalidRequestError,
    LMServerError,
    OptionError,
    PluginContractError,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

pytestmark = pytest.mark.usefixtures("short_waits")


class Lengths(Flaky):
    """Embeds a text as its length and the number of its words."""

    async def embed(self, texts: Sequence[str]) -> weft.Embeddings:
        await self._next(weft.Request(tuple(weft.Message.of("user", text) for text in texts)))
        vectors = tuple((float(len(text)), float(len(text.split()))) for text in texts)
        return weft.Embeddings(vectors, weft.Usage(input_tokens=len(texts)))


def test_texts_are_embedded_in_batches_and_in_order() -> None:
    lm = Lengths()
    embed = weft.Embedder(lm, batch_size=2)
    texts = ["a", "bb bb", "ccc", "d d d", ""]
    with weft.track_usage() as ledger:
        vectors = embed(texts)
    assert vectors == ((1.0, 1.0), (5.0, 2.0), (3.0, 1.0), (5.0, 3.0), (0.0, 0.0))
    assert embed("ccc") == (3.0, 1.0)
    assert ledger.total == weft.Usage(5, calls=3, cost=pytest.approx(5e-6))
    assert asyncio.run(embed.acall(texts)) == vectors
    assert embed([]) == ()


def test_embedding_is_tried_again_and_limited_like_every_call() -> None:
    lm = Lengths([LMServerError("no"), "ok"])
    assert weft.Embedder(lm)("a") == (1.0, 1.0)
    assert len(lm.requests) == 2
    with weft.budget(calls=1), pytest.raises(BudgetExceeded):
        weft.Embedder(lm, batch_size=1)(["a", "b"])
    assert len(lm.requests) == 3


def test_any_function_embeds() -> None:
    async def later(texts: list[str]) -> list[list[int]]:
        await asyncio.sleep(0)
        return [[len(text)] for text in texts]

    assert weft.Embedder(later)(["a", "bb"]) == ((1.0,), (2.0,))


def test_what_goes_wrong_is_said() -> None:
    with pytest.raises(LMInvalidRequestError, match="test/flaky cannot embed texts"):
        weft.Embedder(Flaky())("a")
    with pytest.raises(InputError, match="takes texts, not 3"):
        weft.Embedder(Lengths())(["a", 3])  # type: ignore[list-item]
    with pytest.raises(PluginContractError, match="returned 1 vectors for 2 texts"):
        weft.Embedder(lambda texts: [[1.0]])(["a", "b"])
    with pytest.raises(OptionError, match="needs an LM, its reference or a function, not 3"):
        weft.Embedder(3)  # type: ignore[call-overload, arg-type]
