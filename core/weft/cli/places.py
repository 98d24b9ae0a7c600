"""Where results will be written, checked before anything is paid for."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from ..errors import OptionError

if TYPE_CHECKING:
    from pathlib import Path


def check_places(*paths: Path | None) -> None:
    """Make sure that files can be written where they are wanted.

    Raises:
        OptionError: a folder is missing or may not be written to, or the path is a folder.
    """
    for path in paths:
        if path is None:
            continue
        if path.is_dir():
            raise OptionError(f"{str(path)!r} is a folder; name a file to write.")
        if not path.parent.is_dir():
            raise OptionError(f"There is no folder {str(path.parent)!r} to write {path.name!r} to.")
        if not os.access(path.parent, os.W_OK):
            raise OptionError(f"The folder {str(path.parent)!r} may not be written to.")
