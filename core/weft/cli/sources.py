"""Files that a command line names, as paths or as patterns."""

from __future__ import annotations

from glob import glob, has_magic
from pathlib import Path
from typing import TYPE_CHECKING

from ..errors import DataError

if TYPE_CHECKING:
    from collections.abc import Iterable


def named_files(patterns: Iterable[str]) -> list[Path]:
    """Return the files that paths and patterns such as ``docs/**/*.md`` name, each once.

    What a pattern gives is sorted, without folders. That a file is missing is left for its reader to tell.

    Raises:
        DataError: a pattern matches no file, or a path is that of a folder.
    """
    found: dict[Path, None] = {}
    for pattern in patterns:
        found |= dict.fromkeys(_files(pattern))
    return list(found)


def _files(pattern: str) -> list[Path]:
    named = Path(pattern)
    if named.is_dir():
        raise DataError(f"{pattern!r} is a folder; say which of its files: {str(named / '*.md')!r}.")
    if named.is_file() or not has_magic(pattern):
        return [named]
    matched = [path for path in map(Path, sorted(glob(pattern, recursive=True))) if not path.is_dir()]
    if not matched:
        raise DataError(f"No file matches {pattern!r}.")
    return matched
