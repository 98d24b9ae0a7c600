"""weft-mcp: the tools of MCP servers, as tools of weft."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from weft import hookimpl

from .errors import CallError, ServerError
from .last_words import LastWords
from .servers import HTTP, Server, Stdio

if TYPE_CHECKING:
    from collections.abc import Mapping

    from weft import Ref, Toolset

    from .toolset import MCPToolset as MCPToolset

__all__ = ["HTTP", "CallError", "LastWords", "MCPToolset", "Server", "ServerError", "Stdio"]


def __getattr__(name: str) -> object:
    if name != "MCPToolset":
        raise AttributeError(f"weft_mcp has no {name!r}.")
    from .toolset import MCPToolset  # imports the SDK

    return MCPToolset


@hookimpl
def weft_make_toolset(ref: Ref, options: Mapping[str, Any]) -> Toolset:
    from .toolset import MCPToolset

    return MCPToolset(**options)
