"""The paths of all wire formats, by flavour."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .openai.paths import add_openai
from .openai.vendor import AZURE, OPENAI
from .routes import Routes

if TYPE_CHECKING:
    from .contract import Vendor
    from .settings import Flavour
    from .wire import Incoming

VENDORS: dict[str, Vendor] = {"openai": OPENAI, "azure": AZURE}


def routes_for(flavour: Flavour) -> Routes:
    """Return the paths that a flavour answers."""
    routes = Routes()
    add_openai(routes)
    return routes


def vendor_of(http: Incoming) -> Vendor:
    """Return whose form an error takes on a path that nobody answers."""
    return AZURE if http.path.startswith("/openai/") else OPENAI
