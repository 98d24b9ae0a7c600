"""The checks of the Embedder contract."""

from __future__ import annotations

import asyncio
import math
from typing import TYPE_CHECKING, ClassVar

from .conformance import Conformance
from .running import finished

if TYPE_CHECKING:
    from collections.abc import Sequence

    import weft

TEXTS = (
    "Cats purr when they are content.",
    "Dogs bark at strangers.",
    "猫は満足すると喉を鳴らします。 😀",
    "",
    "A long text. " * 200,
)
_TOLERANCE = 1e-4


class EmbedderConformance(Conformance):
    """Derive a test class and say which embedder is meant.

    Attributes:
        ref: the reference, such as ``acme``.
        options: keyword options of ``weft.Embedder(ref, **options)``.
        heavy: modules that must not be imported before the embedder is used.
    """

    kind: ClassVar[str] = "embedder"

    def test_a_vector_for_each_text(self) -> None:
        """Texts of every kind, the empty one included, get a vector of finite numbers, all of one length."""
        vectors = self.embedder()(TEXTS)
        assert len(vectors) == len(TEXTS), f"{len(TEXTS)} texts gave {len(vectors)} vectors"
        assert len({len(vector) for vector in vectors}) == 1, "the vectors are not of one length"
        assert all(math.isfinite(number) for vector in vectors for number in vector), "a number is not finite"

    def test_vectors_come_in_order(self) -> None:
        """Each text has the vector that it has alone, whatever stands beside it; batches change nothing."""
        embedder = self.embedder()
        alone = [embedder(text) for text in TEXTS]
        embedder.batch_size = 2
        for text, one, other in zip(TEXTS, alone, embedder(TEXTS), strict=True):
            assert _close(one, other), f"{text[:40]!r} has another vector in a batch than alone"

    def test_other_texts_have_other_vectors(self) -> None:
        """Two different texts do not share a vector, and no texts have none."""
        embedder = self.embedder()
        one, other = embedder(TEXTS[:2])
        assert not _close(one, other), "two different texts have one vector"
        assert embedder([]) == ()

    def test_texts_at_once(self) -> None:
        """Calls that run at once each get their own vectors, awaited or blocking."""
        embedder = self.embedder()
        alone = [embedder(text) for text in TEXTS]

        async def all_at_once() -> list[tuple[float, ...]]:
            return await asyncio.gather(*(embedder.acall(text) for text in TEXTS))

        together = finished(all_at_once())
        assert all(_close(one, other) for one, other in zip(alone, together, strict=True)), (
            "texts that are embedded at once get other vectors than one after another"
        )

    def embedder(self) -> weft.Embedder:
        """Return the embedder under check."""
        found: weft.Embedder = self.make()
        return found


def _close(one: Sequence[float], other: Sequence[float]) -> bool:
    """Whether two vectors are the same; models on a processor round a batch otherwise than one text."""
    return len(one) == len(other) and all(a == b or abs(a - b) <= _TOLERANCE for a, b in zip(one, other, strict=True))
