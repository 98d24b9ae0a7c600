"""A store as the pipeline uses it: it never fails a call, and nobody waits for it to write."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING

from ..runtime.events import emit

if TYPE_CHECKING:
    from collections.abc import Callable

    from .cache_store import CacheStore

_PAUSE_SECONDS = 30.0
_LINGER_SECONDS = 0.02  # one transaction for what comes in this time costs a tenth of one each
_MOST_PENDING = 4096


class GuardedStore:
    """Reads through, writes behind, and leaves a store alone for a while after it failed.

    Args:
        store: what is guarded.
        clock: seconds that only go forward.
    """

    def __init__(self, store: CacheStore, *, clock: Callable[[], float] = time.monotonic) -> None:
        self.store = store
        self._clock = clock
        self._resting_until = float("-inf")
        self._complained = False
        self._lock, self._writing = threading.Lock(), threading.Lock()
        self._pending: dict[str, Callable[[], bytes | None]] = {}
        self._wanted = threading.Event()
        self._thread: threading.Thread | None = None
        self._closed = False

    @property
    def waits(self) -> bool:
        """Whether `get` should not run in the caller's thread."""
        return self.store.waits and not self._rests()

    def get(self, name: str) -> bytes | None:
        """Return the value of a key; None also where the store cannot be read."""
        if self._rests():
            return None
        try:
            return self.store.get(name)
        except Exception as error:  # noqa: BLE001 - a cache that is broken must not break the call
            self._failed(error)
            return None

    def put(self, name: str, write: Callable[[], bytes | None]) -> None:
        """Keep what `write` gives, soon and in another thread; None: nothing."""
        if self._rests():
            return
        with self._lock:
            self._pending[name] = write
            full = len(self._pending) >= _MOST_PENDING
            if self._thread is None:
                self._thread = threading.Thread(target=self._write_behind, name="weft-cache", daemon=True)
                self._thread.start()
        if full:  # the store is slower than the calls: they wait, and memory stays bounded
            self.flush()
        elif not self._wanted.is_set():
            self._wanted.set()

    def flush(self) -> None:
        """Write now what is waiting."""
        with self._writing:
            with self._lock:
                pending, self._pending = self._pending, {}
            records = [(name, write()) for name, write in pending.items()]
            items = [(name, value) for name, value in records if value is not None]
            if not items or self._rests():
                return
            try:
                self.store.put_many(items)
            except Exception as error:  # noqa: BLE001 - as in `get`
                self._failed(error)

    def clear(self) -> None:
        """Forget everything, in the store and on the way to it. What the store raises is raised: this was asked for."""
        with self._writing:
            with self._lock:
                self._pending = {}
            self.store.clear()

    def close(self) -> None:
        """Write what is waiting and let go of the store."""
        self.flush()
        self._closed = True
        self._wanted.set()
        self.store.close()

    def _write_behind(self) -> None:
        while not self._closed:
            self._wanted.wait()
            time.sleep(_LINGER_SECONDS)  # in a thread of its own: gathers a transaction, synchronises nothing
            self._wanted.clear()
            self.flush()

    def _rests(self) -> bool:
        return self._clock() < self._resting_until

    def _failed(self, error: Exception) -> None:
        self._resting_until = self._clock() + _PAUSE_SECONDS
        name = type(self.store).__name__
        emit("cache.unavailable", store=name, error=error)
        if not self._complained:
            self._complained = True
            import logging  # only failures pay for it

            logging.getLogger("weft").warning(
                "The answer cache %s cannot be used (%s: %s). Answers are kept in memory only; weft tries again from "
                "time to time and says this once.",
                name,
                type(error).__name__,
                error,
            )
