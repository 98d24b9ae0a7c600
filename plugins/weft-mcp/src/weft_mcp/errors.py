"""What can go wrong between a program and a server."""

from __future__ import annotations

from weft.errors import WeftError


class ServerError(WeftError):
    """A server cannot be started or reached, or the connection to it broke.

    Attributes:
        repeatable: whether the server certainly did nothing, so that the same may be asked of it again.
    """

    def __init__(self, message: str, *, repeatable: bool = False) -> None:
        super().__init__(message)
        self.repeatable = repeatable


class CallError(WeftError):
    """A server was reached, and says that a call failed; the message is the server's."""
