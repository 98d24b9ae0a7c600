"""LMScorer: a model that says how well texts answer a query, for ``weft.RM("rerank")``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

from pydantic import Field

from ..program.module import Module
from ..program.predict import Predict
from ..runtime.concurrent import map_ordered
from ..signature import InputField, OutputField, Signature

if TYPE_CHECKING:
    from collections.abc import Sequence


class Relevance(Signature):
    """Say how well the text answers the query."""

    query: str = InputField()
    text: str = InputField(trim="end")
    relevance: Annotated[int, Field(ge=0, le=10)] = OutputField("0: not at all; 10: it answers it completely")


class LMScorer(Module):
    """Scores texts by a model, each in a call of its own; its predictor is the attribute ``score``.

    Args:
        concurrency: most calls at once.
        config: as for `Predict`.

    A call takes ``query`` and ``texts`` and gives a number from 0 to 10 for each text, in order.

    Example:
        >>> import weft
        >>> lm = weft.LM("scripted/x", answers=[{"relevance": 2}, {"relevance": 9}])
        >>> weft.LMScorer(lm=lm, concurrency=1)("Why do cats purr?", ["Dogs bark.", "Cats purr when content."])
        [2, 9]
    """

    def __init__(self, *, concurrency: int = 8, **config: Any) -> None:
        self.concurrency = concurrency
        self.score = Predict(Relevance, **config)

    async def aforward(self, query: str, texts: Sequence[str]) -> list[int]:
        async def one(text: str) -> int:
            return (await self.score.acall(query=query, text=text)).relevance

        return await map_ordered(one, texts, concurrency=min(self.concurrency, len(texts)) or 1)
