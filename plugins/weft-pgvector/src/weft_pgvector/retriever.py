"""``pgvector``: tables of PostgreSQL with the vector extension."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, Literal, TypeVar

from psycopg.errors import DataException, UndefinedColumn, UndefinedTable

from weft import Passage, RMCapabilities, VectorRM
from weft.errors import CollectionNotFound, IndexingError, OptionError
from weft.rm import ALL_FILTERS
from weft.runtime.loop import runs_in_callers_thread

from .collection import Collection
from .connections import Connections
from .refusals import told
from .server import server_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from weft import Secret
    from weft.rm import Filter

    from .collection import Layout
    from .connections import Connection

    Vector = tuple[float, ...]

T = TypeVar("T")

_NAME = "weft"
_CHANGED = (UndefinedTable, UndefinedColumn, DataException)  # the table may be another than it was


class PgvectorRM(VectorRM):
    """A table of PostgreSQL, searched by the cosine of vectors; they are those of `embedder`.

    `index` makes a table that is not there. The database must have the vector extension.

    Args:
        name: the collection, which is the table's name; empty: ``weft``.
        collection: the same.
        dsn: the server, as a URL or in libpq's ``name=value`` form; None: what libpq's environment variables such as
            ``PGHOST`` say. It is never shown.
        schema: the table's schema, which must be there; None: that of the search path.
        create: whether a collection that is not there counts as an empty one. If not, only `index` may be used on it.
        index: ``none``: search is exact; ``hnsw``: it is quick and approximate, and the index is made with the table.
        m, ef_construction: how dense that index is, and how carefully it is built.
        ef_search: how many neighbours a search by it looks at, at least.
        connections: how many connections there are at most.
        embedder: a `weft.Embedder`, or what makes one; default: ``hashing``.

    Raises:
        OptionError: an option is no such thing, or does not go with another.
    """

    batch_size = 1000
    waits = False  # a blocking call stays in its own thread, see `_done`

    def __init__(
        self,
        name: str = "",
        /,
        *,
        collection: str | None = None,
        dsn: str | Secret | None = None,
        schema: str | None = None,
        create: bool = False,
        index: Literal["none", "hnsw"] = "none",
        m: int = 16,
        ef_construction: int = 64,
        ef_search: int = 100,
        connections: int = 8,
        embedder: Any = "hashing",
    ) -> None:
        super().__init__(embedder=embedder)
        if name and collection is not None:
            raise OptionError("Name the collection either after 'pgvector/' or with collection=, not both.")
        if index not in ("none", "hnsw"):
            raise OptionError(f"index is 'none' or 'hnsw', not {index!r}.")
        numbers = {"m": m, "ef_construction": ef_construction, "ef_search": ef_search, "connections": connections}
        for option, number in numbers.items():
            if not isinstance(number, int) or isinstance(number, bool) or number < 1:  # pyright: ignore[reportUnnecessaryIsInstance]
                raise OptionError(f"{option} must be a whole number of at least 1, not {number!r}.")
        self.capabilities = RMCapabilities(vector=True, filters=ALL_FILTERS, persistent=True)
        self._name = collection if collection is not None else name or _NAME
        self._create = create
        self._server = server_of(dsn)
        is_quick = index == "hnsw"
        self._table = Collection(self._name, schema, _hnsw(m, ef_construction) if is_quick else "")
        self._connections = Connections(
            self._server, most=connections, begin=_searching(ef_search) if is_quick else b""
        )
        self._layout: Layout | None = None

    @property
    def ref(self) -> str:
        return f"pgvector/{self._name}"

    async def nearest(self, vectors: Sequence[Vector], k: int, filters: Filter | None) -> list[list[Passage]]:
        def search(connection: Connection, _: Layout) -> list[list[Passage]]:
            return self._table.nearest(connection, vectors, k, filters)

        found = await self._done(search, vectors)
        return [[] for _ in vectors] if found is None else found

    async def put(self, passages: Sequence[Passage], vectors: Sequence[Vector]) -> None:
        def write(connection: Connection, layout: Layout) -> dict[str, str]:
            return self._table.put(connection, layout, passages, vectors)

        failed = await self._done(write, vectors, makes=True)
        if failed:
            first = next(iter(failed))
            raise IndexingError(
                f"{len(failed)} of {len(passages)} passages were refused; of {first!r}: {failed[first]}.",
                written=[one.id for one in passages if one.id not in failed],
                failed=failed,
            )

    async def delete(self, ids: Sequence[str]) -> None:
        await self._done(lambda connection, _: self._table.delete(connection, ids))

    async def count(self) -> int:
        return await self._done(lambda connection, _: self._table.count(connection)) or 0

    async def close(self) -> None:
        self._connections.close()

    async def _done(
        self, work: Callable[[Connection, Layout], T], vectors: Sequence[Vector] = (), *, makes: bool = False
    ) -> T | None:
        """Return what work on the table gives; None: it counts as empty.

        A blocking call does it in the caller's thread, where it holds up nobody; elsewhere an event loop is running, so
        a worker does it.
        """

        def blocking() -> T | None:
            with told(self._server, self._table.table):
                return self._connections.run(lambda connection: self._on_table(connection, work, vectors, makes))

        return blocking() if runs_in_callers_thread() else await asyncio.to_thread(blocking)

    def _on_table(
        self, connection: Connection, work: Callable[[Connection, Layout], T], vectors: Sequence[Vector], makes: bool
    ) -> T | None:
        layout = self._layout
        if layout is not None and (not vectors or len(vectors[0]) == layout.length):
            try:
                return work(connection, layout)
            except _CHANGED:
                self._layout = None
        self._layout = layout = self._looked_up(connection, vectors, makes)
        if layout is None:
            return None
        self.checked_length(vectors, layout.length)
        return work(connection, layout)

    def _looked_up(self, connection: Connection, vectors: Sequence[Vector], makes: bool) -> Layout | None:
        found = self._table.layout(connection)
        if found is None and makes and vectors:
            self._table.make(connection, len(vectors[0]))
            found = self._table.layout(connection)
        if found is None and not self._create and not makes:
            raise CollectionNotFound(
                f"{self._server} has no collection {self._name!r}. Index passages, which makes it, or set create=True."
            )
        return found


def _hnsw(m: int, ef_construction: int) -> str:
    return f"hnsw (embedding vector_cosine_ops) WITH (m = {m}, ef_construction = {ef_construction})"


def _searching(ef_search: int) -> bytes:
    """Return SQL after which a search looks on until enough passages fit the filter."""
    return (
        f"SELECT set_config('hnsw.ef_search', '{ef_search}', false), "
        "set_config('hnsw.iterative_scan', 'strict_order', false)"
    ).encode()
