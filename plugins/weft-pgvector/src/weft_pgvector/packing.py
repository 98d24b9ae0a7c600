"""Values in PostgreSQL's binary form: writing numbers as digits would take longer than the search."""

from __future__ import annotations

import json
import struct
import sys
from array import array
from collections.abc import Mapping
from functools import lru_cache
from itertools import chain
from typing import TYPE_CHECKING, Any, cast

from psycopg.adapt import Dumper
from psycopg.pq import Format

if TYPE_CHECKING:
    from collections.abc import Sequence

    import psycopg

    from weft import Passage

TEXT_OID, JSONB_OID = 25, 3802

_ARRAY_HEADER = struct.Struct(">iiIii")
_VECTOR_HEADER = struct.Struct(">HH")
_length = struct.Struct(">i").pack
_JSONB_VERSION = b"\x01"
_LONGEST_ID = 2600  # bytes; an entry of the table's index has no room for more
_WHOLE = 1e16  # from here on, floats are written without decimals
_quoted = json.JSONEncoder(ensure_ascii=False, allow_nan=False).encode


class Packed(bytes):
    """A value in PostgreSQL's binary form."""

    __slots__ = ()


class _PackedDumper(Dumper):
    format = Format.BINARY

    def dump(self, obj: Any) -> bytes:
        return obj


def register(connection: psycopg.Connection[Any]) -> None:
    """Let a connection send packed values."""
    connection.adapters.register_dumper(Packed, _PackedDumper)


def packed_row(passage: Passage, vector: Sequence[float]) -> tuple[bytes, bytes, bytes, bytes]:
    """Return a passage's id, text and metadata, and its vector.

    Raises:
        ValueError: PostgreSQL cannot hold one of them; the message says why.
    """
    key = packed_text(passage.id)
    if len(key) > _LONGEST_ID:
        raise ValueError(f"PostgreSQL takes ids of at most {_LONGEST_ID} bytes")
    return key, packed_text(passage.text), packed_text(json_of(passage.metadata), _JSONB_VERSION), packed_vector(vector)


def packed_text(text: str, before: bytes = b"") -> bytes:
    """Return a value of the type ``text``.

    Raises:
        ValueError: PostgreSQL has no such text; the message says why.
    """
    try:
        packed = text.encode()
    except UnicodeEncodeError as error:
        raise ValueError("PostgreSQL holds no text with half a character in it (a lone surrogate)") from error
    if b"\0" in packed:
        raise ValueError("PostgreSQL holds no text with the character NUL in it")
    return before + packed


def packed_vector(vector: Sequence[float]) -> bytes:
    """Return a value of the type ``vector``.

    Raises:
        ValueError: a number is none, or beyond what 4 bytes hold.
    """
    try:
        numbers = array("f", _numbers_form(len(vector)).pack(*vector))
    except (struct.error, OverflowError) as error:
        raise ValueError("PostgreSQL holds no vector with such numbers") from error
    if sys.byteorder == "little":
        numbers.byteswap()
    return _VECTOR_HEADER.pack(len(vector), 0) + numbers.tobytes()


def packed_array(type_oid: int, values: Sequence[bytes]) -> Packed:
    """Return an array of packed values of a type."""
    lengths = map(_length, map(len, values))
    header = _ARRAY_HEADER.pack(1, 0, type_oid, len(values), 1)
    return Packed(header + b"".join(chain.from_iterable(zip(lengths, values, strict=True))))


def json_of(value: Any) -> str:
    """Return JSON of metadata, of a value, or of several.

    PostgreSQL keeps the decimals that a number is written with, so a large float is written with one. Otherwise it
    would come back as a whole number, and be equal to others than in Python.

    Raises:
        ValueError: PostgreSQL cannot hold a value; the message says why.
    """
    try:
        text = _quoted(value)
    except ValueError as error:
        raise ValueError("PostgreSQL holds no infinite number") from error
    return _spelled_out(value) if "e+" in text or "\\u0000" in text else text


def _spelled_out(value: Any) -> str:
    if isinstance(value, Mapping):
        facts = cast("Mapping[str, Any]", value)
        return "{" + ",".join([f"{_spelled_out(name)}:{_spelled_out(fact)}" for name, fact in facts.items()]) + "}"
    if isinstance(value, tuple):
        return "[" + ",".join(map(_spelled_out, cast("tuple[Any, ...]", value))) + "]"
    if isinstance(value, str):
        packed_text(value)
    return f"{int(value)}.0" if isinstance(value, float) and abs(value) >= _WHOLE else _quoted(value)


@lru_cache(maxsize=16)
def _numbers_form(length: int) -> struct.Struct:
    return struct.Struct(f"={length}f")
