"""The answer cache in memory: least recently used goes first."""

from __future__ import annotations

import threading
from collections import OrderedDict
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .records import Response


class MemoryCache:
    """At most `limit` responses, safe for threads."""

    def __init__(self, limit: int = 10_000) -> None:
        self._limit = limit
        self._lock = threading.Lock()
        self._entries: OrderedDict[Any, Response] = OrderedDict()

    def get(self, key: Any) -> Response | None:
        """Return the response kept for `key`, or None."""
        with self._lock:
            found = self._entries.get(key)
            if found is not None:
                self._entries.move_to_end(key)
            return found

    def put(self, key: Any, response: Response) -> None:
        """Keep a response; the one not used for longest makes room."""
        with self._lock:
            self._entries[key] = response
            self._entries.move_to_end(key)
            while len(self._entries) > self._limit:
                self._entries.popitem(last=False)

    def clear(self) -> None:
        """Forget everything."""
        with self._lock:
            self._entries.clear()


MEMORY = MemoryCache()
