"""Interpreters for weft that run code apart from everything else: ``monty`` and ``bubblewrap``."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import weft

if TYPE_CHECKING:
    from collections.abc import Mapping

    from .bubblewrap import BubblewrapInterpreter as BubblewrapInterpreter
    from .monty import MontyInterpreter as MontyInterpreter

__all__ = ["BubblewrapInterpreter", "MontyInterpreter"]


@weft.hookimpl
def weft_make_interpreter(ref: weft.Ref, options: Mapping[str, Any]) -> weft.Interpreter | None:
    if ref.name:
        return None
    if ref.provider == "monty":
        from .monty import MontyInterpreter

        return MontyInterpreter(**options)
    from .bubblewrap import BubblewrapInterpreter

    return BubblewrapInterpreter(**options)


@weft.hookimpl
def weft_shutdown() -> None:
    pool = sys.modules.get(f"{__name__}._pool")
    if pool is not None:  # else no worker was ever started
        pool.WORKERS.close()


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(f"{__name__}.{name.removesuffix('Interpreter').lower()}"), name)
