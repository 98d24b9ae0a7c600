"""What the server remembers: every request up to a bound, and sums over all of them."""

from __future__ import annotations

from collections import Counter, deque
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from .records import Received, Usage

if TYPE_CHECKING:
    from .connections import Connections
    from .wire import Incoming

End = Literal["under way", "answered", "damaged", "aborted", "stopped"]
NO_TOKENS = Usage()


@dataclass(slots=True)
class Exchange:
    """One request and what became of it.

    Attributes:
        number: its place among all requests, from 0.
        http: the request as it came.
        received: the request for a model, or None for one of another kind or one that could not be read.
        status: HTTP status, 0 where no answer has begun.
        usage: tokens of the answer, as they were reported.
        fault: the kind of fault that was put in, or "".
        end: ``answered`` in full, ``damaged`` by a fault, ``aborted`` by the client,
            ``stopped`` because the server closed.
    """

    number: int
    http: Incoming
    received: Received | None = None
    status: int = 0
    usage: Usage = NO_TOKENS
    fault: str = ""
    end: End = "under way"


@dataclass(frozen=True, slots=True)
class Tally:
    """Sums over all requests since the start or the last reset.

    Attributes:
        counts: number of requests by path and status; the status is 0 where no answer began.
        total: number of requests that have been dealt with.
        usage: tokens of answers that went out whole.
        lost: tokens of answers that faults damaged or clients did not wait for.
        opened: connections ever opened.
        open: connections open now.
        in_flight: requests that are being answered now.
        most_in_flight: the most of them at one time.
        aborted: requests whose client left early.
        limited: requests that a rate limit refused.
    """

    counts: dict[tuple[str, int], int]
    total: int = 0
    usage: Usage = NO_TOKENS
    lost: Usage = NO_TOKENS
    opened: int = 0
    open: int = 0
    in_flight: int = 0
    most_in_flight: int = 0
    aborted: int = 0
    limited: int = 0


class Books:
    """Keeps count; used by the server's thread alone."""

    def __init__(self, keep: int) -> None:
        self.exchanges: deque[Exchange] = deque(maxlen=keep)
        self.in_flight = 0
        self.reset()

    def reset(self) -> None:
        """Forget everything but what is going on."""
        self.exchanges.clear()
        self.counts: Counter[tuple[str, int]] = Counter()
        self.usage = self.lost = NO_TOKENS
        self.number = self.aborted = self.limited = 0
        self.most_in_flight = self.in_flight

    def begin(self, http: Incoming) -> Exchange:
        """Note that a request has come."""
        exchange = Exchange(self.number, http)
        self.number += 1
        self.exchanges.append(exchange)
        self.in_flight += 1
        self.most_in_flight = max(self.most_in_flight, self.in_flight)
        return exchange

    def finish(self, exchange: Exchange, end: End) -> None:
        """Note what became of a request."""
        exchange.end = end
        self.in_flight -= 1
        self.counts[exchange.http.path, exchange.status] += 1
        if end == "aborted":
            self.aborted += 1
        if exchange.usage.prompt or exchange.usage.completion:
            if end == "answered":
                self.usage += exchange.usage
            else:
                self.lost += exchange.usage

    def tally(self, connections: Connections) -> Tally:
        """Return the sums as they are now."""
        return Tally(
            dict(self.counts), self.counts.total(), self.usage, self.lost, connections.opened, connections.open,
            self.in_flight, self.most_in_flight, self.aborted, self.limited,
        )  # fmt: skip
