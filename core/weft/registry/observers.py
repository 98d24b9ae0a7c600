"""Plugins that listen and plugins that tidy up: each call is isolated, so none disturbs the host or another."""

from __future__ import annotations

import atexit
import threading
from typing import TYPE_CHECKING

from ..runtime.events import add_listener, complain, remove_listener

if TYPE_CHECKING:
    from pluggy import PluginManager

    from ..runtime.events import Event


class _Observers:
    """The loaded plugins that implement ``weft_on_event`` or ``weft_shutdown``, by owner.

    Only what is loaded hears anything, so a process without such plugins has no listener at all.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._listening: tuple[tuple[str, PluginManager], ...] = ()
        self._closing: tuple[tuple[str, PluginManager], ...] = ()
        self._complained: set[str] = set()
        self._listener = self.tell  # one object, since listeners are told apart by identity

    def add(self, owner: str, manager: PluginManager) -> None:
        with self._lock:
            if manager.hook.weft_on_event.get_hookimpls():
                if not self._listening:
                    add_listener(self._listener)
                self._listening = (*self._listening, (owner, manager))
            if manager.hook.weft_shutdown.get_hookimpls():
                if not self._closing:
                    atexit.register(self.shut_down)
                self._closing = (*self._closing, (owner, manager))

    def tell(self, event: Event) -> None:
        for owner, manager in self._listening:
            try:
                manager.hook.weft_on_event(event=event)
            except Exception:  # noqa: BLE001 - an observer must never change what it observes
                self._complain_once(owner)

    def shut_down(self) -> None:
        with self._lock:
            closing, self._closing = self._closing, ()
        for owner, manager in closing:
            try:
                manager.hook.weft_shutdown()
            except Exception:  # noqa: BLE001 - the process is ending, and the others must be closed too
                complain("The weft_shutdown hook of %s failed.", owner)

    def remove_all(self) -> None:
        with self._lock:
            remove_listener(self._listener)
            atexit.unregister(self.shut_down)
            self._listening = self._closing = ()
            self._complained.clear()

    def _complain_once(self, owner: str) -> None:
        with self._lock:
            first = owner not in self._complained
            self._complained.add(owner)
        if first:
            complain("The weft_on_event hook of %s failed; this is said once.", owner)


observers = _Observers()
