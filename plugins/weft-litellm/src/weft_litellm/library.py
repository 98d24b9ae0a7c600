"""litellm itself: imported at first need, without network, and left as it was found."""

from __future__ import annotations

import os
import sys
import threading
from contextlib import contextmanager
from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Generator, Mapping

_FOR_IMPORT = {"LITELLM_LOCAL_MODEL_COST_MAP": "True"}  # else it asks the network for its tables
_importing = threading.Lock()


def library() -> Any:
    """Return the module litellm; the first time takes seconds. What a user has imported before is used as it is."""
    if "litellm" in sys.modules:
        return import_module("litellm")  # waits where another thread is still at it
    with _importing, _environment(_FOR_IMPORT):
        return import_module("litellm")


@contextmanager
def _environment(defaults: Mapping[str, str]) -> Generator[None]:
    """Set variables that are not set for as long as the block runs; afterwards, the environment is as it was.

    That also takes out what litellm reads from a ``.env`` file in passing.
    """
    before = dict(os.environ)
    os.environ.update({name: value for name, value in defaults.items() if name not in before})
    try:
        yield
    finally:
        for name in os.environ.keys() - before.keys():
            del os.environ[name]
        os.environ.update(before)


class _Quiet:
    """Keeps litellm from printing advertisements to standard output for as long as anybody wants that.

    It prints them with every error, and no argument of a call is against it: there is only a switch of the module. So
    that is borrowed while calls of weft are under way, and given back as it was.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._wanted = 0
        self._before: Any = False

    @contextmanager
    def __call__(self) -> Generator[None]:
        litellm = library()
        with self._lock:
            if not self._wanted:
                self._before, litellm.suppress_debug_info = litellm.suppress_debug_info, True
            self._wanted += 1
        try:
            yield
        finally:
            with self._lock:
                self._wanted -= 1
                if not self._wanted:
                    litellm.suppress_debug_info = self._before

    def forget(self) -> None:
        """Give the switch back in a forked child, in which no call of the parent goes on."""
        if self._wanted:
            library().suppress_debug_info = self._before
        self.__init__()


quiet = _Quiet()
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=quiet.forget)
