"""The paths of all wire formats, by flavour."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from .anthropic.paths import add_anthropic
from .anthropic.vendor import ANTHROPIC
from .gemini.paths import add_gemini
from .gemini.vendor import GEMINI
from .native.paths import add_native
from .openai.dialects import dialect_of
from .openai.paths import add_azure, add_openai
from .openai.vendor import AZURE, OPENAI
from .routes import Found, Routes

if TYPE_CHECKING:
    from collections.abc import Iterable

    from .contract import Vendor
    from .settings import Flavour
    from .wire import Incoming

VENDORS: dict[str, Vendor] = {"openai": OPENAI, "azure": AZURE, "anthropic": ANTHROPIC, "gemini": GEMINI}
Adder = Callable[[Routes], None]
FORMATS: dict[Flavour, tuple[Adder, ...]] = {
    "anthropic": (add_anthropic,),
    "gemini": (add_gemini,),
    "azure": (add_azure,),
}
"""Whose paths a flavour answers, besides its own; all others speak OpenAI's format, and some more."""
MORE: dict[Flavour, tuple[Adder, ...]] = {
    "any": (add_anthropic, add_gemini, add_azure),
    "llamacpp": (add_anthropic,),
}


SIGNS: dict[str, Adder] = {"anthropic-version": add_anthropic, "x-goog-api-key": add_gemini}
"""Headers that only one vendor's clients send."""


class Router:
    """Finds who answers. Where formats share a path, the first one has it, or the one that a header tells of."""

    def __init__(self, flavour: Flavour) -> None:
        adders = FORMATS.get(flavour) or (_openai(flavour), *MORE.get(flavour, ()))
        self._routes = _table(adders, flavour)
        self._signed = [(sign, _table(_first(mine, adders), flavour)) for sign, mine in SIGNS.items() if mine in adders]

    def find(self, http: Incoming) -> Found | None:
        """Return who answers a request, and the variable parts of its path."""
        for sign, table in self._signed:
            if sign in http.headers:
                return table.find(http.method, http.path)
        return self._routes.find(http.method, http.path)


def _first(favourite: Adder, adders: Iterable[Adder]) -> list[Adder]:
    return sorted(adders, key=lambda adder: adder is not favourite)


def _openai(flavour: Flavour) -> Adder:
    return lambda routes: add_openai(routes, dialect_of(flavour))


def _table(adders: Iterable[Adder], flavour: Flavour) -> Routes:
    routes = Routes()
    for add in adders:
        add(routes)
    add_native(routes, flavour)
    return routes


def vendor_of(http: Incoming) -> Vendor:
    """Return whose form an error takes on a path that nobody answers."""
    if http.path.startswith("/openai/"):
        return AZURE
    if http.path.startswith("/v1beta/") or "x-goog-api-key" in http.headers:
        return GEMINI
    return ANTHROPIC if "anthropic-version" in http.headers else OPENAI
