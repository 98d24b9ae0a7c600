"""Settings in layers: call, `context`, `configure`, environment, pyproject.toml, default.

`configure` swaps one immutable snapshot and may be called from any thread; `context` is a context variable, so
tasks and threads that weft starts inherit it and requests served side by side never see each other's.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Mapping
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any, Literal, TypedDict, cast

from ..errors import SettingsError
from ..spelling import hint
from .keys import KEYS, Setting

if TYPE_CHECKING:
    from contextvars import Token
    from os import PathLike
    from types import TracebackType
    from typing import Unpack


class SettingsUpdate(TypedDict, total=False):
    """What `configure` and `context` take; see `weft settings list` for types and defaults."""

    lm: Any
    adapter: Any
    rm: Any
    interpreter: Any
    cache: str
    cache_store: Any
    cache_dir: str | PathLike[str] | None
    cache_limit_mb: int
    cache_ttl: float | None
    timeout: float | None
    attempt_timeout: float | None
    tool_timeout: float | None
    tool_calling: Literal["auto", "native", "text"]
    retries: int
    repair_max: int
    concurrency: int
    max_errors: int | None
    max_backtracks: int
    history: int
    plugins: Mapping[str, Any]
    prefer: Mapping[str, str]


class Settings:
    """Read access to the settings in force here: ``settings.lm``, ``settings.get("plugins.allow")``."""

    __slots__ = ()

    def get(self, key: str) -> Any:
        """Return the value in force.

        Raises:
            SettingsError: no such setting.
        """
        overlay = _overlay.get()
        if key in overlay:
            return overlay[key]
        if key in _configured:
            return _configured[key]
        if key not in KEYS:
            raise SettingsError(f"There is no setting {key!r}.{hint(key, KEYS)}")
        return _outer_layers()[key][0]

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):  # asked by Python and by notebooks, never a setting
            raise AttributeError(name)
        return self.get(name)

    def explain(self, key: str) -> list[tuple[str, Any]]:
        """Return every layer that sets `key`, the one in force first, as (layer, value) pairs."""
        self.get(key)
        layers: list[tuple[str, Any]] = []
        overlay = _overlay.get()
        if key in overlay:
            layers.append(("context", overlay[key]))
        if key in _configured:
            layers.append(("configure", _configured[key]))
        value, source = _outer_layers()[key]
        layers.append((source, value))
        if source != "default":
            layers.append(("default", KEYS[key].default))
        return layers


settings = Settings()

_EMPTY: dict[str, Any] = {}
_overlay: ContextVar[Mapping[str, Any]] = ContextVar("weft_settings", default=_EMPTY)
_configured: Mapping[str, Any] = _EMPTY
_outer: Mapping[str, tuple[Any, str]] | None = None
_lock = threading.Lock()


def configure(**changes: Unpack[SettingsUpdate]) -> None:
    """Set settings for the whole process, from any thread; other settings stay as they are.

    Raises:
        SettingsError: an unknown key, or a value of the wrong type; then nothing is changed.

    Example:
        >>> configure(concurrency=16)
        >>> settings.concurrency
        16
        >>> configure(concurrency=8)
    """
    global _configured
    checked = _checked(changes, "configure")
    with _lock:
        _configured = {**_configured, **checked}


class context:  # noqa: N801 - used as a function
    """Set settings for a block, in this task or thread and in what weft starts from it.

    Raises:
        SettingsError: an unknown key, or a value of the wrong type.

    Example:
        >>> with context(concurrency=2):
        ...     settings.concurrency
        2
    """

    __slots__ = ("_changes", "_tokens")

    def __init__(self, **changes: Unpack[SettingsUpdate]) -> None:
        self._changes = _checked(changes, "context")
        self._tokens: list[Token[Mapping[str, Any]]] = []

    def __enter__(self) -> None:
        self._tokens.append(_overlay.set({**_overlay.get(), **self._changes}))

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        _overlay.reset(self._tokens.pop())


def reset_settings() -> None:
    """Forget what `configure` set, and read environment and pyproject.toml again at the next use."""
    global _configured, _outer
    with _lock:
        _configured, _outer = _EMPTY, None


def _checked(changes: Mapping[str, Any], source: str) -> dict[str, Any]:
    return {key: _setting(key, source).check(value, source) for key, value in _flat(changes).items()}


def _flat(changes: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    """Turn ``{"plugins": {"allow": […]}}`` into ``{"plugins.allow": […]}``."""
    flat: dict[str, Any] = {}
    for name, value in changes.items():
        key = f"{prefix}{name}"
        is_section = any(known.startswith(f"{key}.") for known in KEYS)
        if is_section and isinstance(value, Mapping):
            flat.update(_flat(cast("Mapping[str, Any]", value), f"{key}."))
        else:
            flat[key] = value
    return flat


def _setting(key: str, source: str) -> Setting:
    if key not in KEYS:
        raise SettingsError(f"There is no setting {key!r} (in {source}).{hint(key, KEYS)}")
    return KEYS[key]


def _outer_layers() -> Mapping[str, tuple[Any, str]]:
    """Return every setting as environment, file and default have it, read once, with its source."""
    global _outer
    if _outer is None:
        from .sources import read_environment, read_pyproject

        layers = {key: (setting.default, "default") for key, setting in KEYS.items()}
        for found in (read_pyproject(), read_environment(os.environ)):
            for source, changes in found:
                for key, value in _checked(changes, source).items():
                    layers[key] = (value, source)
        with _lock:
            _outer = layers
    return _outer
