"""What a store of answers is: bytes by key, for longer than a process lives."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from ..registry.contract import Contract

if TYPE_CHECKING:
    from collections.abc import Sequence


class CacheStore(Contract):
    """A place where answers are kept; ``CacheStore("sqlite", **options)`` returns the installed provider's.

    A store derives from this class and writes `get`, `put` and `clear`. They are called from several threads. What
    they raise never fails a call: weft says so once and goes on without the store for a while. weft keeps the most
    recent answers in memory itself, checks their age, and writes in the background.

    Example:
        >>> import weft
        >>> store = weft.CacheStore("memory")
        >>> store.put("key", b"value")
        >>> store.get("key")
        b'value'
    """

    kind: ClassVar[str] = "cache"
    required: ClassVar[tuple[str, ...]] = ("get", "put", "clear")
    if TYPE_CHECKING:  # the contract itself takes a name and options, which the metaclass resolves

        def __init__(self, *args: Any, **options: Any) -> None: ...

    outlives: bool = True
    """Whether what is put is there for other processes; weft does not ask a store that only repeats its own memory."""
    waits: bool = False
    """Whether `get` waits, as for a network; then it runs in a worker thread and not in the caller's."""

    def get(self, key: str) -> bytes | None:
        """Return what was put last for `key`, or None."""
        raise NotImplementedError

    def put(self, key: str, value: bytes) -> None:
        """Keep `value` for `key` (64 hexadecimal digits); it may be dropped to make room."""
        raise NotImplementedError

    def put_many(self, items: Sequence[tuple[str, bytes]]) -> None:
        """Keep several values; override it where that is quicker than one at a time."""
        for key, value in items:
            self.put(key, value)

    def clear(self) -> None:
        """Forget everything."""
        raise NotImplementedError

    def close(self) -> None:
        """Let go of files and connections; the next use opens them again."""
