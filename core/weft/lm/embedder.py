"""The Embedder contract: vectors of texts, from a model, a plugin or any function."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, TypeGuard, cast, overload

from ..errors import InputError, OptionError, PluginContractError
from ..registry.contract import Contract
from ..runtime.loop import enter_loop, run_sync

if TYPE_CHECKING:
    from collections.abc import Coroutine, Hashable, Mapping, Sequence

Vector = tuple[float, ...]


class Embedder(Contract):
    """Turns texts into vectors of one length; ``Embedder("hashing")`` returns the installed one of that name.

    ``Embedder("openai/text-embedding-3-small")``, ``Embedder(lm)`` and ``Embedder(function)``, of a function from a
    list of texts to a list of vectors, sync or async, make one as well. They take ``batch_size`` and ``concurrency``.
    Calls of a model go the way of all calls: limits, retries, budgets and the ledger are the same.

    An embedder derives from this class and writes `embed`. Vectors are kept by the settings ``cache`` and
    ``cache_store``, as answers are.

    Example:
        >>> import weft
        >>> lengths = weft.Embedder(lambda texts: [[len(text)] for text in texts])
        >>> lengths(["a", "abc"])
        ((1.0,), (3.0,))
        >>> lengths("abc")
        (3.0,)
    """

    kind: ClassVar[str] = "embedder"
    required: ClassVar[tuple[str, ...]] = ("embed",)

    if TYPE_CHECKING:  # the contract itself takes a name and options, which the metaclass resolves

        def __init__(self, *args: Any, **options: Any) -> None: ...

    waits: bool = True
    """Whether `embed` waits for something; one that only computes runs in the caller's thread."""
    batch_size: int = 100
    """How many texts `embed` is given at a time, at most."""
    concurrency: int = 8
    """How many calls of `embed` run at once, at most."""

    @classmethod
    def adapted(cls, value: object, options: Mapping[str, Any]) -> Embedder | None:
        from .embedders import adapted

        return adapted(value, options)

    @property
    def cache_identity(self) -> Hashable:
        """What makes two embedders the same for the cache; default: none is like another, and nothing is kept."""
        return None

    async def embed(self, texts: Sequence[str]) -> Sequence[Sequence[float]]:
        """Return a vector for each text, all of one length."""
        raise PluginContractError(f"{type(self).__name__} has no embed.")

    @overload
    def __call__(self, texts: str) -> Vector: ...  # pyright: ignore[reportOverlappingOverload] # str is a Sequence[str]
    @overload
    def __call__(self, texts: Sequence[str]) -> tuple[Vector, ...]: ...
    def __call__(self, texts: str | Sequence[str]) -> Vector | tuple[Vector, ...]:
        """Return the vector of a text, or of each text; blocking.

        Raises:
            InputError: one is no text.
            LMError: a call of a model failed.
            PluginContractError: there is not one vector for each text, or they are not of one length.
        """
        return run_sync(self._embedded(texts))

    @overload
    def acall(self, texts: str) -> Coroutine[Any, Any, Vector]: ...  # pyright: ignore[reportOverlappingOverload]
    @overload
    def acall(self, texts: Sequence[str]) -> Coroutine[Any, Any, tuple[Vector, ...]]: ...
    def acall(self, texts: str | Sequence[str]) -> Coroutine[Any, Any, Any]:
        """Return the vector of a text, or of each text; see `__call__`."""
        return self._embedded(texts)

    async def _embedded(self, texts: str | Sequence[str]) -> Any:
        if isinstance(texts, str):
            return (await self._kept((texts,)))[0]
        for text in texts:
            if not isinstance(text, str):  # pyright: ignore[reportUnnecessaryIsInstance]
                raise InputError(f"An Embedder takes texts, not {text!r}.")
        return await self._kept(tuple(texts)) if texts else ()

    async def _kept(self, texts: tuple[str, ...]) -> tuple[Vector, ...]:
        """Return the vectors that the cache holds, and make the others."""
        if self.cache_identity is None:
            return await self._made(texts)
        from .embedding_cache import through_cache

        return await through_cache(self, texts, self._made)

    async def _made(self, texts: tuple[str, ...]) -> tuple[Vector, ...]:
        if self.waits:
            await enter_loop()
        size = self.batch_size
        if len(texts) <= size:
            return self._checked(texts, await self.embed(texts))
        from ..runtime.concurrent import map_ordered  # brings asyncio

        await enter_loop()
        batches = [texts[start : start + size] for start in range(0, len(texts), size)]
        found = await map_ordered(self.embed, batches, concurrency=self.concurrency)
        return self._checked(texts, [vector for vectors in found for vector in vectors])

    def _checked(self, texts: Sequence[str], vectors: Sequence[Sequence[float]]) -> tuple[Vector, ...]:
        found = tuple([vector if _is_vector(vector) else tuple(map(float, vector)) for vector in vectors])
        if len(found) != len(texts) or len({len(vector) for vector in found}) > 1:
            raise PluginContractError(
                f"{self!r} returned {len(found)} vectors for {len(texts)} texts; one a text, all of one length, "
                "is wanted."
            )
        return found


def _is_vector(vector: Any) -> TypeGuard[Vector]:
    return type(vector) is tuple and type(next(iter(cast("Vector", vector)), None)) is float


def checked_numbers(batch_size: int, concurrency: int) -> tuple[int, int]:
    """Return two numbers that are at least 1.

    Raises:
        OptionError: one is below.
    """
    if batch_size < 1 or concurrency < 1:
        raise OptionError(f"batch_size and concurrency are at least 1, not {batch_size!r} and {concurrency!r}.")
    return batch_size, concurrency
