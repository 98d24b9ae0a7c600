"""A collection of a Weaviate server as a retriever."""

from __future__ import annotations

import asyncio
import os
from typing import TYPE_CHECKING, Any, Literal, TypeVar, get_args

from weft import RMCapabilities, Secret, VectorRM
from weft.errors import OptionError
from weft.rm import ALL_FILTERS
from weft.runtime.loop import enter_loop, runs_in_callers_thread

from .address import address
from .collection import Collection, Meant, Question
from .names import collection_name, tenant_name
from .refusals import Refusals
from .server import Server

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import weft.rm
    from weft import Passage

    Vector = tuple[float, ...]

T = TypeVar("T")

Mode = Literal["vector", "keyword", "hybrid"]
_ALPHA = 0.5


class WeaviateRM(VectorRM):
    """Searches a collection by vectors that weft makes, by words (BM25), or by both.

    Args:
        name: the collection; what stands after ``weaviate/``.
        mode: ``vector``, ``keyword`` or ``hybrid``.
        alpha: for ``hybrid``: the weight of vectors, from 0 to 1; the rest is that of words; default: 0.5.
        embedder: a `weft.Embedder`, or what makes one; default: ``hashing``, and for ``keyword`` none, so that passages
            are added without vectors.
        url: the server, such as ``http://localhost:8080``; default: WEAVIATE_URL, then that.
        grpc_host: the host of its gRPC port; default: that of the URL.
        grpc_port: that port; default: 50051, and 443 with ``https``.
        api_key: the server's key; default: WEAVIATE_API_KEY, then none.
        tenant: whose passages are meant, in a collection with tenants; one that weft makes then has tenants.
        create: whether indexing makes the collection where there is none.
        create_tenant: whether indexing makes the tenant where there is none.
        text: the property that holds passages' texts.
        target_vector: which vector is meant, in a collection of several.
        timeout: seconds to wait for an answer.

    Raises:
        OptionError: an option makes no sense.
    """

    waits = False  # a blocking call needs no loop: it asks the server in the thread that waits for the answer

    def __init__(
        self,
        name: str,
        /,
        *,
        mode: Mode = "vector",
        alpha: float | None = None,
        embedder: Any = None,
        url: str | None = None,
        grpc_host: str | None = None,
        grpc_port: int | None = None,
        api_key: str | Secret | None = None,
        tenant: str | None = None,
        create: bool = True,
        create_tenant: bool = False,
        text: str = "text",
        target_vector: str | None = None,
        timeout: float = 30.0,
    ) -> None:
        super().__init__(embedder="hashing" if embedder is None else embedder)
        _check_search(mode, alpha, timeout)
        _check_tenant(tenant, create_tenant)
        self.collection = collection_name(name)
        self.mode: Mode = mode
        self._alpha = (_ALPHA if alpha is None else alpha) if mode == "hybrid" else None
        self.tenant = tenant_name(tenant)
        self._has_vectors = mode != "keyword" or embedder is not None
        self.capabilities = _capabilities(mode)
        key = api_key or os.environ.get("WEAVIATE_API_KEY")
        refusals = Refusals(self.ref, has_key=bool(key))
        place = address(url, grpc_host, grpc_port)
        self._server = Server(place, refusals, api_key=Secret(key) if key else None, timeout=timeout)
        meant = Meant(self.collection, text, self.tenant, target_vector, create=create, create_tenant=create_tenant)
        self._held = Collection(self._server, refusals, meant)

    def __repr__(self) -> str:
        tenant = "" if self.tenant is None else f", tenant={self.tenant!r}"
        return f"WeaviateRM({self.collection!r}, mode={self.mode!r}{tenant})"

    @property
    def ref(self) -> str:
        return f"weaviate/{self.collection}"

    async def search(self, query: str, k: int, filters: weft.rm.Filter | None = None) -> list[Passage]:
        vector = None if self.mode == "keyword" else await self.embedder.acall(query)
        return await _run(self._answer, Question(query, vector, self._alpha, k, filters))

    async def search_many(
        self, queries: Sequence[str], k: int, filters: weft.rm.Filter | None = None
    ) -> list[list[Passage]]:
        vectors = [None] * len(queries) if self.mode == "keyword" else await self.embedder.acall(queries)
        pairs = zip(queries, vectors, strict=True)
        return await self._answers([Question(query, vector, self._alpha, k, filters) for query, vector in pairs])

    async def nearest(self, vectors: Sequence[Vector], k: int, filters: weft.rm.Filter | None) -> list[list[Passage]]:
        return await self._answers([Question("", vector, None, k, filters) for vector in vectors])

    async def add(self, passages: Sequence[Passage]) -> None:
        if self._has_vectors:
            await super().add(passages)
        else:
            await _run(self._put, passages, None)

    async def put(self, passages: Sequence[Passage], vectors: Sequence[Vector]) -> None:
        await _run(self._put, passages, vectors)

    async def delete(self, ids: Sequence[str]) -> None:
        await _run(self._held.delete, ids)

    async def count(self) -> int:
        return await _run(self._held.count)

    async def close(self) -> None:
        await _run(self._server.close)

    async def _answers(self, asked: Sequence[Question]) -> list[list[Passage]]:
        await enter_loop()
        return await asyncio.gather(*(asyncio.to_thread(self._answer, one) for one in asked))

    def _answer(self, asked: Question) -> list[Passage]:
        if asked.vector is not None:
            self._check_length(asked.vector)
        return self._held.search(asked)

    def _put(self, passages: Sequence[Passage], vectors: Sequence[Vector] | None) -> None:
        self._held.make()
        if vectors:
            self._check_length(vectors[0])
        self._held.put(passages, vectors)

    def _check_length(self, vector: Vector) -> None:
        self.checked_length((vector,), self._held.length(len(vector)))


async def _run(work: Callable[..., T], *arguments: Any) -> T:
    """Run what blocks: in this thread if its caller waits anyway, and beside the loop where one is running."""
    if runs_in_callers_thread():
        return work(*arguments)
    return await asyncio.to_thread(work, *arguments)


def _capabilities(mode: Mode) -> RMCapabilities:
    return RMCapabilities(
        vector=mode != "keyword",
        keyword=mode != "vector",
        hybrid=mode == "hybrid",
        filters=ALL_FILTERS,
        persistent=True,
    )


def _check_search(mode: str, alpha: float | None, timeout: float) -> None:
    if mode not in get_args(Mode):
        raise OptionError(f"mode for weft-weaviate is 'vector', 'keyword' or 'hybrid', not {mode!r}.")
    if alpha is not None and mode != "hybrid":
        raise OptionError(f"alpha for weft-weaviate is for mode='hybrid', not for {mode!r}.")
    if alpha is not None and (not isinstance(alpha, int | float) or not 0 <= alpha <= 1):  # pyright: ignore[reportUnnecessaryIsInstance]
        raise OptionError(f"alpha for weft-weaviate is a number from 0 to 1, not {alpha!r}.")
    if not isinstance(timeout, int | float) or not timeout > 0:  # pyright: ignore[reportUnnecessaryIsInstance]
        raise OptionError(f"timeout for weft-weaviate is a number of seconds above 0, not {timeout!r}.")


def _check_tenant(tenant: str | None, create_tenant: bool) -> None:
    if create_tenant and tenant is None:
        raise OptionError("create_tenant=True for weft-weaviate needs the tenant= that is to be made.")
