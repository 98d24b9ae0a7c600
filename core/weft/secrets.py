"""Secrets: keys that are passed around without being shown, and are taken out of what is said."""

from __future__ import annotations

_MASK = "***"
_LEAST_LENGTH = 6  # shorter texts would be struck out of innocent words
_MOST_KNOWN = 1000
_known: dict[str, None] = {}  # the values of all secrets, latest last


class Secret:
    """A key or password. Its value is never shown by `repr`, `str` or formatting; `reveal` gives it.

    Example:
        >>> Secret("sk-1234567890")
        Secret('***')
        >>> Secret("sk-1234567890").reveal()
        'sk-1234567890'
    """

    __slots__ = ("_value",)

    def __init__(self, value: str | Secret) -> None:
        self._value: str = value.reveal() if isinstance(value, Secret) else value
        if len(self._value) >= _LEAST_LENGTH:
            _known.pop(self._value, None)
            _known[self._value] = None
            if len(_known) > _MOST_KNOWN:
                _known.pop(next(iter(_known)), None)

    def reveal(self) -> str:
        """Return the value, to be sent and never to be shown."""
        return self._value

    def __repr__(self) -> str:
        return f"Secret({_MASK!r})"

    __str__ = __repr__

    def __format__(self, spec: str) -> str:
        return repr(self)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and other._value == self._value

    def __hash__(self) -> int:
        return hash((Secret, self._value))

    def __reduce__(self) -> str:
        raise TypeError("A Secret cannot be pickled: it would be written down.")

    def __copy__(self) -> Secret:
        return self

    def __deepcopy__(self, memo: object) -> Secret:
        return self


def without_secrets(text: str) -> str:
    """Return a text in which the values of all secrets of this process are struck out."""
    for value in list(_known):
        if value in text:
            text = text.replace(value, _MASK)
    return text
