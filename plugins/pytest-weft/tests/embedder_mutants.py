"""An embedder that keeps the contract, embedders that break it in one way each, and the check that must say so."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import weft

if TYPE_CHECKING:
    from collections.abc import Sequence


class Correct(weft.Embedder):
    """Counts characters; like a model on the network, it waits before it answers."""

    async def embed(self, texts: Sequence[str]) -> Sequence[Sequence[float]]:
        await asyncio.sleep(0)
        return [self.vector(text) for text in texts]

    def vector(self, text: str) -> tuple[float, ...]:
        return (float(len(text)), float(text.count(" ")), 1.0)


class DividesByLength(Correct):
    def vector(self, text: str) -> tuple[float, ...]:
        return (text.count(" ") / len(text) if text else float("inf"), float(len(text)), 1.0)


class Sorts(Correct):
    """Makes vectors of the longest texts first, as models do to save padding, and gives them back so."""

    async def embed(self, texts: Sequence[str]) -> Sequence[Sequence[float]]:
        return await super().embed(sorted(texts, key=len))


class KnowsOneVector(Correct):
    def vector(self, text: str) -> tuple[float, ...]:
        return (1.0, 0.0, 0.0)


class MixesUp(Correct):
    """Keeps the texts on itself while it waits."""

    concurrency = 1

    async def embed(self, texts: Sequence[str]) -> Sequence[Sequence[float]]:
        self.texts = texts
        await asyncio.sleep(0.001)
        return [self.vector(text) for text in self.texts]


class TakesAnyOption(Correct):
    def __init__(self, **options: Any) -> None:
        pass


CAUGHT_BY: dict[type[weft.Embedder], str] = {
    DividesByLength: "test_a_vector_for_each_text",
    Sorts: "test_vectors_come_in_order",
    KnowsOneVector: "test_other_texts_have_other_vectors",
    MixesUp: "test_texts_at_once",
    TakesAnyOption: "test_unknown_option_is_refused",
}
MANNERS: dict[str, Any] = {}
ARGUMENTS = ()
REGISTER = ""
SELECT = ""
