"""The most recent answers in memory: the least recently used goes first."""

from __future__ import annotations

import threading
from collections import OrderedDict
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from .cache_store import CacheStore

if TYPE_CHECKING:
    from collections.abc import Callable

V = TypeVar("V")


class Recent(Generic[V]):
    """A mapping with two bounds, safe for threads.

    Args:
        entries: most entries.
        size: most of what `weigh` gives for all values together.
        weigh: the size of a value.
    """

    def __init__(self, entries: int, size: int, weigh: Callable[[V], int]) -> None:
        self._most, self._room, self._weigh = entries, size, weigh
        self._lock = threading.Lock()
        self._entries: OrderedDict[Any, tuple[V, int]] = OrderedDict()
        self._size = 0

    def get(self, key: Any) -> V | None:
        """Return the value of `key`, which is the most recent one from now on, or None."""
        with self._lock:
            found = self._entries.get(key)
            if found is None:
                return None
            self._entries.move_to_end(key)
            return found[0]

    def put(self, key: Any, value: V) -> None:
        """Keep a value; those not used for longest make room."""
        weight = self._weigh(value)
        with self._lock:
            self._drop(key)
            self._entries[key] = (value, weight)
            self._size += weight
            while len(self._entries) > self._most or self._size > self._room:
                self._size -= self._entries.popitem(last=False)[1][1]

    def drop(self, key: Any) -> None:
        """Forget one value, if it is there."""
        with self._lock:
            self._drop(key)

    def clear(self) -> None:
        """Forget everything."""
        with self._lock:
            self._entries.clear()
            self._size = 0

    def _drop(self, key: Any) -> None:
        old = self._entries.pop(key, None)
        if old is not None:
            self._size -= old[1]


class MemoryStore(CacheStore):
    """Keeps values for as long as the process lives: the choice where nothing may be written.

    Args:
        limit_mb: megabytes of values, at most.
    """

    outlives = False

    def __init__(self, *, limit_mb: int = 32) -> None:
        self._values = Recent[bytes](1_000_000, limit_mb * 1_000_000, len)

    def get(self, key: str) -> bytes | None:
        """Return what was put last for `key`, or None."""
        return self._values.get(key)

    def put(self, key: str, value: bytes) -> None:
        """Keep `value` for `key`."""
        self._values.put(key, value)

    def clear(self) -> None:
        """Forget everything."""
        self._values.clear()
