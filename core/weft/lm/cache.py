"""The answer cache: recent answers in memory, all others in a store that the settings choose."""

from __future__ import annotations

import atexit
import os
import threading
import time
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

from ..runtime.ledger import NOTHING
from ..runtime.settings import settings
from ..spelling import spelled
from .cache_guard import GuardedStore
from .cache_key import Key, stored_name
from .cache_memory import Recent
from .cache_records import read_record, write_record
from .cache_store import CacheStore

if TYPE_CHECKING:
    from collections.abc import Callable

    from .base import LM
    from .records import Response

_MEMORY_ENTRIES = 10_000
_MEMORY_CHARACTERS = 16_000_000
_MEMORY_VECTORS = 50_000
_MEMORY_NUMBERS = 2_000_000
_OPEN_STORES = 8


class AnswerCache:
    """Memory over a store, opened at the first use of what the settings name.

    Args:
        clock: seconds since 1970, by which answers age.

    Attributes:
        vectors: when vectors were made, and the vectors, in memory.
    """

    def __init__(self, *, clock: Callable[[], float] = time.time) -> None:
        self._clock = clock
        self._memory = Recent[tuple[float, "Response"]](_MEMORY_ENTRIES, _MEMORY_CHARACTERS, _characters)
        self.vectors = Recent[tuple[float, tuple[float, ...]]](_MEMORY_VECTORS, _MEMORY_NUMBERS, _numbers)
        self._lock = threading.Lock()
        self._stores: dict[Any, GuardedStore | None] = {}

    def recall(self, key: Key) -> Response | None:
        """Return the answer in memory, if there is one and it is not too old."""
        found = self._memory.get(key)
        return None if found is None or self.is_old(found[0]) else found[1]

    async def fetch(self, lm: LM, key: Key) -> Response | None:
        """Return the answer in the store, if there is one and it is not too old."""
        store = self._store()
        name = None if store is None else stored_name(lm, key)
        if store is None or name is None:
            return None
        value = await self._read(store, name)
        found = None if value is None else read_record(value)
        if found is None or self.is_old(found[0]):
            return None
        self._memory.put(key, found)
        return found[1]

    def keep(self, lm: LM, key: Key, response: Response) -> None:
        """Keep an answer; the store gets it soon, in another thread. One that broke off with an error is not kept."""
        if any(completion.finish_reason == "error" for completion in response.completions):
            return
        kept = replace(response, usage=NOTHING, cached=True, limits=None)
        at = self._clock()
        self._memory.put(key, (at, kept))
        store = self._store()
        name = None if store is None else stored_name(lm, key)
        if store is not None and name is not None:
            store.put(name, partial(write_record, kept, at))

    async def fetch_bytes(self, name: str) -> bytes | None:
        """Return what the store keeps under a name that `keep_bytes` was given, if anything."""
        store = self._store()
        return None if store is None else await self._read(store, name)

    def keep_bytes(self, name: str, write: Callable[[], bytes | None]) -> None:
        """Keep what `write` gives in the store, soon and in another thread."""
        store = self._store()
        if store is not None:
            store.put(name, write)

    def now(self) -> float:
        """Return the time by which what is kept ages."""
        return self._clock()

    def is_old(self, at: float) -> bool:
        """Whether what was kept at that time is too old to be used."""
        ttl = settings.get("cache_ttl")
        return ttl is not None and self._clock() - at >= ttl

    def flush(self) -> None:
        """Write now what the stores are still to get."""
        for store in filter(None, list(self._stores.values())):
            store.flush()

    def clear(self) -> None:
        """Forget everything: in memory, and in the store that the settings name here."""
        self.clear_memory()
        store = self._store()
        if store is not None:
            store.clear()

    def clear_memory(self) -> None:
        """Forget what is in memory."""
        self._memory.clear()
        self.vectors.clear()

    def close(self) -> None:
        """Write what is waiting and close all stores; the next use opens them again."""
        with self._lock:
            stores, self._stores = self._stores, {}
        for store in filter(None, stores.values()):
            store.close()

    async def _read(self, store: GuardedStore, name: str) -> bytes | None:
        return await _in_worker(store.get, name) if store.waits else store.get(name)

    def _store(self) -> GuardedStore | None:
        """Return the store in force; None where memory is all there is."""
        wanted = settings.get("cache_store")
        choice = (wanted, settings.get("cache_dir"), settings.get("cache_limit_mb"))
        try:
            return self._stores[choice]
        except KeyError:
            return self._opened(choice)

    def _opened(self, choice: tuple[Any, ...]) -> GuardedStore | None:
        with self._lock:
            if choice not in self._stores:
                store = CacheStore(choice[0])
                self._stores[choice] = GuardedStore(store) if store.outlives else None
            found = self._stores[choice]
            least = next(iter(self._stores)) if len(self._stores) > _OPEN_STORES else None
            closing = self._stores.pop(least) if least is not None else None
        if closing is not None:
            closing.close()
        return found


def _characters(entry: tuple[float, Response]) -> int:
    return sum([len(completion.text) for completion in entry[1].completions]) + 500  # and what holds the texts


def _numbers(entry: tuple[float, tuple[float, ...]]) -> int:
    return len(entry[1])


async def _in_worker(function: Callable[..., Any], *args: Any) -> Any:
    from ..runtime.offload import call  # brings asyncio, which a cache on this machine does without

    return await call(function, *args)


CACHE = AnswerCache()
_left_by_parents: list[AnswerCache] = []


@spelled
def clear_cache() -> None:
    """Forget all answers: those in memory, and those in the store that the settings name (for all processes).

    Raises:
        Exception: what the store raises if it cannot be cleared.
    """
    CACHE.clear()


def _forget() -> None:
    """Start afresh in a forked child. SQLite's connections must not even be closed there, so they are kept."""
    parents = AnswerCache()
    vars(parents).update(vars(CACHE))
    _left_by_parents.append(parents)
    vars(CACHE).update(vars(AnswerCache()))


atexit.register(CACHE.close)
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget)
