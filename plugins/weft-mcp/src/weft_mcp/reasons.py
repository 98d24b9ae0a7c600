"""Why a session could not begin, or ended, in words."""

from __future__ import annotations

from typing import Any, cast

from mcp import MCPError
from mcp_types import CONNECTION_CLOSED

from .http import UNREACHED


def reason_of(error: BaseException | None) -> str:
    """Return a clause that goes on after the server's name."""
    cause = _innermost(error)
    if isinstance(cause, OSError):
        return f"cannot be started: {_told(cause)}"
    if not isinstance(cause, MCPError):
        return f"cannot be used: {_told(cause)}" if cause is not None else "ended"
    if cause.code == CONNECTION_CLOSED:
        return "ended before it answered"
    return f"{'cannot be reached' if cause.code == UNREACHED else 'refused the connection'}: {cause.message}"


def said_by(error: Exception) -> str:
    """Return what an exception of `mcp` says, in one line where it is one that pydantic made."""
    return " ".join(str(error).split()) if not isinstance(error, MCPError) else error.message


def _innermost(error: BaseException | None) -> BaseException | None:
    """Return the first exception of a group that is none itself."""
    while isinstance(error, BaseExceptionGroup):
        error = cast("BaseExceptionGroup[Any]", error).exceptions[0]
    return error


def _told(error: BaseException) -> str:
    said = str(error)
    return f"{type(error).__name__}: {said}" if said else type(error).__name__
