"""The conformance kit for weft plugins: derive one class from a kit class and pytest does the rest.

    from pytest_weft import LMConformance

    class TestAcme(LMConformance):
        ref = "acme/tiny"

Importing this package imports nothing else; a kit class comes with the first use of its name.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .adapter import AdapterConformance as AdapterConformance
    from .cache import CacheConformance as CacheConformance
    from .embedder import EmbedderConformance as EmbedderConformance
    from .interpreter import InterpreterConformance as InterpreterConformance
    from .levels import ConformanceWarning as ConformanceWarning
    from .lm import LMConformance as LMConformance
    from .media import MediaConformance as MediaConformance
    from .optimizer import OptimizerConformance as OptimizerConformance
    from .rm import RMConformance as RMConformance
    from .toolset import ToolsetConformance as ToolsetConformance
    from .waivers import waived as waived

_HOME = {
    "AdapterConformance": "adapter",
    "CacheConformance": "cache",
    "ConformanceWarning": "levels",
    "EmbedderConformance": "embedder",
    "InterpreterConformance": "interpreter",
    "LMConformance": "lm",
    "MediaConformance": "media",
    "OptimizerConformance": "optimizer",
    "RMConformance": "rm",
    "ToolsetConformance": "toolset",
    "waived": "waivers",
}

__all__ = sorted(_HOME)  # pyright: ignore[reportUnsupportedDunderAll]


def __getattr__(name: str) -> object:
    from importlib import import_module

    if name not in _HOME:
        raise AttributeError(f"pytest_weft has no {name!r}.")
    return getattr(import_module(f"{__name__}.{_HOME[name]}"), name)


def __dir__() -> list[str]:
    return __all__
