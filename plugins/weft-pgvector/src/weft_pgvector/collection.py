"""A collection: a table with the columns ``id``, ``text``, ``metadata`` and ``embedding``."""

from __future__ import annotations

from contextlib import nullcontext, suppress
from functools import partial
from math import isnan
from typing import TYPE_CHECKING, Any, LiteralString, NamedTuple

from psycopg import sql
from psycopg.errors import DuplicateObject, DuplicateTable, UniqueViolation

from weft import Passage
from weft.errors import OptionError, RMError

from .conditions import condition
from .packing import JSONB_OID, TEXT_OID, Packed, packed_array, packed_row, packed_text, packed_vector

if TYPE_CHECKING:
    from collections.abc import Sequence

    from weft.rm import Filter

    from .connections import Connection

_IS_THERE = (DuplicateTable, DuplicateObject, UniqueViolation)  # the last two tell who comes at the same time
_AT_ONCE = 256  # rows; PostgreSQL takes many such arrays sooner than a few large ones
_LONGEST_NAME = 63  # bytes; PostgreSQL would cut a longer one, and two collections could become one


class Layout(NamedTuple):
    """What a table is like.

    Attributes:
        length: the length of its vectors.
        vector_oid: the number that the database has given the type ``vector``.
    """

    length: int
    vector_oid: int


class Collection:
    """The SQL of one table; every method waits for the server.

    Args:
        name: the table's name.
        schema: the schema it is in; None: the first of the search path that has it, or that new tables go to.
        index: SQL for an index on the vectors; empty: none.

    Raises:
        OptionError: PostgreSQL can give no such name.
    """

    def __init__(self, name: str, schema: str | None, index: str = "") -> None:
        parts = [_checked(part) for part in ((name,) if schema is None else (schema, name))]
        self.table = sql.Identifier(*parts).as_string()
        self._index = index
        of = partial(_statement, table=sql.Identifier(*parts))
        self._upsert = of(
            "INSERT INTO {table} (id, text, metadata, embedding) "
            "SELECT * FROM unnest($1::text[], $2::text[], $3::jsonb[], $4::vector[]) ON CONFLICT (id) DO UPDATE "
            "SET text = excluded.text, metadata = excluded.metadata, embedding = excluded.embedding"
        )
        self._search = of("SELECT id, text, metadata, embedding <=> $1::vector FROM {table}").decode()
        self._delete = of("DELETE FROM {table} WHERE id = ANY($1::text[])")
        self._count = of("SELECT count(*) FROM {table}")

    def layout(self, connection: Connection) -> Layout | None:
        """Return what the table is like; None: there is no such table.

        Raises:
            RMError: the database has no vector extension, or the table is something else.
        """
        found = connection.execute(
            b"SELECT to_regtype('vector')::oid, to_regclass($1)::oid, (SELECT atttypmod FROM pg_attribute "
            b"WHERE attrelid = to_regclass($1) AND attname = 'embedding' AND atttypid = to_regtype('vector'))",
            (self.table,),
        ).fetchone()
        vector_oid, table_oid, length = found or (None, None, None)
        if vector_oid is None:
            raise RMError(_without_extension(connection))
        if table_oid is None:
            return None
        if length is None or length < 1:
            raise RMError(
                f"The table {self.table} has no column 'embedding' of vectors of one length; weft made no such."
            )
        return Layout(length, vector_oid)

    def make(self, connection: Connection, length: int) -> None:
        """Make the table; of several who do it at once, one does."""
        try:
            with connection.transaction():
                connection.execute(
                    f'CREATE TABLE {self.table} (id text COLLATE "C" PRIMARY KEY, text text NOT NULL, '
                    f"metadata jsonb NOT NULL, embedding vector({length}) NOT NULL)".encode()
                )
                if self._index:
                    connection.execute(f"CREATE INDEX ON {self.table} USING {self._index}".encode())
        except _IS_THERE:
            return

    def put(
        self, connection: Connection, layout: Layout, passages: Sequence[Passage], vectors: Sequence[Sequence[float]]
    ) -> dict[str, str]:
        """Hold passages in one transaction, and return what is wrong with those that PostgreSQL cannot hold, by id.

        They are written in the order of their ids, so that two writers do not wait for each other, and some at a time:
        the server writes while the next are packed.
        """
        order = sorted(range(len(passages)), key=lambda at: passages[at].id)
        types = (TEXT_OID, TEXT_OID, JSONB_OID, layout.vector_oid)
        failed: dict[str, str] = {}
        with connection.pipeline():
            for start in range(0, len(order), _AT_ONCE):
                rows: list[tuple[bytes, ...]] = []
                for at in order[start : start + _AT_ONCE]:
                    try:
                        rows.append(packed_row(passages[at], vectors[at]))
                    except ValueError as error:
                        failed[passages[at].id] = str(error)
                if rows:
                    columns = map(packed_array, types, zip(*rows, strict=True))
                    connection.execute(self._upsert, list(columns))
        return failed

    def nearest(
        self, connection: Connection, vectors: Sequence[Sequence[float]], k: int, filters: Filter | None
    ) -> list[list[Passage]]:
        """Return for each vector the `k` passages of the smallest cosine distance among those that fit."""
        asked = [_asked(vector) for vector in vectors]
        facts: list[Any] = [None]
        fits = "" if filters is None else f" WHERE {condition(filters, facts)}"
        query = f"{self._search}{fits} ORDER BY embedding <=> $1::vector LIMIT {k}".encode()
        with connection.pipeline() if len(vectors) > 1 else nullcontext():
            rows = [connection.execute(query, [vector, *facts[1:]]) for vector in asked]
            return [[_passage(*row) for row in found.fetchall()] for found in rows]

    def delete(self, connection: Connection, ids: Sequence[str]) -> None:
        """Delete passages by id."""
        known: list[bytes] = []
        for key in ids:
            with suppress(ValueError):  # an id that PostgreSQL cannot hold is none of a passage
                known.append(packed_text(key))
        connection.execute(self._delete, (packed_array(TEXT_OID, known),))

    def count(self, connection: Connection) -> int:
        """Return the number of passages."""
        found = connection.execute(self._count).fetchone()
        return found[0] if found else 0


