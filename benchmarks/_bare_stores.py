"""The stores' own clients, as their users call them, for measurements of what weft costs above them.

Each searches `OWN`, the collection that weft searches, by a question's text or vector, and adds rows to `BARE`, which
weft has made, so that it is of the same kind; `close` deletes both where they are on a server.
"""

from __future__ import annotations

import os
import struct
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

OWN, BARE = "WeftOverheadOwn", "WeftOverheadBare"
K = 10


class Bm25:
    """bm25s; an index of its never changes, so there is nothing to be added."""

    adds = False

    def __init__(self, place: Mapping[str, Any], texts: Sequence[str]) -> None:
        import bm25s

        self._tokenize: Any = bm25s.tokenize
        self._index: Any = bm25s.BM25()
        self._index.index(self._tokenize(texts, show_progress=False), show_progress=False)

    def search(self, text: str, vector: list[float]) -> Any:
        return self._index.retrieve(self._tokenize([text], show_progress=False), k=K, show_progress=False)

    def close(self) -> None:
        pass


class Chroma:
    adds = True

    def __init__(self, place: Mapping[str, Any], texts: Sequence[str]) -> None:
        import chromadb
        from chromadb.config import Settings

        # One process has one set of settings for a folder.
        client = chromadb.PersistentClient(place["path"], Settings(anonymized_telemetry=False))
        self._own, self._bare = (client.get_collection(name, embedding_function=None) for name in (OWN, BARE))

    def search(self, text: str, vector: list[float]) -> Any:
        return self._own.query(query_embeddings=[vector], n_results=K)

    def add(self, rows: Any) -> None:
        self._bare.upsert(ids=rows.ids, embeddings=rows.vectors, documents=rows.texts, metadatas=rows.facts)

    def close(self) -> None:
        pass


class Weaviate:
    adds = True

    def __init__(self, place: Mapping[str, Any], texts: Sequence[str]) -> None:
        import weaviate
        from weaviate.classes import data, init, query
        from weaviate.util import generate_uuid5

        self._object, self._uuid, self._by = data.DataObject, generate_uuid5, query.MetadataQuery(distance=True)
        url, key = urlsplit(place.get("url") or os.environ["WEAVIATE_URL"]), os.environ.get("WEAVIATE_API_KEY")
        is_secure = url.scheme == "https"
        self._client: Any = weaviate.connect_to_custom(
            http_host=url.hostname or "",
            http_port=url.port or (443 if is_secure else 80),
            http_secure=is_secure,
            grpc_host=url.hostname or "",
            grpc_port=place["grpc_port"],
            grpc_secure=is_secure,
            auth_credentials=init.Auth.api_key(key) if key else None,
        )
        self._own, self._bare = map(self._client.collections.use, (OWN, BARE))

    def search(self, text: str, vector: list[float]) -> Any:
        return self._own.query.near_vector(vector, limit=K, return_metadata=self._by).objects

    def add(self, rows: Any) -> None:
        objects = [
            self._object(properties={"text": text, "passage_id": key, **facts}, uuid=self._uuid(key), vector=vector)
            for key, text, facts, vector in zip(*rows, strict=True)
        ]
        assert not self._bare.data.insert_many(objects).has_errors

    def close(self) -> None:
        self._client.collections.delete([OWN, BARE])
        self._client.close()


class Pgvector:
    """psycopg, with vectors in binary form: as digits, they would take most of the time."""

    adds = True

    def __init__(self, place: Mapping[str, Any], texts: Sequence[str]) -> None:
        import psycopg
        from psycopg.types.json import Jsonb

        self._jsonb = Jsonb
        self._connection: Any = psycopg.connect(place["dsn"], autocommit=True)
        self._connection.adapters.register_dumper(Vector, _vector_dumper())
        self._connection.execute(f'CREATE TEMPORARY TABLE incoming (LIKE "{BARE}")')

    def search(self, text: str, vector: list[float]) -> Any:
        asked = {"vector": Vector(_packed(vector))}
        return self._connection.execute(
            f'SELECT id, text, metadata, embedding <=> %(vector)b::vector FROM "{OWN}" '
            f"ORDER BY embedding <=> %(vector)b::vector LIMIT {K}",
            asked,
        ).fetchall()

    def add(self, rows: Any) -> None:
        with self._connection.transaction(), self._connection.cursor() as cursor:
            with cursor.copy("COPY incoming FROM STDIN (FORMAT binary)") as copy:
                copy.set_types(["text", "text", "jsonb", "bytea"])  # bytes go as they are
                for key, text, facts, vector in zip(*rows, strict=True):
                    copy.write_row((key, text, self._jsonb(facts), _packed(vector)))
            cursor.execute(
                f'INSERT INTO "{BARE}" SELECT * FROM incoming ON CONFLICT (id) DO UPDATE SET text = excluded.text, '
                "metadata = excluded.metadata, embedding = excluded.embedding"
            )
            cursor.execute("TRUNCATE incoming")

    def close(self) -> None:
        self._connection.execute(f'DROP TABLE incoming, "{OWN}", "{BARE}"')
        self._connection.close()


class Vector(bytes):
    """A value of the type ``vector`` in PostgreSQL's binary form."""


def _packed(vector: Sequence[float]) -> bytes:
    return struct.pack(f">HH{len(vector)}f", len(vector), 0, *vector)


def _vector_dumper() -> Any:
    from psycopg.adapt import Dumper
    from psycopg.pq import Format

    class VectorDumper(Dumper):
        format = Format.BINARY

        def dump(self, obj: bytes) -> bytes:
            return obj

    return VectorDumper


CLIENTS: Mapping[str, Any] = {"bm25": Bm25, "chroma": Chroma, "weaviate": Weaviate, "pgvector": Pgvector}
