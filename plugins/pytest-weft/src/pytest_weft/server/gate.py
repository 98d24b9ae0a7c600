"""Lets requests in while the limits permit, and tells clients how full they are."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from .answering import prompt_tokens
from .limits import Limits, Meter, Refusal
from .problems import Problem

if TYPE_CHECKING:
    from .contract import Vendor
    from .records import Received, Usage
    from .settings import Settings


class Gate:
    """Holds requests for a model to the limits of the settings."""

    def __init__(self, settings: Settings) -> None:
        self._is_open = settings.limits is None
        self._limits = settings.limits or Limits()
        self._count = settings.count_tokens
        self._meter = Meter(self._limits, time.monotonic())

    def admit(self, received: Received, in_flight: int) -> None:
        """Charge a request for its prompt.

        Raises:
            Problem: it exceeds a limit.
        """
        if self._is_open:
            return
        tokens = prompt_tokens(received, self._count)
        if self._limits.charge == "reserved":
            tokens += received.max_tokens or 0
        refusal = self._meter.admit(tokens, in_flight, time.monotonic())
        if refusal is not None:
            raise Problem(429, _sentence(refusal), topic="limit", retry_after=refusal.wait, refusal=refusal)

    def charge(self, received: Received, usage: Usage) -> None:
        """Charge the tokens of the answer, unless they were reserved."""
        is_reserved = self._limits.charge == "reserved" and received.max_tokens is not None
        if not (self._is_open or is_reserved):
            self._meter.charge(usage.completion)

    def headers(self, vendor: Vendor, reporters: dict[str, Vendor]) -> list[tuple[str, str]]:
        """Return the headers that tell about the limits, in the form of the vendor or of the one that was named."""
        if self._is_open or self._limits.headers == "none":
            return []
        reporter = vendor if self._limits.headers == "auto" else reporters[self._limits.headers]
        return reporter.limit_headers(self._meter.levels(time.monotonic()))


def _sentence(refusal: Refusal) -> str:
    amounts = f"Limit {refusal.limit:g}, Used {refusal.used:.0f}, Requested {refusal.requested:.0f}."
    if refusal.dimension == "in_flight":
        return f"Too many concurrent requests: {amounts}"
    name = f"{refusal.dimension} per min"
    if refusal.wait is None:
        return f"Request too large on {name}: {amounts}"
    return f"Rate limit reached on {name}: {amounts} Please try again in {refusal.wait:.3f}s."
