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
    PluginNotFound,
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
        weft.Embedder(lm, batch_size=1)(["b", "c"])
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
    with pytest.raises(OptionError, match="needs an LM, a reference or a function, not 3"):
        weft.Embedder(3)  # type: ignore[call-overload, arg-type]


def test_vectors_are_kept_as_answers_are() -> None:
    lm = Lengths()
    embed = weft.Embedder(lm)
    assert embed(["a", "bb", "a"]) == ((1.0, 1.0), (2.0, 1.0), (1.0, 1.0))
    assert embed(["bb", "ccc"]) == ((2.0, 1.0), (3.0, 1.0))
    with weft.context(cache="off"):
        embed("a")
    asked = [[message.text for message in request.messages] for request in lm.requests]
    assert asked == [["a", "bb"], ["ccc"], ["a"]]


def test_the_hashing_embedder_needs_no_model() -> None:
    embed = weft.Embedder("hashing", dimensions=256)
    cat, kitten, rates = embed(["The cat purrs.", "A cat purred", "exchange rates"])
    assert len(cat) == 256
    assert _product(cat, cat) == pytest.approx(1.0)
    assert _product(cat, kitten) > 0.3 > _product(cat, rates)
    assert embed("") == (0.0,) * 256
    with pytest.raises(OptionError, match="dimensions must be a whole number of at least 1, not 0"):
        weft.Embedder("hashing", dimensions=0)


def _product(one: tuple[float, ...], other: tuple[float, ...]) -> float:
    return sum(a * b for a, b in zip(one, other, strict=True))


def test_names_that_nothing_provides_are_corrected() -> None:
    with pytest.raises(PluginNotFound, match="Did you mean 'hashing'"):
        weft.Embedder("hasing")
    with pytest.raises(OptionError, match=r"HashingEmbedder has no option 'dimension'. Did you mean 'dimensions'"):
        weft.Embedder("hashing", dimension=3)
