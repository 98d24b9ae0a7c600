"""What clients leave with the server: files, batches, fine-tuning jobs."""

from __future__ import annotations

from collections import Counter
from typing import Any

BATCHED = 1 << 40


class Shelf:
    """Things by id, in the order in which they came; ids are numbered by kind."""

    def __init__(self) -> None:
        self._things: dict[str, dict[str, Any]] = {}
        self._lines = 0
        self._last: Counter[str] = Counter()

    def next_line(self) -> int:
        """Return a number for a request of a batch, beyond those of requests that come one by one."""
        self._lines += 1
        return BATCHED + self._lines

    def put(self, kind: str, thing: Any) -> str:
        """Keep a thing and return its id, such as ``file-1``."""
        self._last[kind] += 1
        id_ = f"{kind}-{self._last[kind]}"
        self._things.setdefault(kind, {})[id_] = thing
        return id_

    def drop(self, kind: str, id_: str) -> None:
        """Forget a thing."""
        del self._things[kind][id_]

    def get(self, kind: str, id_: str) -> Any:
        """Return a thing, or None."""
        return self._things.get(kind, {}).get(id_)

    def all(self, kind: str) -> list[Any]:
        """Return all things of a kind."""
        return list(self._things.get(kind, {}).values())
