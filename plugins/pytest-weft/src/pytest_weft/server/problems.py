"""What the server refuses, before a vendor's form is put on it."""

from __future__ import annotations

import math
import time
from email.utils import formatdate
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from .faults import Fault, RetryAfterForm
    from .limits import Refusal

Topic = Literal["status", "context_overflow", "content_filter", "key", "limit"]

MESSAGES = {
    400: "The request is malformed.",
    401: "The API key is not valid.",
    402: "Insufficient credits. Add more to go on.",
    403: "This key has no permission for this resource.",
    404: "The model does not exist or you do not have access to it.",
    413: "The request exceeds the maximum size.",
    429: "Rate limit reached. Slow down.",
    500: "The server had an error while processing your request.",
    502: "Bad gateway.",
    503: "The engine is currently overloaded. Please try again later.",
    529: "Overloaded",
}


class Problem(Exception):
    """An error that the client gets.

    `topic` names those that vendors report in a way of their own; an empty message is theirs to write, too.
    `prompt` and `window` are the tokens that they name where a prompt is too long.
    """

    def __init__(
        self,
        status: int,
        message: str | None = None,
        *,
        topic: Topic = "status",
        retry_after: float | None = None,
        retry_after_as: RetryAfterForm = "seconds",
        refusal: Refusal | None = None,
        prompt: int = 8193,
        window: int = 8192,
    ) -> None:
        self.status = status
        self.message = MESSAGES.get(status, "The request failed.") if message is None else message
        self.topic: Topic = topic
        self.retry_after = retry_after
        self.retry_after_as: RetryAfterForm = retry_after_as
        self.refusal = refusal
        self.prompt = prompt
        self.window = window
        super().__init__(self.message)

    @property
    def headers(self) -> list[tuple[str, str]]:
        """What tells the client how long to wait. A limit's wait is exact to the millisecond besides."""
        seconds = self.retry_after
        if seconds is None:
            return []
        if self.retry_after_as == "date":
            return [("retry-after", formatdate(time.time() + seconds, usegmt=True))]
        milliseconds = ("retry-after-ms", str(math.ceil(seconds * 1000)))
        if self.retry_after_as == "ms":
            return [milliseconds]
        whole = ("retry-after", str(math.ceil(seconds)))
        return [whole, milliseconds] if self.topic == "limit" else [whole]


def problem_of(fault: Fault) -> Problem | None:
    """Return the error that a fault asks for, or None where it does something else."""
    if fault.kind == "context_overflow":
        return Problem(fault.status or 400, fault.message or "", topic="context_overflow")
    if fault.kind == "content_filter" and fault.status is not None:
        return Problem(fault.status, fault.message or "", topic="content_filter")
    if fault.kind != "status":
        return None
    return Problem(
        fault.status or 500, fault.message, retry_after=fault.retry_after, retry_after_as=fault.retry_after_as
    )
