"""``chroma``: collections of Chroma."""

from __future__ import annotations

import threading
from asyncio import get_running_loop
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np
from chromadb.errors import NotFoundError

from weft import Passage, RMCapabilities, Secret, VectorRM
from weft.errors import IndexingError, OptionError, RMError
from weft.rm import ALL_FILTERS, matches
from weft.runtime.offload import call

from .conditions import is_loose, where_of
from .places import Folder, Memory, Server, Tenancy, connected, disconnect, fresh_name, server_of
from .records import Facts, facts_of, found, replacing
from .refusals import no_collection, told

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from weft.rm import Filter

Vector = tuple[float, ...]
T = TypeVar("T")

_NAME = "weft"
_DEEPER = 4  # how many times more are asked for where too few of what was found fit


class ChromaRM(VectorRM):
    """A collection of Chroma, in a folder, in memory or on a server; vectors are those of `embedder`.

    `index` makes a collection that is not there, for cosines. One that others made is used as it is.

    Args:
        name: the collection; empty: ``weft``.
        collection: the same.
        path: the folder of a database, for one process at a time; neither this nor `url`: in memory, until `close`.
        url: the address of a server, such as ``http://localhost:8000``.
        token: the key for a server; it is sent as ``X-Chroma-Token``.
        headers: what goes with every request to a server; their values are never shown.
        timeout: seconds to wait for an answer of a server.
        tenant, database: those of the collection; they must be there.
        create: whether every use makes a collection that is not there, and not `index` alone; in memory it always does.
        hnsw: Chroma's options of the index that `index` makes, such as ``{"ef_search": 200}``.
        embedder: a `weft.Embedder`, or what makes one; default: ``hashing``.

    Raises:
        OptionError: an option is no such thing, or does not go with another.
    """

    waits = False  # as long as nobody's event loop would: see `_away_from_loops`
    batch_size = 500

    def __init__(
        self,
        name: str = "",
        /,
        *,
        collection: str | None = None,
        path: str | Path | None = None,
        url: str | None = None,
        token: str | Secret | None = None,
        headers: Mapping[str, str | Secret] | None = None,
        timeout: float = 30.0,
        tenant: str = "default_tenant",
        database: str = "default_database",
        create: bool = False,
        hnsw: Mapping[str, Any] | None = None,
        embedder: Any = "hashing",
    ) -> None:
        super().__init__(embedder=embedder)
        if name and collection is not None:
            raise OptionError("Name the collection either after 'chroma/' or with collection=, not both.")
        if not isinstance(timeout, int | float) or not timeout > 0:  # pyright: ignore[reportUnnecessaryIsInstance]
            raise OptionError(f"timeout is a number of seconds above 0, not {timeout!r}.")
        self._name = name or collection or _NAME
        secrets = {key: Secret(value) for key, value in (headers or {}).items()}
        secrets |= {} if token is None else {"X-Chroma-Token": Secret(token)}
        self._place = _place(path, url, secrets, timeout, Tenancy(tenant, database))
        in_memory = isinstance(self._place, Memory)
        self._create = create or in_memory
        self._stored_as = fresh_name(self._name) if in_memory else self._name
        self._hnsw = {"space": "cosine", **(hnsw or {})}
        self.capabilities = RMCapabilities(vector=True, filters=ALL_FILTERS, persistent=self._place.persistent)
        self._lock = threading.Lock()
        self._client: Any = None
        self._collection: Any = None

    async def nearest(self, vectors: Sequence[Vector], k: int, filters: Filter | None) -> list[list[Passage]]:
        return await _away_from_loops(self._nearest, vectors, k, filters)

    async def put(self, passages: Sequence[Passage], vectors: Sequence[Vector]) -> None:
        await _away_from_loops(self._put, passages, vectors)

    async def delete(self, ids: Sequence[str]) -> None:
        await _away_from_loops(self._delete, ids)

    async def count(self) -> int:
        return await _away_from_loops(self._count)

    async def close(self) -> None:
        await _away_from_loops(self._close)

    def _nearest(self, vectors: Sequence[Vector], k: int, filters: Filter | None) -> list[list[Passage]]:
        where = None if filters is None else where_of(filters)
        loose = filters is not None and is_loose(filters)
        asked = np.asarray(vectors, dtype=np.float32)

        def search(collection: Any) -> list[list[Passage]]:
            wanted, space = k, _space(collection)
            while True:
                rows = found(collection.query(query_embeddings=asked, n_results=wanted, where=where), space)
                if not loose:
                    return rows
                fitting = [[passage for passage in row if matches(filters, passage.metadata)] for row in rows]
                if all(len(row) < wanted or len(left) >= k for row, left in zip(rows, fitting, strict=True)):
                    return [left[:k] for left in fitting]
                wanted *= _DEEPER

        return self._on_collection(search, create=self._create, vectors=vectors)

    def _put(self, passages: Sequence[Passage], vectors: Sequence[Vector]) -> None:
        matrix = np.asarray(vectors, dtype=np.float32)
        facts = [facts_of(passage) for passage in passages]

        def write(part: slice) -> Callable[[Any], None]:
            return lambda collection: _upsert(collection, passages[part], facts[part], matrix[part])

        written = 0
        size = self._on_collection(lambda _: self._client.get_max_batch_size(), create=True)
        try:
            for start in range(0, len(passages), size):
                self._on_collection(write(slice(start, start + size)), create=True, vectors=vectors)
                written = start + size
        except RMError as error:
            if not written:
                raise
            raise IndexingError(str(error), written=[one.id for one in passages[:written]]) from error

    def _count(self) -> int:
        return self._on_collection(lambda collection: collection.count(), create=self._create)

    def _delete(self, ids: Sequence[str]) -> None:
        size = self._on_collection(lambda _: self._client.get_max_batch_size(), create=self._create)
        for start in range(0, len(ids), size):
            some = list(ids[start : start + size])
            self._on_collection(lambda collection, some=some: collection.delete(ids=some), create=self._create)

    def _close(self) -> None:
        with self._lock:
            client, self._client, self._collection = self._client, None, None
        if client is not None:
            disconnect(client)

    def _on_collection(self, action: Callable[[Any], T], *, create: bool, vectors: Sequence[Vector] = ()) -> T:
        """Return what an action on the collection gives, in a worker's thread."""
        with told(self._place, self._name, lambda held: self.checked_length(vectors, held)):
            try:
                return action(self._opened(create))
            except NotFoundError:  # deleted, and perhaps made anew, since it was opened
                self._collection = None
                return action(self._opened(create))

    def _opened(self, create: bool) -> Any:
        with self._lock:
            if self._client is None:
                if not create and not self._place.is_there():  # Chroma would make an empty database
                    raise no_collection(self._place, self._name)
                self._client = connected(self._place)
            if self._collection is None:
                self._collection = _collection(self._client, self._stored_as, self._hnsw if create else None)
            return self._collection


