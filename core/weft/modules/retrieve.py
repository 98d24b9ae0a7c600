"""Retrieve: a search as a step of a program."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from ..data.passages import Passages
from ..data.prediction import Prediction
from ..errors import OptionError
from ..program.module import Module
from ..rm import current_rm
from ..rm.current import as_rm
from ..rm.fusion import fused
from ..spelling import spelled

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ..data.passages import Passage
    from ..rm import RM, Filter


class Retrieve(Module):
    """Finds passages for a query, or, fused, for several.

    Args:
        k: most passages.
        rm: the retriever, a function or a name; default: the settings' at the time of the call.
        filters: what the metadata of all passages must be; see `weft.where`.
        depth: how many passages each of several queries is asked for, at least.

    A call takes ``query``, a text or a list of texts, and gives a prediction with ``passages`` (their texts) and
    ``found`` (the same as `Passages`, with ids, scores and metadata), the best first.

    Example:
        >>> import weft
        >>> retrieve = weft.Retrieve(k=1, rm=weft.RM("memory", texts=["Cats purr.", "Dogs bark."]))
        >>> retrieve(query="a barking dog").passages
        ['Dogs bark.']
    """

    @spelled
    def __init__(
        self, k: int = 3, *, rm: Any = None, filters: Filter | Mapping[str, Any] | None = None, depth: int = 20
    ) -> None:
        self.k, self.filters, self.depth = k, filters, depth
        self.rm: RM | None = None if rm is None else as_rm(rm)

    async def aforward(self, query: Any, k: int | None = None) -> Prediction:
        most = self.k if k is None else k
        found = await searched(current_rm(self.rm), query, most, self.filters, self.depth)
        return found_prediction(found)


async def searched(
    rm: RM, query: Any, k: int, filters: Filter | Mapping[str, Any] | None = None, depth: int = 20
) -> list[Passage]:
    """Return the passages for a query, or those for several queries, fused.

    Raises:
        OptionError: the query is neither a text nor a list of texts, or there is none.
    """
    if isinstance(query, str):
        return await rm.acall(query, k, filters)
    if not isinstance(query, list | tuple) or not query:
        raise OptionError(f"A query is a text or a list of texts, not {query!r:.80}.")
    return fused(await rm.abatch(cast("Sequence[str]", query), max(k, depth), filters))[:k]


def found_prediction(found: list[Passage], **others: Any) -> Prediction:
    """Return passages as modules give them."""
    return Prediction(**others, passages=[passage.text for passage in found], found=Passages(found))
