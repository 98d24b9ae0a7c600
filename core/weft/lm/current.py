"""The LM in force: the settings hold an LM or its name; a name is resolved once."""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext
from functools import lru_cache
from typing import Any

from ..errors import NotConfiguredError
from ..runtime.settings import context, settings
from .base import LM


def as_lm(value: LM | str) -> LM:
    """Return the LM that `value` is or names; the same object for the same name.

    Raises:
        PluginError: nothing provides the name.
        NotConfiguredError: `value` is neither an LM nor a name.
    """
    if isinstance(value, LM):
        return value
    if isinstance(value, str):  # pyright: ignore[reportUnnecessaryIsInstance]
        return _resolved(value)
    raise NotConfiguredError(f"An LM or a name such as 'openai/gpt-5-mini' is needed, not {value!r}.")


def current_lm() -> LM:
    """Return the LM of the settings.

    Raises:
        NotConfiguredError: none was set.
    """
    value: Any = settings.get("lm")
    if value is None:
        raise NotConfiguredError(
            "No language model is set. Use weft.configure(lm='provider/model') or `with weft.context(lm=…)`; "
            "'embedded/incontext' works offline and without a key."
        )
    return value if isinstance(value, LM) else as_lm(value)


def some_model() -> AbstractContextManager[None]:
    """Return a context in which prompts can be written though no model is set: for one that can do little."""
    return nullcontext() if settings.get("lm") is not None else context(lm=as_lm("scripted/none"))


@lru_cache(maxsize=64)
def _resolved(ref: str) -> LM:
    return LM(ref)
