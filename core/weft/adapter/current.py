"""The adapter in force: the settings hold an Adapter or its name; a name is resolved once."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from ..errors import NotConfiguredError
from ..runtime.settings import settings
from .base import Adapter


def current_adapter(own: Adapter | str | None = None) -> Adapter:
    """Return `own` if given, else the adapter of the settings.

    Raises:
        PluginError: nothing provides the name.
        NotConfiguredError: the value is neither an Adapter nor a name.
    """
    value: Any = settings.get("adapter") if own is None else own
    if isinstance(value, Adapter):
        return value
    if isinstance(value, str):
        return _resolved(value)
    raise NotConfiguredError(f"An Adapter or a name such as 'chat' is needed, not {value!r}.")


@lru_cache(maxsize=64)
def _resolved(name: str) -> Adapter:
    return Adapter(name)
