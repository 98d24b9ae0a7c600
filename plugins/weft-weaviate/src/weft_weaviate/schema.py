"""What a collection is made of: read from the server, and made or widened for passages that are added."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from weaviate.classes.config import Configure, DataType, Property, Tokenization
from weaviate.exceptions import UnexpectedStatusCodeError, WeaviateInvalidInputError

from weft.errors import InputError
from weft.rm import kind_of

from .names import ID, property_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import weft

Kind = Literal["text", "number", "truth"]
KINDS: Mapping[str, Kind] = {"text": "text", "number": "number", "int": "number", "boolean": "truth"}
"""Which kind of value a property of each of Weaviate's types holds."""
_TYPES = {"text": DataType.TEXT, "number": DataType.NUMBER, "truth": DataType.BOOL}
_SAYS = {"text": "a text", "number": "a number", "truth": "a truth value"}


@dataclass(frozen=True, slots=True)
class Shape:
    """What is known of a collection: Weaviate's types of its properties, and whether it keeps tenants apart."""

    types: Mapping[str, str]
    has_tenants: bool


def shape_of(collection: Any) -> Shape | None:
    """Return what a collection is made of, or None where there is no such collection."""
    try:
        config = collection.config.get()
    except UnexpectedStatusCodeError as error:
        if error.status_code == 404:
            return None
        raise
    return Shape({held.name: held.data_type.value for held in config.properties}, config.multi_tenancy_config.enabled)


def make_collection(client: Any, name: str, *, text: str, has_tenants: bool) -> None:
    """Make a collection for vectors that are given, unless it was made in the meantime."""
    try:
        client.collections.create(
            name,
            properties=[_text_property(text), _id_property()],
            vector_config=Configure.Vectors.self_provided(),
            multi_tenancy_config=Configure.multi_tenancy(enabled=True) if has_tenants else None,
        )
    except UnexpectedStatusCodeError:
        if not client.collections.exists(name):
            raise


def _text_property(name: str) -> Property:
    return Property(name=name, data_type=DataType.TEXT, tokenization=Tokenization.WORD, index_filterable=False)


def _id_property() -> Property:
    return Property(
        name=ID,
        data_type=DataType.TEXT,
        tokenization=Tokenization.FIELD,
        index_filterable=False,
        index_searchable=False,
    )


def _fact_property(name: str, kind: Kind) -> Property:
    return Property(
        name=name,
        data_type=_TYPES[kind],
        tokenization=Tokenization.FIELD if kind == "text" else None,  # the whole text is compared, as it is written
        index_filterable=True,
        index_searchable=False,
    )


def widen(collection: Any, types: Mapping[str, str], passages: Sequence[weft.Passage], text: str) -> dict[str, str]:
    """Make the properties that passages need and that are missing, and return the types of all.

    Raises:
        InputError: a fact is of another kind than the property.
    """
    found = dict(types)
    for made in (_text_property(text), _id_property()):  # missing from a collection that weft did not make
        if made.name not in found:
            found |= _added(collection, made)
    for passage in passages:
        for fact, value in passage.metadata.items():
            name, kind = property_of(fact, text), kind_of(value)
            if name not in found:
                found |= _added(collection, _fact_property(name, kind))
            if KINDS.get(found[name]) != kind:
                raise InputError(
                    f"The metadata {fact!r} of the passage {passage.id!r} is {_SAYS[kind]}; in the collection "
                    f"{collection.name!r} it is {_SAYS.get(KINDS.get(found[name], ''), 'something else')}, and can be "
                    "nothing else there."
                )
    return found


def _added(collection: Any, wanted: Property) -> Mapping[str, str]:
    """Add a property, and return its type; if another process was quicker, those of all."""
    try:
        collection.config.add_property(wanted)
    except (UnexpectedStatusCodeError, WeaviateInvalidInputError):
        shape = shape_of(collection)
        if shape is None or wanted.name not in shape.types:
            raise
        return shape.types
    return {wanted.name: wanted.dataType.value}
