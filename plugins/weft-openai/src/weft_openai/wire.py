"""What one of OpenAI's three APIs is to the rest of this package."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterable

    from weft import Delta, RateLimits, Request, Response

    from .lm import OpenAILM


class Reader(Protocol):
    """Reads the events of one stream."""

    def read(self, event: Any, /) -> Iterable[Delta]:
        """Give the pieces of an event.

        Raises:
            LMError: the event is an error.
        """
        ...

    def end(self) -> None:
        """End the stream.

        Raises:
            LMContentFilterError: the stream had no answer, but a refusal.
        """
        ...


class Wire(Protocol):
    """Writes requests and reads answers; holds nothing of a call."""

    path: str

    def body(self, lm: OpenAILM, request: Request) -> dict[str, Any]:
        """Return the body of a request."""
        ...

    def streaming(self, lm: OpenAILM, body: dict[str, Any]) -> dict[str, Any]:
        """Return the body that asks for the same as a stream."""
        ...

    def response(self, lm: OpenAILM, value: Any, limits: RateLimits | None = None) -> Response:
        """Return what an answer says."""
        ...

    def reader(self, lm: OpenAILM) -> Reader:
        """Return what reads the events of one stream."""
        ...
