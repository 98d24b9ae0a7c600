"""The checks of the CacheStore contract."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256
from typing import TYPE_CHECKING, Any, ClassVar
from uuid import uuid4

import pytest

from .conformance import Conformance

if TYPE_CHECKING:
    from collections.abc import Mapping

    import weft

_EVERY_BYTE = bytes(range(256)) * 4
_MANY = 1200
_THREADS = 8
_EACH = 25
_CANARY = "canary-0123456789"


class CacheConformance(Conformance):
    """Derive a test class and say which store is meant.

    Attributes:
        ref: the reference, such as ``acme``.
        options: keyword options of ``weft.CacheStore(ref, **options)``. All objects made with them are one store, which
            the checks fill and clear: give one that nobody else uses.
        failing_options: options with which the store cannot be used, such as an address where nobody answers.
        secret_option: the name of the option that takes a secret, such as ``password``.
        heavy: modules that must not be imported before the store is used, such as the vendor's SDK.
    """

    kind: ClassVar[str] = "cache"
    failing_options: ClassVar[Mapping[str, Any] | None] = None
    secret_option: ClassVar[str] = ""

    def test_gives_back_what_was_put(self) -> None:
        """Every value is bytes and comes back as it was put: none at all, every byte, a megabyte."""
        store = self._store()
        values = {_key(): value for value in (b"", _EVERY_BYTE, _EVERY_BYTE * 1000)}
        for key, value in values.items():
            store.put(key, value)
        for key, value in values.items():
            found = store.get(key)
            assert type(found) is bytes, f"a value is bytes, not {found!r:.60}"
            assert found == value, f"{value!r:.60} came back as {found!r:.60}"

    def test_keys_are_told_apart(self) -> None:
        """Keys that differ in one digit are two keys, and one that was never put has the value None."""
        store, key = self._store(), _key()
        others = [f"{key[:-1]}{digit:x}" for digit in range(16)]
        for number, other in enumerate(others[1:]):
            store.put(other, str(number).encode())
        found = [store.get(other) for other in others]
        assert found == [None, *(str(number).encode() for number in range(15))], f"the values came back as {found}"

    def test_putting_again_replaces(self) -> None:
        """The value that was put last is the one."""
        store, key = self._store(), _key()
        for value in (b"a long first value", b"second"):
            store.put(key, value)
        assert store.get(key) == b"second", f"the value is {store.get(key)!r} and not the one put last"

    def test_puts_many(self) -> None:
        """`put_many` keeps every value, the last one where a key comes twice, and takes an empty list."""
        store, keys = self._store(), [_key() for _ in range(_MANY)]
        store.put_many([])
        store.put_many([(keys[0], b"old"), *((key, key.encode()) for key in keys)])
        wrong = [key for key in keys if store.get(key) != key.encode()]
        assert not wrong, f"of {_MANY} values put at once, {len(wrong)} did not come back"

    def test_clears_everything(self) -> None:
        """After `clear` no value is left, the store can be filled again, and clearing an empty one is no error."""
        store, keys = self._store(), [_key() for _ in range(_MANY)]
        store.put_many([(key, b"old") for key in keys])
        store.clear()
        left = [key for key in keys if store.get(key) is not None]
        assert not left, f"of {_MANY} values, {len(left)} are left after clear()"
        store.clear()
        store.put(keys[0], b"new")
        assert store.get(keys[0]) == b"new", "a store that was cleared keeps nothing any more"

    def test_threads_at_once(self) -> None:
        """Threads that write and read at once each find their own values."""
        store, start = self._store(), threading.Barrier(_THREADS)

        def work(_: int) -> list[str]:
            start.wait()
            keys = [_key() for _ in range(_EACH)]
            for key in keys:
                store.put(key, key.encode())
            return [key for key in keys if store.get(key) != key.encode()]

        with ThreadPoolExecutor(_THREADS) as pool:
            wrong = [key for keys in pool.map(work, range(_THREADS)) for key in keys]
        assert not wrong, f"of {_THREADS * _EACH} values put by {_THREADS} threads, {len(wrong)} did not come back"

    def test_opens_again_after_close(self) -> None:
        """`close` may be called twice and before the first use; a closed store opens at its next use."""
        store, key = self._store(), _key()
        store.close()
        store.put(key, b"value")
        store.close()
        store.close()
        found = store.get(key)
        assert found == b"value" or not store.outlives, f"after close() the value is {found!r}"

    def test_another_object_finds_it(self) -> None:
        """What one object of a store that says `outlives` has put, another one finds, as another process would."""
        store, key = self._store(), _key()
        if not store.outlives:
            pytest.skip("the store says that it does not outlive the process")
        store.put(key, b"value")
        found = self._store().get(key)
        assert found == b"value", f"another object made with the same options finds {found!r}"

    def test_making_opens_nothing(self) -> None:
        """A store that cannot be used is made without an error, since that is done in a call; its methods raise."""
        if self.failing_options is None:
            pytest.skip("failing_options names no store that cannot be used")
        store: weft.CacheStore = self.make(**self.failing_options)
        with pytest.raises(Exception):  # noqa: B017, PT011 - of whatever class the store's methods raise
            store.get(_key())

    def test_repr_holds_no_secret(self) -> None:
        """`repr` ends up in logs and in listed settings, so it never holds a password."""
        if not self.secret_option:
            pytest.skip("secret_option names no option")
        store = self.make(**{self.secret_option: _CANARY})
        assert _CANARY not in repr(store), f"repr() tells the value of {self.secret_option!r}"

    def _store(self) -> weft.CacheStore:
        return self.make()


def _key() -> str:
    """Return a new key in the form of weft's own."""
    return sha256(uuid4().bytes).hexdigest()
