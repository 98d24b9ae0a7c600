"""Which native paths each flavour has."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ..routes import Routes
    from ..settings import Flavour


def add_native(routes: Routes, flavour: Flavour) -> None:
    """Add the paths that only this flavour has."""
