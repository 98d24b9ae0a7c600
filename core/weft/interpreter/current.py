"""The interpreter in force: the settings hold an Interpreter or its name; a name is resolved once."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from ..errors import NotConfiguredError
from ..runtime.settings import settings
from .base import Interpreter


def current_interpreter(own: Interpreter | str | None = None) -> Interpreter:
    """Return `own` if given, else the interpreter of the settings.

    Raises:
        PluginError: nothing provides the name.
        NotConfiguredError: the value is neither an Interpreter nor a name.
    """
    value: Any = settings.get("interpreter") if own is None else own
    if isinstance(value, Interpreter):
        return value
    if isinstance(value, str):
        return _resolved(value)
    raise NotConfiguredError(f"An Interpreter or a name such as 'monty' is needed, not {value!r}.")


@lru_cache(maxsize=64)
def _resolved(name: str) -> Interpreter:
    return Interpreter(name)
