"""What stores of vectors share: texts become vectors in one place, and every vector has the length it must have."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..errors import DimensionError, PluginContractError
from .base import RM

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ..data.passages import Passage
    from ..lm.embedder import Embedder, Vector
    from .filters import Filter


class VectorRM(RM):
    """A retriever by the likeness of vectors; it writes `nearest` and `put`, and of the others what it can.

    Args:
        embedder: a `weft.Embedder`, or what makes one; default: ``hashing``, which needs no model.
    """

    def __init__(self, *, embedder: Any = "hashing") -> None:
        from ..lm.embedder import Embedder

        self.embedder: Embedder = Embedder(embedder)

    async def nearest(self, vectors: Sequence[Vector], k: int, filters: Filter | None) -> Sequence[Sequence[Passage]]:
        """Return for each vector at most `k` passages that fit the filter, best first."""
        raise PluginContractError(f"{type(self).__name__} has no nearest.")

    async def put(self, passages: Sequence[Passage], vectors: Sequence[Vector]) -> None:
        """Hold passages with their vectors; one with a known id replaces the old one."""
        raise PluginContractError(f"{type(self).__name__} has no put.")

    async def search(self, query: str, k: int, filters: Filter | None = None) -> Sequence[Passage]:
        (found,) = await self.nearest((await self.embedder.acall(query),), k, filters)
        return found

    async def search_many(
        self, queries: Sequence[str], k: int, filters: Filter | None = None
    ) -> Sequence[Sequence[Passage]]:
        return await self.nearest(await self.embedder.acall(queries), k, filters)

    async def add(self, passages: Sequence[Passage]) -> None:
        await self.put(passages, await self.embedder.acall([passage.text for passage in passages]))

    def checked_length(self, vectors: Sequence[Vector], length: int) -> None:
        """Refuse vectors that the collection cannot hold.

        Args:
            vectors: vectors of the embedder.
            length: the length of those in the collection.

        Raises:
            DimensionError: they have another one.
        """
        if vectors and len(vectors[0]) != length:
            raise wrong_length(self.ref, length, self.embedder, len(vectors[0]))


def wrong_length(ref: str, held: int, embedder: Embedder, made: int) -> DimensionError:
    """Return the error for vectors that a collection cannot hold."""
    return DimensionError(
        f"{ref} holds vectors of length {held}, and {embedder!r} makes vectors of length {made}. Use the embedder that "
        "the collection was made with."
    )
