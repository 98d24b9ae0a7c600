"""Values that may pass between an interpreter and its host: plain data, of a bounded size.

The size is that of the value written out. What is small in memory can be endless when it is written, since one part may
be held a million times, or a value by itself. So all is counted while it is walked through, and the walk ends early.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, cast

MOST_CHARACTERS = 8_000_000
"""Of what leaves an interpreter at once; what goes in has the interpreter's memory as its limit."""
_DEEPEST = 100
_OF_A_VALUE = 16
_LARGEST_INTEGER = 14_000
"""Bits; Python writes out no whole number much longer than that."""


class Unfit(ValueError):
    """A value cannot pass."""


def plain(value: Any, *, most: int | None = None, others: Callable[[Any], str] | None = None) -> Any:
    """Return a value as None, booleans, numbers, texts, lists, and dicts of these with texts as keys.

    Args:
        value: what is to pass. Tuples and sets become lists, keys of dicts texts.
        most: characters that the value may take when it is written out; None: any number.
        others: the words for what is no plain data; None: such a value cannot pass.

    Raises:
        Unfit: it is too large or too deep, holds itself, or holds what cannot pass.
    """
    return _Walk(most, others).of(value, 0)


def readable(text: str) -> str:
    """Return a text without halves of characters, which no file and no request can hold."""
    return text if text.isascii() else text.encode("utf-8", "replace").decode()


class _Walk:
    def __init__(self, most: int | None, others: Callable[[Any], str] | None) -> None:
        self._most, self._others = most, others
        self._taken = 0

    def of(self, value: Any, depth: int) -> Any:
        self._take(_OF_A_VALUE)
        kind = cast("type[Any]", type(value))
        if value is None or kind is bool or kind is float:
            return value
        if kind is str:
            self._take(len(value))
            return readable(value)
        if kind is int and value.bit_length() <= _LARGEST_INTEGER:
            return value
        if depth == _DEEPEST:
            raise Unfit(f"it is nested more than {_DEEPEST} levels deep, or holds itself")
        if isinstance(value, Mapping):
            items = cast("Mapping[Any, Any]", value).items()
            return {self._key(key): self.of(item, depth + 1) for key, item in items}
        if isinstance(value, list | tuple | set | frozenset):
            return [self.of(item, depth + 1) for item in cast("list[Any]", value)]
        return self._other(value)

    def _key(self, key: Any) -> str:
        text = key if type(key) is str else str(self.of(key, _DEEPEST - 1))
        self._take(len(text))
        return readable(text)

    def _other(self, value: Any) -> str:
        if self._others is None:
            raise Unfit(f"it holds {type(value).__name__} {value!r:.60}, which is no plain data")
        text = self._others(value)
        self._take(len(text))
        return readable(text)

    def _take(self, characters: int) -> None:
        self._taken += characters
        if self._most is not None and self._taken > self._most:
            raise Unfit(f"written out it takes more than {self._most / 1e6:g} million characters")
