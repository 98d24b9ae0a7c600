"""What one of OpenAI's three APIs is to the rest of this package."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from weft import Delta, RateLimits, Request, Response

    from .lm import OpenAILM


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

    def reader(self, lm: OpenAILM) -> Callable[[Any], Iterable[Delta]]:
        """Return what reads the events of one stream."""
        ...