def _statement(text: LiteralString, *, table: sql.Identifier) -> bytes:
    return sql.SQL(text).format(table=table).as_bytes()


def _asked(vector: Sequence[float]) -> Packed:
    try:
        return Packed(packed_vector(vector))
    except ValueError as error:
        raise RMError(f"The vector of a query cannot be searched for: {error}.") from error


def _passage(key: str, text: str, metadata: dict[str, Any], distance: float) -> Passage:
    # A vector of zeros has no direction: PostgreSQL puts it last.
    return Passage(text, key, -1.0 if isnan(distance) else 1.0 - distance, metadata)


def _checked(name: Any) -> str:
    if not isinstance(name, str) or not name:
        raise OptionError(f"A collection and its schema are named by texts, not by {name!r}.")
    try:
        packed = packed_text(name)
    except ValueError as error:
        raise OptionError(f"{name!r} names no collection: {error}.") from error
    if len(packed) > _LONGEST_NAME:
        raise OptionError(f"PostgreSQL takes names of at most {_LONGEST_NAME} bytes, which {name!r} is not.")
    return name


def _without_extension(connection: Connection) -> str:
    database = repr(connection.info.dbname)
    known = connection.execute(b"SELECT 1 FROM pg_available_extensions WHERE name = 'vector'").fetchone()
    if known:
        return f"The database {database} has no vector extension: run CREATE EXTENSION vector in it."
    package = f"postgresql-{connection.info.server_version // 10000}-pgvector"
    return (
        f"The server of the database {database} has no vector extension: install pgvector there (Debian's package is "
        f"{package}), and run CREATE EXTENSION vector in the database."
    )