async def _away_from_loops(function: Callable[..., T], *args: Any, **options: Any) -> T:
    """Call a function that blocks: in a worker where an event loop runs, else right here, where the caller waits."""
    try:
        get_running_loop()
    except RuntimeError:
        return function(*args, **options)
    return await call(function, *args, **options)


def _place(
    path: str | Path | None, url: str | None, headers: Mapping[str, Secret], timeout: float, tenancy: Tenancy
) -> Folder | Memory | Server:
    if path is not None and url is not None:
        raise OptionError("A collection of Chroma's is in a folder (path=…) or on a server (url=…), not in both.")
    if url is not None:
        return server_of(url, headers=headers, timeout=timeout, tenancy=tenancy)
    if headers:
        raise OptionError("token and headers go to a server, so they need its address: url=….")
    return Memory(tenancy) if path is None else Folder(Path(path), tenancy)


def _collection(client: Any, name: str, hnsw: Mapping[str, Any] | None) -> Any:
    """Return a collection; with options for its index, it is made if it is not there."""
    try:
        return client.get_collection(name, embedding_function=None)
    except NotFoundError:
        if hnsw is None:
            raise
    return client.get_or_create_collection(name, embedding_function=None, configuration={"hnsw": dict(hnsw)})


def _space(collection: Any) -> str:
    """Return how a collection measures distances: ``cosine``, ``ip`` or ``l2``."""
    options: dict[str, Any] = collection.configuration_json
    index: dict[str, Any] = options.get("hnsw") or options.get("spann") or {}
    return index.get("space", "l2")


def _upsert(collection: Any, passages: Sequence[Passage], facts: Sequence[Facts], vectors: Any) -> None:
    ids = [passage.id for passage in passages]
    known = collection.get(ids=ids, include=["metadatas"])
    old = dict(zip(known["ids"], known["metadatas"], strict=True))
    collection.upsert(
        ids=ids,
        embeddings=vectors,
        documents=[passage.text for passage in passages],
        metadatas=[replacing(old.get(key), new) for key, new in zip(ids, facts, strict=True)],
    )
