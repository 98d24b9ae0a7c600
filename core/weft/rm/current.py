"""The retriever in force: the settings hold an RM, a function or a name; a name is resolved once."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from ..errors import NotConfiguredError
from ..runtime.settings import settings
from .base import RM


def as_rm(value: Any) -> RM:
    """Return the retriever that a value is, makes or names; the same object for the same name.

    Raises:
        PluginError: nothing provides the name.
        NotConfiguredError: it is neither an RM, nor a function, nor a name.
    """
    if isinstance(value, RM):
        return value
    if isinstance(value, str):
        return _resolved(value)
    if callable(value):
        return RM(value)
    raise NotConfiguredError(f"A retriever, a function or a name such as 'memory' is needed, not {value!r}.")


def current_rm(own: Any = None) -> RM:
    """Return the retriever of `own` if given, else that of the settings.

    Raises:
        NotConfiguredError: none was set.
    """
    value = settings.get("rm") if own is None else own
    if value is None:
        raise NotConfiguredError("No retriever is set. Use weft.configure(rm=…) or `with weft.context(rm=…)`.")
    return as_rm(value)


@lru_cache(maxsize=64)
def _resolved(ref: str) -> RM:
    return RM(ref)
