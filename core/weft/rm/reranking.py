"""``rerank`` and ``mmr``: what one retriever finds, in a better order."""

from __future__ import annotations

from dataclasses import replace
from operator import mul
from typing import TYPE_CHECKING, Any

from ..data.vectors import unit
from ..errors import OptionError, PluginContractError
from .base import RM
from .current import as_rm

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ..data.passages import Passage
    from ..lm.embedder import Embedder
    from .filters import Filter


class _Reordered(RM):
    """Asks another retriever for more than is wanted, and gives the best of it.

    Args:
        rm: the retriever, a function or a name.
        depth: how many passages it is asked for, at least.
    """

    def __init__(self, *, rm: Any = None, depth: int = 50) -> None:
        if rm is None:
            raise OptionError(f"{type(self).__name__} needs a retriever: rm=….")
        if not isinstance(depth, int) or isinstance(depth, bool) or depth < 1:  # pyright: ignore[reportUnnecessaryIsInstance]
            raise OptionError(f"depth must be a whole number of at least 1, not {depth!r}.")
        self.rm, self.depth = as_rm(rm), depth
        self.capabilities = self.rm.capabilities

    async def search(self, query: str, k: int, filters: Filter | None = None) -> list[Passage]:
        found = await self.rm.acall(query, max(k, self.depth), filters)
        return (await self.ordered(query, found, k))[:k] if found else []

    async def ordered(self, query: str, found: Sequence[Passage], k: int) -> list[Passage]:
        """Return what was found in the better order, as far as `k`."""
        raise NotImplementedError

    async def close(self) -> None:
        await self.rm.close()


class RerankRM(_Reordered):
    """Orders what a retriever finds by the scores that a function gives.

    Args:
        rm: the retriever, a function or a name.
        scorer: a function of the query and the texts that returns a score for each, higher is better; sync or async. A
            cross-encoder, or a program of weft's such as `weft.LMScorer`.
        depth: how many passages the retriever is asked for, at least.
    """

    def __init__(self, *, rm: Any = None, scorer: Any = None, depth: int = 50) -> None:
        super().__init__(rm=rm, depth=depth)
        if not callable(scorer):
            raise OptionError(f"scorer is a function of the query and the texts, not {scorer!r}.")
        self.scorer = scorer

    async def ordered(self, query: str, found: Sequence[Passage], k: int) -> list[Passage]:
        from ..runtime.offload import call

        scorer = getattr(self.scorer, "acall", self.scorer)
        scores: Any = await call(scorer, query, [passage.text for passage in found])
        try:
            numbers = [float(score) for score in scores]
        except (TypeError, ValueError) as error:
            raise PluginContractError(
                f"{self.scorer!r} returned {scores!r:.80}, and not a score for each text."
            ) from error
        if len(numbers) != len(found):
            raise PluginContractError(f"{self.scorer!r} returned {len(numbers)} scores for {len(found)} texts.")
        scored = [replace(passage, score=number) for passage, number in zip(found, numbers, strict=True)]
        return sorted(scored, key=lambda passage: -passage.score)


class DiverseRM(_Reordered):
    """Maximal marginal relevance: of what a retriever finds, passages that fit the query and do not repeat each other.

    Args:
        rm: the retriever, a function or a name.
        embedder: makes the vectors by which passages are compared; default: ``hashing``.
        balance: how much fitting the query counts against not repeating what was chosen: 1: nothing else counts.
        depth: how many passages the retriever is asked for, at least.

    Scores are the margins by which passages were chosen; they fall. Source: Carbonell and Goldstein 1998, "The Use of
    MMR, Diversity-Based Reranking".
    """

    def __init__(self, *, rm: Any = None, embedder: Any = "hashing", balance: float = 0.5, depth: int = 50) -> None:
        from ..lm.embedder import Embedder

        super().__init__(rm=rm, depth=depth)
        if not 0 <= balance <= 1:
            raise OptionError(f"balance is a number from 0 to 1, not {balance!r}.")
        self.embedder: Embedder = Embedder(embedder)
        self.balance = balance

    async def ordered(self, query: str, found: Sequence[Passage], k: int) -> list[Passage]:
        asked, *vectors = [unit(v) for v in await self.embedder.acall([query, *(passage.text for passage in found)])]
        fits = [sum(map(mul, asked, vector)) for vector in vectors]
        repeats = [0.0] * len(found)
        left, margin = list(range(len(found))), 1.0
        chosen: list[Passage] = []
        while left and len(chosen) < k:
            margins = {at: self.balance * fits[at] - (1 - self.balance) * repeats[at] for at in left}
            best = max(left, key=margins.__getitem__)
            margin = min(margin, margins[best])
            chosen.append(replace(found[best], score=margin))
            left.remove(best)
            for at in left:
                repeats[at] = max(repeats[at], sum(map(mul, vectors[at], vectors[best])))
        return chosen
