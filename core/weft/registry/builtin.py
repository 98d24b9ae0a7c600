"""The kernel's own providers: names that need no metadata scan. Their modules hold hookimpls like any plugin's."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

BUILTIN: Mapping[str, Mapping[str, str]] = {
    "lm": {"embedded": "weft.lm.builtin", "router": "weft.lm.builtin", "scripted": "weft.lm.builtin"},
    "rm": dict.fromkeys(("ensemble", "memory", "mmr", "rerank"), "weft.rm.builtin"),
    "embedder": {"hashing": "weft.lm.builtin"},
    "adapter": dict.fromkeys(
        ("auto", "chat", "compact", "json", "template", "two-step", "xml"), "weft.adapter.builtin"
    ),
    "optimizer": {},
    "interpreter": {},
    "toolset": {},
    "cache": {"memory": "weft.lm.cache_builtin", "sqlite": "weft.lm.cache_builtin"},
}
