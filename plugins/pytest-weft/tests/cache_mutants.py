"""A cache store that keeps the contract, stores that break it in one way each, and the check that must say so."""

from __future__ import annotations

import threading
from collections import defaultdict
from itertools import count
from typing import TYPE_CHECKING, Any

import weft

if TYPE_CHECKING:
    from collections.abc import Sequence

_serial = count()
SHARED: defaultdict[str, dict[str, bytes]] = defaultdict(dict)


class Correct(weft.CacheStore):
    """Keeps values by place, as a server would; nobody answers at the place ``nowhere``."""

    def __init__(self, *, place: str = "", key: str = "") -> None:
        self.place, self.key = place, key

    @property
    def values(self) -> dict[str, bytes]:
        if self.place == "nowhere":
            raise ConnectionError("nobody answers")
        return SHARED[f"{type(self).__name__} {self.place}"]

    def get(self, key: str) -> bytes | None:
        return self.values.get(key)

    def put(self, key: str, value: bytes) -> None:
        self.values[key] = value

    def clear(self) -> None:
        self.values.clear()

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.place!r})"


class Decodes(Correct):
    """Keeps text."""

    def put(self, key: str, value: bytes) -> None:
        super().put(key, value.decode("ascii", "ignore").encode())


class ShortensKeys(Correct):
    """Names files by the first digits of a key."""

    def get(self, key: str) -> bytes | None:
        return super().get(key[:63])

    def put(self, key: str, value: bytes) -> None:
        super().put(key[:63], value)


class KeepsTheFirst(Correct):
    def put(self, key: str, value: bytes) -> None:
        self.values.setdefault(key, value)

    def put_many(self, items: Sequence[tuple[str, bytes]]) -> None:
        self.values.update(items)


class PutsAThousand(Correct):
    """Sends no more than one batch."""

    def put_many(self, items: Sequence[tuple[str, bytes]]) -> None:
        super().put_many(items[:1000])


class ClearsAPage(Correct):
    """Deletes what the first page of keys lists."""

    def clear(self) -> None:
        for key in list(self.values)[:1000]:
            del self.values[key]


class BoundToOneThread(Correct):
    """Has a connection that belongs to the thread of its first use."""

    thread: int | None = None

    def put(self, key: str, value: bytes) -> None:
        self.thread = self.thread or threading.get_ident()
        if self.thread != threading.get_ident():
            raise RuntimeError("created in another thread")
        super().put(key, value)


class ClosesForGood(Correct):
    closed = False

    def get(self, key: str) -> bytes | None:
        return None if self.closed else super().get(key)

    def close(self) -> None:
        self.closed = True


class KeepsToItself(Correct):
    """Says that values outlive the object, which is not so."""

    def __init__(self, *, place: str = "", key: str = "") -> None:
        super().__init__(place=place if place == "nowhere" else f"{place} {next(_serial)}", key=key)


class ConnectsAtOnce(Correct):
    def __init__(self, *, place: str = "", key: str = "") -> None:
        super().__init__(place=place, key=key)
        self.get("ping")


class HidesFailures(Correct):
    """Has no value where there is no store, and so weft asks it again every time."""

    def get(self, key: str) -> bytes | None:
        return None if self.place == "nowhere" else super().get(key)


class ShowsKey(Correct):
    def __repr__(self) -> str:
        return f"ShowsKey({self.key!r})"


class TakesAnyOption(Correct):
    @classmethod
    def factory(cls, **options: Any) -> Correct:
        return cls(place=options.get("place", ""), key=options.get("key", ""))


CAUGHT_BY: dict[type[weft.CacheStore], str] = {
    Decodes: "test_gives_back_what_was_put",
    ShortensKeys: "test_keys_are_told_apart",
    KeepsTheFirst: "test_putting_again_replaces",
    PutsAThousand: "test_puts_many",
    ClearsAPage: "test_clears_everything",
    BoundToOneThread: "test_threads_at_once",
    ClosesForGood: "test_opens_again_after_close",
    KeepsToItself: "test_another_object_finds_it",
    ConnectsAtOnce: "test_making_opens_nothing",
    HidesFailures: "test_making_opens_nothing",
    ShowsKey: "test_repr_holds_no_secret",
    TakesAnyOption: "test_unknown_option_is_refused",
}
MANNERS: dict[str, Any] = {
    "options": {"place": "here"},
    "failing_options": {"place": "nowhere"},
    "secret_option": "key",
}
ARGUMENTS = ()
REGISTER = ""
SELECT = ""
