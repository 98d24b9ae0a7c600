"""What makes two calls the same: who answers, and what is asked."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any, Literal, cast, overload

if TYPE_CHECKING:
    from collections.abc import Hashable

    from .base import LM
    from .records import Request

Key = tuple["Hashable", bytes]
"""The LM's `cache_identity` and the request's digest."""


def key_of(lm: LM, request: Request) -> Key:
    """Return the key of a call, the same for sync and async calls."""
    return (lm.cache_identity, request.key())


def stored_name(lm: LM, key: Key) -> str | None:
    """Return the key as stores know it, or None where the answer must not outlive the process.

    That is so for a model that only computes in the caller's thread, which a store would not make cheaper, and for
    one whose identity means nothing to another process.
    """
    return name_of(*key) if lm.waits else None


def name_of(identity: Hashable, asked: bytes) -> str | None:
    """Return what stores call an answer of somebody to something; None where the identity means nothing elsewhere."""
    from hashlib import sha256  # a slow import, and only what is stored needs it

    written = _written(identity)
    return None if written is None else sha256(written + asked).hexdigest()


@overload
def key_elsewhere(lm: LM, request: Request, *, is_named: Literal[True]) -> str: ...
@overload
def key_elsewhere(lm: LM, request: Request, *, is_named: bool) -> str | None: ...
def key_elsewhere(lm: LM, request: Request, *, is_named: bool) -> str | None:
    """Return the key of a call as journals know it, or None where it means nothing to another process.

    Args:
        is_named: whether the user says which runs belong together; then the name of the model is identity enough.
    """
    from hashlib import sha256

    identity = _written(lm.cache_identity)
    if identity is None and is_named:
        identity = lm.ref.encode()
    return None if identity is None else sha256(identity + request.key()).hexdigest()


class _NotPortableError(Exception):
    """A part of an identity is bound to this process."""


@lru_cache(maxsize=256)
def _written(identity: Hashable) -> bytes | None:
    """Return an identity's digest, or None if it means nothing elsewhere."""
    from hashlib import sha256

    try:
        return sha256(_text(identity).encode()).digest()
    except _NotPortableError:
        return None


def _text(value: Any) -> str:
    if isinstance(value, type):
        return _class_name(value)
    if type(value) is tuple:
        return f"({','.join([_text(item) for item in cast('tuple[Any, ...]', value)])})"
    if value is None or type(value) in (str, bytes, int, float, bool):
        return repr(value)
    raise _NotPortableError


def _class_name(cls: type) -> str:
    """Return where a class is imported from; one of a script or a function may be another one tomorrow."""
    if cls.__module__ == "__main__" or "<locals>" in cls.__qualname__:
        raise _NotPortableError
    return f"{cls.__module__}.{cls.__qualname__}"
