"""One collection, as blocking calls: what is asked of the server, and what is remembered of it."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from weaviate.classes.data import DataObject
from weaviate.classes.query import Filter, MetadataQuery
from weaviate.classes.tenants import Tenant
from weaviate.exceptions import WeaviateInsertManyAllFailedError

from weft.errors import CollectionNotFound, IndexingError, RMError, RMTransportError

from .filters import properties_in, translated
from .names import uuid_of
from .objects import passage_of, properties_of
from .schema import Shape, make_collection, shape_of, widen

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import weaviate

    import weft.rm
    from weft import Passage

    from .refusals import Refusals
    from .server import Server

    Vector = tuple[float, ...]

_DELETED_AT_ONCE = 1000
_BY_DISTANCE = MetadataQuery(distance=True)
_BY_SCORE = MetadataQuery(score=True)


@dataclass(frozen=True, slots=True)
class Meant:
    """Which passages of a server are meant; see `WeaviateRM`."""

    collection: str
    text: str
    tenant: str | None
    target_vector: str | None
    create: bool
    create_tenant: bool


@dataclass(frozen=True, slots=True)
class Question:
    """What is searched for: without a vector by words, without an alpha by the vector alone."""

    query: str
    vector: Vector | None
    alpha: float | None
    k: int
    filters: weft.rm.Filter | None


class Collection:
    """The passages that are meant, on a server; used by many threads at once."""

    def __init__(self, server: Server, refusals: Refusals, meant: Meant) -> None:
        self._server = server
        self._refusals = refusals
        self._meant = meant
        self._making = threading.Lock()
        self._handle: tuple[Any, Any] = (None, None)
        self._types: Mapping[str, str] = {}
        self._has_tenant = meant.tenant is None
        self._length: int | None = None
        self._doubtful: set[str] = set()  # a crash may have left them there without their vectors

    def search(self, asked: Question) -> list[Passage]:
        """Return the best passages; blocking."""
        return self._server.use(lambda client: self._found(client, asked))

    def make(self) -> None:
        """Make the collection and the tenant if they are missing; blocking.

        Raises:
            CollectionNotFound: one is missing and is not to be made.
        """
        with self._making:
            self._server.use(self._make)

    def put(self, passages: Sequence[Passage], vectors: Sequence[Vector] | None) -> None:
        """Write passages to the collection, which `make` was called for; blocking.

        Raises:
            IndexingError: the server refused some.
            InputError: a fact cannot be held.
        """
        self._server.use(lambda client: self._put(client, passages, vectors))

    def delete(self, ids: Sequence[str]) -> None:
        """Delete passages; blocking."""
        self._server.use(lambda client: self._delete(client, [str(uuid_of(key)) for key in ids]))

    def count(self) -> int:
        """Return the number of passages; blocking."""
        return self._server.use(lambda client: self._of(client).aggregate.over_all(total_count=True).total_count)

    def length(self, made: int) -> int:
        """Return the length of the vectors that are held, which is `made` where there are none; blocking."""
        if self._length != made:
            self._length = self._server.use(self._read_length)
        return self._length or made

    def _of(self, client: weaviate.WeaviateClient) -> Any:
        """Return the client's object for the collection, which costs too much to be made for each call."""
        of_client, handle = self._handle
        if of_client is not client:
            handle = client.collections.use(self._meant.collection)
            handle = handle if self._meant.tenant is None else handle.with_tenant(self._meant.tenant)
            self._handle = (client, handle)
        return handle

    def _found(self, client: weaviate.WeaviateClient, asked: Question) -> list[Passage]:
        where = None
        if asked.filters is not None:
            where = self._where(client, asked.filters)
            if where is None:
                return []
        text = self._meant.text
        if asked.vector is not None and asked.alpha is None:
            objects = self._by_vector(client, asked, where)
            return [passage_of(one.uuid, one.properties, 1.0 - one.metadata.distance, text) for one in objects]
        objects = self._by_words(client, asked, where)
        return [passage_of(one.uuid, one.properties, one.metadata.score, text) for one in objects]

    def _by_vector(self, client: weaviate.WeaviateClient, asked: Question, where: Any) -> Sequence[Any]:
        return (
            self._of(client)
            .query.near_vector(
                list(asked.vector or ()),
                limit=asked.k,
                filters=where,
                target_vector=self._meant.target_vector,
                return_metadata=_BY_DISTANCE,
            )
            .objects
        )

    def _by_words(self, client: weaviate.WeaviateClient, asked: Question, where: Any) -> Sequence[Any]:
        search, options = self._of(client).query, {"limit": asked.k, "filters": where, "return_metadata": _BY_SCORE}
        options["query_properties"] = [self._meant.text]
        if asked.vector is None:
            return search.bm25(asked.query, **options).objects if asked.query else ()  # the server refuses an empty one
        options |= {"vector": list(asked.vector), "alpha": asked.alpha, "target_vector": self._meant.target_vector}
        return search.hybrid(asked.query, **options).objects

    def _where(self, client: weaviate.WeaviateClient, wanted: weft.rm.Filter) -> Any:
        """Translate a filter; a property that is not known may have been made since."""
        if any(name not in self._types for name in properties_in(wanted, self._meant.text)):
            self._types = self._read_types(client)
        return translated(wanted, self._types, self._meant.text)

    def _read_types(self, client: weaviate.WeaviateClient) -> Mapping[str, str]:
        shape = shape_of(self._of(client))
        if shape is None:
            raise self._refusals.no_collection()
        return shape.types

    def _read_length(self, client: weaviate.WeaviateClient) -> int | None:
        for one in self._of(client).query.fetch_objects(limit=1, include_vector=True, return_properties=[]).objects:
            held: Mapping[str, Vector] = one.vector
            vector = held.get(self._meant.target_vector) if self._meant.target_vector else next(iter(held.values()), ())
            return len(vector) if vector else None
        return None

    def _make(self, client: weaviate.WeaviateClient) -> None:
        meant = self._meant
        shape = shape_of(self._of(client))
        if shape is None:
            shape = self._made(client)
        if shape.has_tenants != (meant.tenant is not None):
            raise self._refusals.wrong_tenancy(is_kept_apart=shape.has_tenants)
        self._types = shape.types
        if not self._has_tenant:
            self._make_tenant(client.collections.use(meant.collection).tenants)
            self._has_tenant = True

    def _made(self, client: weaviate.WeaviateClient) -> Shape:
        meant = self._meant
        if not meant.create:
            raise CollectionNotFound(
                f"{self._refusals.ref}: the Weaviate server has no such collection, and create=False."
            )
        make_collection(client, meant.collection, text=meant.text, has_tenants=meant.tenant is not None)
        shape = shape_of(self._of(client))
        if shape is None:
            raise self._refusals.no_collection()
        return shape

    def _make_tenant(self, tenants: Any) -> None:
        meant = self._meant
        if tenants.exists(meant.tenant):
            return
        if not meant.create_tenant:
            raise self._refusals.no_tenant()
        tenants.create(Tenant(name=meant.tenant or ""))  # one that is there is left alone

    def _put(
        self, client: weaviate.WeaviateClient, passages: Sequence[Passage], vectors: Sequence[Vector] | None
    ) -> None:
        collection = self._of(client)
        with self._making:
            self._types = widen(collection, self._types, passages, self._meant.text)
        given = [None] * len(passages) if vectors is None else [self._as_given(vector) for vector in vectors]
        objects = [
            DataObject(properties=properties_of(passage, self._meant.text), uuid=uuid_of(passage.id), vector=vector)
            for passage, vector in zip(passages, given, strict=True)
        ]
        ids = {passage.id for passage in passages}
        if again := self._doubtful & ids:
            for key in again:  # unchanged, it would be left as it is; a filter may not find what a crash left
                collection.data.delete_by_id(uuid_of(key))
        try:
            self._insert(collection, objects, passages)
        except RMTransportError:
            self._doubtful.update(ids)
            raise
        self._doubtful.difference_update(ids)

    def _insert(self, collection: Any, objects: list[DataObject[Any, Any]], passages: Sequence[Passage]) -> None:
        try:
            errors: Mapping[int, Any] = collection.data.insert_many(objects).errors
        except WeaviateInsertManyAllFailedError as error:
            raise self._not_all({passage.id: error.message for passage in passages}, passages) from error
        if errors:
            raise self._not_all({passages[at].id: one.message for at, one in errors.items()}, passages)
        collection.data.insert_many(objects[-1:])  # the server writes vectors to its log at the next write only

    def _as_given(self, vector: Vector) -> Any:
        return {self._meant.target_vector: list(vector)} if self._meant.target_vector else list(vector)

    def _not_all(self, failed: Mapping[str, str], passages: Sequence[Passage]) -> IndexingError:
        written = [passage.id for passage in passages if passage.id not in failed]
        first, why = next(iter(failed.items()))
        return IndexingError(
            f"The Weaviate server refused {len(failed)} of {len(passages)} passages, {first!r} among them: {why}.",
            written=written,
            failed=failed,
        )

    def _delete(self, client: weaviate.WeaviateClient, uuids: Sequence[str]) -> None:
        for start in range(0, len(uuids), _DELETED_AT_ONCE):
            chosen = Filter.by_id().contains_any(list(uuids[start : start + _DELETED_AT_ONCE]))
            failed = self._of(client).data.delete_many(where=chosen).failed
            if failed:
                raise RMError(
                    f"{self._refusals.ref}: the Weaviate server could not delete {failed} passages. Try again."
                )
