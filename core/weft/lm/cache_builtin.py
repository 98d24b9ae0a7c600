"""The kernel's own stores, offered through the same hook as everyone else's."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..registry import hookimpl
from ..runtime.events import complain
from ..runtime.settings import settings
from .cache_memory import MemoryStore

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ..registry import Ref
    from .cache_store import CacheStore


@hookimpl
def weft_make_cache(ref: Ref, options: Mapping[str, Any]) -> CacheStore | None:
    if ref.provider == "memory":
        return MemoryStore(**options)
    if ref.provider == "sqlite":
        rest = {"limit_mb": settings.get("cache_limit_mb"), **options}
        return _sqlite(rest.pop("folder", ref.name or settings.get("cache_dir")), rest)
    return None


def _sqlite(folder: str | Path | None, options: Mapping[str, Any]) -> CacheStore:
    """Return the store of a folder; one in memory where there is no folder, or this Python has no SQLite."""
    if folder is None:
        return MemoryStore()
    try:
        from .cache_sqlite import SQLiteStore  # only who has a folder pays for it

        place = user_folder() if folder == "auto" else folder
    except (ImportError, RuntimeError):
        complain("The answer cache has no place in %r; answers are kept in memory only.", folder)
        return MemoryStore()
    return SQLiteStore(place, **options)


def user_folder() -> Path:
    """Return where this system keeps what programs can make again.

    Raises:
        RuntimeError: the user has no home folder.
    """
    if sys.platform == "win32":
        base = os.environ.get("LOCALAPPDATA")
        return (Path(base) if base else Path.home() / "AppData" / "Local") / "weft" / "Cache"
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Caches" / "weft"
    base = os.environ.get("XDG_CACHE_HOME")
    return (Path(base) if base else Path.home() / ".cache") / "weft"
