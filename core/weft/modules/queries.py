"""Better queries: rewritten, taken apart, and asked hop by hop."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..data.passages import Passages  # noqa: TC001 - the signature of a hop is made of it
from ..data.prediction import Prediction
from ..program.module import Module
from ..program.options import whole_number
from ..program.predict import Predict
from ..rm import current_rm
from ..rm.current import as_rm
from ..signature import InputField, OutputField, Signature
from .retrieve import found_prediction, searched

if TYPE_CHECKING:
    from ..data.passages import Passage
    from ..rm import RM


class Rewriting(Signature):
    """Write search queries that find what answers the question. Use other words than the question where that helps."""

    question: str = InputField()
    count: int = InputField("how many queries are wanted")
    queries: list[str] = OutputField("search queries, the most promising first")


class Decomposition(Signature):
    """Take a question apart into simpler ones that can be looked up one by one; a simple question is left as it is."""

    question: str = InputField()
    questions: list[str] = OutputField("the simpler questions, in the order in which they are to be answered")


class NextHop(Signature):
    """Say what to search for next, so that the question can be answered; nothing if what was found is enough."""

    question: str = InputField()
    found: Passages = InputField("what was found so far")
    query: str = OutputField("the next search query; empty if nothing more is needed")


class RewriteQuery(Module):
    """Writes search queries for a question; its predictor is the attribute ``rewrite``.

    Args:
        count: how many queries are asked for.
        keeps: whether the question itself is the first of the queries.
        config: as for `Predict`.

    A call takes ``question`` and gives a prediction with ``queries``.
    """

    def __init__(self, count: int = 3, *, keeps: bool = True, **config: Any) -> None:
        self.count, self.keeps = whole_number("RewriteQuery", "count", count, 1), keeps
        self.rewrite = Predict(Rewriting, **config)

    async def aforward(self, question: str) -> Prediction:
        written = await self.rewrite.acall(question=question, count=self.count)
        own = [question] if self.keeps else []
        queries = [query for query in written.queries if query.strip()][: self.count]
        return _given([*own, *queries] or [question])


class DecomposeQuery(Module):
    """Takes a question apart; its predictor is the attribute ``decompose``.

    Args:
        most: how many questions are given at most.
        config: as for `Predict`.

    A call takes ``question`` and gives a prediction with ``queries``.
    """

    def __init__(self, most: int = 5, **config: Any) -> None:
        self.most = whole_number("DecomposeQuery", "most", most, 1)
        self.decompose = Predict(Decomposition, **config)

    async def aforward(self, question: str) -> Prediction:
        written = await self.decompose.acall(question=question)
        queries = [query for query in written.questions if query.strip()][: self.most]
        return _given(queries or [question])


class MultiHop(Module):
    """Searches, reads, and searches for what is still missing; its predictor is the attribute ``hop``.

    Args:
        k: most passages of each hop.
        hops: most searches.
        rm: the retriever, a function or a name; default: the settings'.
        config: as for `Predict`.

    A call takes ``question`` and gives a prediction with ``queries`` (the first is the question), ``passages`` and
    ``found``; a passage that was found again is there once.

    Source: Khattab et al. 2021, "Baleen: Robust Multi-Hop Reasoning at Scale via Condensed Retrieval".
    """

    def __init__(self, k: int = 3, *, hops: int = 3, rm: Any = None, **config: Any) -> None:
        self.k, self.hops = k, whole_number("MultiHop", "hops", hops, 1)
        self.rm: RM | None = None if rm is None else as_rm(rm)
        self.hop = Predict(NextHop, **config)

    async def aforward(self, question: str) -> Prediction:
        rm = current_rm(self.rm)
        queries, found = [question], await searched(rm, question, self.k)
        while len(queries) < self.hops:
            said = await self.hop.acall(question=question, found=found)
            query = said.query.strip()
            if not query or query in queries:
                break
            queries.append(query)
            found = _together(found, await searched(rm, query, self.k))
        return found_prediction(found, queries=queries)


def _given(queries: list[str]) -> Prediction:
    """Return queries as modules give them, each once."""
    return Prediction(queries=list(dict.fromkeys(queries)))


def _together(found: list[Passage], more: list[Passage]) -> list[Passage]:
    known = {passage.id or passage.text for passage in found}
    return [*found, *(passage for passage in more if (passage.id or passage.text) not in known)]
