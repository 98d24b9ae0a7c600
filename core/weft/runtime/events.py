"""Events: what happened, for whoever listens. Nobody listening costs one comparison."""

from __future__ import annotations

import threading
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ..spelling import spelled

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Mapping


def complain(message: str, subject: object) -> None:
    """Log an isolated failure with the exception that is being handled."""
    import logging  # only failures pay for it

    logging.getLogger("weft").warning(message, subject, exc_info=True)


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened.

    Attributes:
        kind: what, such as ``lm.end``, ``evaluate.row`` or ``plugin.loaded``.
        fields: the facts; never a secret.
    """

    kind: str
    fields: Mapping[str, Any]


_listeners: tuple[Callable[[Event], None], ...] = ()
_complained: list[Callable[[Event], None]] = []
_lock = threading.Lock()


def observed() -> bool:
    """Whether anybody listens: for places that are passed so often that gathering the facts would show."""
    return bool(_listeners)


def emit(kind: str, /, **fields: Any) -> None:
    """Tell every listener. A listener's error is logged once and changes nothing."""
    if _listeners:
        event = Event(kind, fields)
        for listener in _listeners:
            _tell(listener, event)


def _tell(listener: Callable[[Event], None], event: Event) -> None:
    try:
        listener(event)
    except Exception:  # noqa: BLE001 - an observer must never change what it observes
        if listener not in _complained:
            _complained.append(listener)
            complain("The event listener %r failed; this is said once.", listener)


def add_listener(listener: Callable[[Event], None]) -> None:
    """Call `listener` with every event from now on, until `remove_listener`."""
    global _listeners
    with _lock:
        _listeners = (*_listeners, listener)


def remove_listener(listener: Callable[[Event], None]) -> None:
    """Stop calling `listener`; one that was added twice is called once from now on."""
    global _listeners
    with _lock:
        left = list(_listeners)
        if listener in left:
            left.remove(listener)
        _listeners = tuple(left)
        _complained[:] = [known for known in _complained if known != listener]


@spelled
@contextmanager
def listening(listener: Callable[[Event], None]) -> Generator[None, None, None]:
    """Call `listener` with every event of the process while the block runs."""
    add_listener(listener)
    try:
        yield
    finally:
        remove_listener(listener)
