"""The tools of ``tests/modules/tool_server.py``, served by MCP; needs the package mcp, which comes with weft-mcp."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Literal

from mcp.server import MCPServer

sys.path.append(str(Path(__file__).parents[1] / "modules"))

import tool_server

Unit = Literal["gram", "kilogram", "pound", "ounce"]
server = MCPServer("measures", log_level="ERROR")


@server.tool()
def convert(value: float, unit: Unit, to: Unit) -> float:
    """Convert a weight; the result has two decimals."""
    return tool_server.convert(value, unit, to)


@server.tool()
def add_days(day: str, days: int) -> str:
    """Return the day so many days after another."""
    return tool_server.add_days(day, days)


if __name__ == "__main__":
    server.run()
