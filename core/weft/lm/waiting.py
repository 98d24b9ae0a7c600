"""Calls that wait for a batch, each on its own loop."""

from __future__ import annotations

import asyncio
import json
from contextlib import suppress
from typing import TYPE_CHECKING

from ..runtime.crew import this_worker
from .cache_flight import own_copy

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .base import LM
    from .batch_journal import Offers, Place
    from .records import Request, Response


class Call:
    """One call that waits. The worker that makes it counts as waiting too, until it goes on.

    Attributes:
        offers: where answers to equal calls may be found.
        key: what it is known by there.
        place: where it stands in a batch; None while it is in none.
        size: its bytes on the way, rather too many than too few.
        unprocessed: batches that have left it out.
    """

    __slots__ = ("_worker", "future", "key", "lm", "offers", "place", "request", "size", "unprocessed")

    def __init__(self, lm: LM, request: Request, key: str, offers: Offers) -> None:
        self.lm, self.request, self.key, self.offers = lm, request, key, offers
        self.size = _bytes_of(request)
        self.future: asyncio.Future[Response | Exception] = asyncio.get_running_loop().create_future()
        self.place: Place | None = None
        self.unprocessed = 0
        self._worker = this_worker.get()
        if self._worker is not None:
            self._worker.pause()

    def go_on(self) -> None:
        """Count as waiting no more, which is so from the moment at which the outcome is known."""
        worker, self._worker = self._worker, None
        if worker is not None:
            worker.resume()


class Queue:
    """The calls of one model that are to be sent."""

    __slots__ = ("bytes", "calls", "lm")

    def __init__(self, lm: LM) -> None:
        self.lm, self.bytes = lm, 0
        self.calls: dict[Call, None] = {}

    def add(self, call: Call) -> None:
        """Put a call at the end."""
        self.calls[call] = None
        self.bytes += call.size

    def discard(self, call: Call) -> None:
        """Take a call out, if it is in."""
        if call in self.calls:
            del self.calls[call]
            self.bytes -= call.size


class Refused:
    """The failure of a batch as a whole, which is that of each of its calls, and on no ledger."""

    __slots__ = ("error",)

    def __init__(self, error: Exception) -> None:
        self.error = error


News = tuple[Call, "Response | Exception | Refused | None"]
"""A call and what came of it: an answer, its own failure, or that of its batch; None: it is cancelled."""


def wake(outcomes: Sequence[News]) -> None:
    """Tell calls what came of them; each goes on on its own loop."""
    by_loop: dict[asyncio.AbstractEventLoop, list[News]] = {}
    for call, outcome in outcomes:
        call.go_on()
        by_loop.setdefault(call.future.get_loop(), []).append((call, outcome))
    for loop, some in by_loop.items():
        with suppress(RuntimeError):  # that loop was closed: nobody waits there any more
            loop.call_soon_threadsafe(_settle, some)


def _settle(outcomes: Sequence[News]) -> None:
    for call, outcome in outcomes:
        if call.future.done():
            continue
        if outcome is None:
            call.future.cancel()
        elif isinstance(outcome, Refused):
            error = own_copy(outcome.error)
            error.__cause__ = outcome.error
            call.future.set_exception(error)
        else:
            call.future.set_result(outcome)


def _bytes_of(request: Request) -> int:
    rest = repr((request.response_schema, request.tools, request.extra))
    return sum([len(json.dumps(message.text)) + 200 for message in request.messages]) + len(rest) + 500
