"""Finding and loading plugins.

Importing this package costs nothing: pluggy and importlib_metadata come with the first name that is resolved.
Names are resolved by calling a contract, such as ``weft.LM("openai/gpt-5-mini")``; see `weft.registry.resolve`.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .contract import Contract
    from .inprocess import isolated_registry, register, unregister
    from .inspect import Check, Row, check, rows
    from .refs import Ref
    from .resolve import refresh
    from .specs import hookimpl, hookspec

__all__ = [
    "Check",
    "Contract",
    "Ref",
    "Row",
    "check",
    "hookimpl",
    "hookspec",
    "isolated_registry",
    "refresh",
    "register",
    "rows",
    "unregister",
]

_HOMES = {
    "Check": "inspect",
    "Contract": "contract",
    "Ref": "refs",
    "Row": "inspect",
    "check": "inspect",
    "hookimpl": "specs",
    "hookspec": "specs",
    "isolated_registry": "inprocess",
    "refresh": "resolve",
    "register": "inprocess",
    "rows": "inspect",
    "unregister": "inprocess",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f".{_HOMES[name]}", __name__), name)


def __dir__() -> list[str]:
    return __all__
