"""Vectors that were made before: kept as answers are, by the same settings and in the same store."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

from ..runtime.settings import settings
from .cache import CACHE
from .cache_key import name_of

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Hashable, Sequence

    from .embedder import Embedder, Vector

_MARK = b"weft vector 1\n"


async def through_cache(
    embedder: Embedder, texts: Sequence[str], make: Callable[[tuple[str, ...]], Awaitable[tuple[Vector, ...]]]
) -> tuple[Vector, ...]:
    """Return vectors of texts: those that are kept, and, for the others, what `make` makes; each text once."""
    mode = settings.get("cache")
    if mode == "off":
        return await make(tuple(texts))
    identity = embedder.cache_identity
    found: dict[str, Vector] = {}
    if mode != "refresh":
        for text in dict.fromkeys(texts):
            if (vector := await _recalled(identity, text)) is not None:
                found[text] = vector
    lacking = tuple([text for text in dict.fromkeys(texts) if text not in found])
    if lacking:
        made = dict(zip(lacking, await make(lacking), strict=True))
        if mode != "read":
            for text, vector in made.items():
                _keep(identity, text, vector)
        found.update(made)
    return tuple([found[text] for text in texts])


async def _recalled(identity: Hashable, text: str) -> Vector | None:
    entry = CACHE.vectors.get((identity, text))
    if entry is None:
        name = name_of(identity, text.encode("utf-8", "surrogatepass"))
        value = None if name is None else await CACHE.fetch_bytes(name)
        entry = None if value is None else _read(value)
        if entry is not None:
            CACHE.vectors.put((identity, text), entry)
    return None if entry is None or CACHE.is_old(entry[0]) else entry[1]


def _keep(identity: Hashable, text: str, vector: Vector) -> None:
    at = CACHE.now()
    CACHE.vectors.put((identity, text), (at, vector))
    name = name_of(identity, text.encode("utf-8", "surrogatepass"))
    if name is not None:
        CACHE.keep_bytes(name, lambda: _MARK + struct.pack(f"<{len(vector) + 1}d", at, *vector))


def _read(value: bytes) -> tuple[float, Vector] | None:
    """Return when a vector was made, and the vector; None for what is no record of this version."""
    numbers = value[len(_MARK) :]
    if not value.startswith(_MARK) or len(numbers) % 8 or len(numbers) < 16:
        return None
    at, *vector = struct.unpack(f"<{len(numbers) // 8}d", numbers)
    return at, tuple(vector)
