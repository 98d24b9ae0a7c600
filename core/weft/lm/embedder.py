"""``weft.Embedder``: vectors of texts, from a model or from any function."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, overload

from ..errors import EstimateError, InputError, OptionError, PluginContractError
from ..runtime.loop import enter_loop, run_sync
from ..spelling import spelled
from .attempts import attempts, priced
from .base import LM
from .current import as_lm
from .jobs import Embeddings
from .messages import Message
from .pipeline import within_budget
from .records import Request
from .rehearsal import current_rehearsal

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Sequence

Vector = tuple[float, ...]


class Embedder:
    """Turns texts into vectors of one length.

    Calls of a model go the way of all calls: limits, retries, budgets and the ledger are the same.

    Args:
        source: an LM that can embed, its reference, or a function from a list of texts to a list of vectors, sync or
            async.
        batch_size: most texts of one call.
        concurrency: most calls at once.

    Raises:
        OptionError: `source` is none of these, or a number is below 1.

    Example:
        >>> import weft
        >>> lengths = weft.Embedder(lambda texts: [[len(text)] for text in texts])
        >>> lengths(["a", "abc"])
        ((1.0,), (3.0,))
        >>> lengths("abc")
        (3.0,)
    """

    @spelled
    def __init__(
        self, source: LM | str | Callable[[list[str]], Any], /, *, batch_size: int = 100, concurrency: int = 8
    ) -> None:
        if not isinstance(source, LM | str) and not callable(source):
            raise OptionError(f"An Embedder needs an LM, its reference or a function, not {source!r}.")
        if batch_size < 1 or concurrency < 1:
            raise OptionError(f"batch_size and concurrency are at least 1, not {batch_size!r} and {concurrency!r}.")
        self.source = as_lm(source) if isinstance(source, LM | str) else source
        self._batch_size, self._concurrency = batch_size, concurrency

    @overload
    def __call__(self, texts: str) -> Vector: ...  # pyright: ignore[reportOverlappingOverload] # str is a Sequence[str]
    @overload
    def __call__(self, texts: Sequence[str]) -> tuple[Vector, ...]: ...
    def __call__(self, texts: str | Sequence[str]) -> Vector | tuple[Vector, ...]:
        """Return the vector of a text, or of each text; blocking."""
        return run_sync(self._embedded(texts))

    @overload
    def acall(self, texts: str) -> Coroutine[Any, Any, Vector]: ...  # pyright: ignore[reportOverlappingOverload]
    @overload
    def acall(self, texts: Sequence[str]) -> Coroutine[Any, Any, tuple[Vector, ...]]: ...
    def acall(self, texts: str | Sequence[str]) -> Coroutine[Any, Any, Any]:
        """Return the vector of a text, or of each text."""
        return self._embedded(texts)

    async def _embedded(self, texts: str | Sequence[str]) -> Any:
        if isinstance(texts, str):
            return (await self._batch((texts,)))[0]
        for text in texts:
            if not isinstance(text, str):  # pyright: ignore[reportUnnecessaryIsInstance]
                raise InputError(f"An Embedder takes texts, not {text!r}.")
        size = self._batch_size
        batches = [tuple(texts[start : start + size]) for start in range(0, len(texts), size)]
        await enter_loop()
        from ..runtime.concurrent import map_ordered  # brings asyncio

        found = await map_ordered(self._batch, batches, concurrency=self._concurrency)
        return tuple(vector for vectors in found for vector in vectors)

    async def _batch(self, texts: tuple[str, ...]) -> tuple[Vector, ...]:
        source = self.source
        if not isinstance(source, LM):
            from ..runtime.offload import call

            return _checked(self, texts, await call(source, list(texts)))
        if current_rehearsal() is not None:
            raise EstimateError(f"The program needs vectors of {source.ref}, which nothing can stand in for.")
        request = Request(tuple(Message.of("user", text) for text in texts), max_tokens=1)
        embedding = attempts(source, request, lambda: source.embed(texts), _priced)
        return _checked(self, texts, (await within_budget(source, request, embedding)).vectors)


def _priced(lm: LM, answer: Embeddings) -> Embeddings:
    if not isinstance(answer, Embeddings):  # pyright: ignore[reportUnnecessaryIsInstance]
        raise PluginContractError(f"{lm.ref} returned {answer!r}; embed must return Embeddings.")
    return Embeddings(answer.vectors, priced(lm, answer.usage), answer.limits)


def _checked(embedder: Embedder, texts: Sequence[str], vectors: Any) -> tuple[Vector, ...]:
    found = tuple(tuple(map(float, vector)) for vector in vectors)
    if len(found) != len(texts) or len({len(vector) for vector in found}) > 1:
        raise PluginContractError(
            f"{embedder.source!r} returned {len(found)} vectors for {len(texts)} texts; one a text, all of one length, "
            "is wanted."
        )
    return found
