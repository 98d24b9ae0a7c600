"""Embedders out of models and functions, and the kernel's own, which needs no model."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..data.similarity import hashed_features
from ..errors import EstimateError, OptionError, PluginContractError
from ..registry.resolve import provides
from .attempts import attempts, priced
from .base import LM
from .current import as_lm
from .embedder import Embedder, checked_numbers
from .jobs import Embeddings
from .messages import Message
from .pipeline import within_budget
from .records import Request
from .rehearsal import current_rehearsal

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Mapping, Sequence

    from .embedder import Vector


def adapted(value: object, options: Mapping[str, Any]) -> Embedder | None:
    """Return an embedder of an LM, of the reference of one that no embedder has, or of a function; None: a name.

    Raises:
        OptionError: it is none of these.
    """
    if isinstance(value, LM) or (isinstance(value, str) and "/" in value and not provides("embedder", value)):
        return LMEmbedder(as_lm(value), **options)
    if isinstance(value, str):
        return None
    if not callable(value):
        raise OptionError(f"An Embedder needs an LM, a reference or a function, not {value!r}.")
    return FunctionEmbedder(value, **options)


class LMEmbedder(Embedder):
    """Asks a model that embeds texts.

    Args:
        lm: the model.
        batch_size: most texts of one call.
        concurrency: most calls at once.
    """

    def __init__(self, lm: LM, /, *, batch_size: int = 100, concurrency: int = 8) -> None:
        self.source = lm
        self.batch_size, self.concurrency = checked_numbers(batch_size, concurrency)

    @property
    def cache_identity(self) -> Hashable:
        return ("embed", self.source.cache_identity)

    async def embed(self, texts: Sequence[str]) -> Sequence[Vector]:
        if current_rehearsal() is not None:
            raise EstimateError(f"The program needs vectors of {self.source.ref}, which nothing can stand in for.")
        request = Request(tuple(Message.of("user", text) for text in texts), max_tokens=1)
        embedding = attempts(self.source, request, lambda: self.source.embed(texts), _priced)
        return (await within_budget(self.source, request, embedding)).vectors

    def __repr__(self) -> str:
        return f"Embedder({self.source.ref!r})"


def _priced(lm: LM, answer: Embeddings) -> Embeddings:
    if not isinstance(answer, Embeddings):  # pyright: ignore[reportUnnecessaryIsInstance]
        raise PluginContractError(f"{lm.ref} returned {answer!r}; embed must return Embeddings.")
    return Embeddings(answer.vectors, priced(lm, answer.usage), answer.limits)


class FunctionEmbedder(Embedder):
    """Calls a function from a list of texts to a list of vectors, sync or async.

    Args:
        function: the function.
        batch_size: most texts of one call.
        concurrency: most calls at once.
    """

    def __init__(self, function: Callable[[list[str]], Any], /, *, batch_size: int = 100, concurrency: int = 8) -> None:
        self.source = function
        self.batch_size, self.concurrency = checked_numbers(batch_size, concurrency)

    async def embed(self, texts: Sequence[str]) -> Sequence[Sequence[float]]:
        from ..runtime.offload import call

        return await call(self.source, list(texts))

    def __repr__(self) -> str:
        return f"Embedder({self.source!r})"


class HashingEmbedder(Embedder):
    """Words and pieces of words, counted in places that a hash chooses; texts that share them have like vectors.

    It knows nothing of meaning, needs no model, and gives the same vectors everywhere.

    Args:
        dimensions: length of the vectors.
    """

    waits = False

    def __init__(self, *, dimensions: int = 512) -> None:
        if not isinstance(dimensions, int) or isinstance(dimensions, bool) or dimensions < 1:  # pyright: ignore[reportUnnecessaryIsInstance]
            raise OptionError(f"dimensions must be a whole number of at least 1, not {dimensions!r}.")
        self.dimensions = dimensions

    async def embed(self, texts: Sequence[str]) -> Sequence[Vector]:
        return [hashed_features(text, self.dimensions) for text in texts]

    def __repr__(self) -> str:
        return f"Embedder('hashing', dimensions={self.dimensions})"
