"""Limits of an endpoint, kept by everyone in the process who calls it: threads, event loops, programs.

A limiter knows four things: requests a minute, tokens a minute, how many calls may be under way, and until when the
provider wants to be left alone. The first two come from the LM's options or from what the provider reports with every
answer. The third grows with success and is halved when the provider says 429 (additive increase, multiplicative
decrease; Chiu and Jain 1989), and does not count once the provider reports its limits. Where it never does, a 429 also
sets the requests a minute to a little less than what was answered lately, and they grow slowly from there. Calls wait
in the order in which they came.
"""

from __future__ import annotations

import asyncio
import threading
from collections import deque
from contextlib import suppress
from time import monotonic
from typing import TYPE_CHECKING

from ..errors import LMRateLimitError
from .bucket import Bucket

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable

    from .records import RateLimits

_FIRST_WINDOW = 8.0
_LEAST_PAUSE_SECONDS = 0.05
_MOST_LIMITERS = 4096
_GUESSED_FROM_SECONDS = 1.0  # a shorter time says little of a rate
_GUESS_SHARE = 0.95
_GUESS_GROWTH = 1.002  # a second


class Ticket:
    """One call's place: what it was let in for, when, and after how many calls and tokens.

    Its tokens are weighed when a limit of tokens is first known, which may be while it waits.
    """

    __slots__ = ("_weigh", "calls_before", "cost", "future", "since", "tokens_before")

    def __init__(self, weigh: Callable[[], float]) -> None:
        self._weigh: Callable[[], float] | None = weigh
        self.future: asyncio.Future[None] | None = None
        self.cost, self.since, self.calls_before, self.tokens_before = 0.0, 0.0, 0, 0.0

    def weighed(self) -> float:
        """Return the tokens that the call may take."""
        if self._weigh is not None:
            self.cost, self._weigh = float(self._weigh()), None
        return self.cost


class Limiter:
    """The limits of one endpoint. Safe for threads.

    Args:
        clock: seconds that only go forward.
    """

    def __init__(self, *, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._waiting: deque[Ticket] = deque()
        self._requests: Bucket | None = None
        self._tokens: Bucket | None = None
        self._under_way = self._admitted = 0
        self._tokens_under_way = self._tokens_admitted = 0.0
        self._window = _FIRST_WINDOW
        self._slow_start = True
        self._is_reported = False
        self._most_in_flight: float = float("inf")
        self._cut_at = float("-inf")
        self._answered, self._answered_since = 0, clock()
        self._guess_grown_at: float | None = None  # None: the requests a minute are known, or nothing is
        self._closed_until = float("-inf")
        self._alarm: tuple[Ticket | None, float] = (None, float("inf"))  # who is looked at again, and when

    def declare(self, requests: float | None, tokens: float | None, in_flight: int | None) -> None:
        """Set what the user knows of the limits; None leaves a limit as it is."""
        with self._lock:
            now = self._clock()
            self._requests = self._known(self._requests, requests, now)
            self._tokens = self._known(self._tokens, tokens, now)
            if in_flight is not None:
                self._most_in_flight = in_flight

    def try_enter(self, weigh: Callable[[], float]) -> Ticket:
        """Return a ticket for a call; one with a future must `wait`. `leave` ends what was let in.

        Args:
            weigh: returns the tokens that the call may take; asked only where tokens are limited.
        """
        ticket = Ticket(weigh)
        with self._lock:
            if not self._waiting and self._obstacle(ticket, self._clock()) == 0:
                return self._admit(ticket)
            ticket.future = asyncio.get_running_loop().create_future()
            self._waiting.append(ticket)
            self._let_in()
        return ticket

    async def wait(self, ticket: Ticket) -> None:
        """Wait until the call may be made; whoever is cancelled here has left."""
        assert ticket.future is not None
        try:
            await ticket.future
        except asyncio.CancelledError:
            self._withdraw(ticket)
            raise

    def leave(self, ticket: Ticket, tokens: float, limits: RateLimits | None, error: BaseException | None) -> None:
        """Say how a call ended: the tokens it took, what the provider reported, and what went wrong."""
        with self._lock:
            now = self._clock()
            self._under_way -= 1
            self._tokens_under_way -= ticket.cost
            if self._tokens is not None and error is None:
                self._tokens.spend(tokens - ticket.cost)
            if limits is not None:
                self._report(ticket, limits, now)
            if isinstance(error, LMRateLimitError):
                self._back_off(ticket, error.retry_after, now)
            elif error is None:
                self._answered += 1
                self._window += 1.0 if self._slow_start else 1.0 / self._window
                if self._guess_grown_at is not None and now - self._guess_grown_at >= 1.0:
                    self._grow_guess(now)
            if self._waiting:
                self._let_in()

    def _admit(self, ticket: Ticket) -> Ticket:
        ticket.since = self._clock()
        self._under_way += 1
        self._tokens_under_way += ticket.cost
        self._admitted += 1
        self._tokens_admitted += ticket.cost
        ticket.calls_before, ticket.tokens_before = self._admitted, self._tokens_admitted
        if self._requests is not None:
            self._requests.spend(1)
        if self._tokens is not None:
            self._tokens.spend(ticket.cost)
        return ticket

    def _obstacle(self, ticket: Ticket, now: float) -> float:
        """Return the seconds until a call may be made: 0 for now, infinity for when another one ends."""
        if now < self._closed_until:
            return self._closed_until - now
        window = self._most_in_flight if self._is_reported else min(self._window, self._most_in_flight)
        if self._under_way >= window:
            return float("inf")
        wait = 0.0 if self._requests is None else self._requests.wait(1, now)
        return wait if self._tokens is None else max(wait, self._tokens.wait(ticket.weighed(), now))

    def _let_in(self) -> None:
        """Admit who may go, and see to it that the next one is looked at in time. The lock is held."""
        while self._waiting:
            head, now = self._waiting[0], self._clock()
            obstacle = self._obstacle(head, now)
            if obstacle == 0:
                self._waiting.popleft()
                self._admit(head)
                if not _wake(head):
                    self._expel(head)
                continue
            if obstacle != float("inf") and not self._ring(head, now + obstacle):
                self._waiting.popleft()
                continue
            return

    def _ring(self, head: Ticket, due: float) -> bool:
        """Look again at a time, on the loop of the first who waits; False where that loop is closed."""
        if self._alarm[0] is head and self._alarm[1] <= due + 1e-4:
            return True
        assert head.future is not None
        loop = head.future.get_loop()
        try:
            loop.call_soon_threadsafe(lambda: loop.call_later(due - self._clock(), self._rung))
        except RuntimeError:  # closed, and whoever waited there is gone
            return False
        self._alarm = (head, due)
        return True

    def _rung(self) -> None:
        with self._lock:
            self._alarm = (None, float("inf"))
            self._let_in()

    def _withdraw(self, ticket: Ticket) -> None:
        with self._lock:
            if ticket.calls_before:  # it was let in before it heard of it
                self._expel(ticket)
            else:
                with suppress(ValueError):
                    self._waiting.remove(ticket)
            self._let_in()

    def _expel(self, ticket: Ticket) -> None:
        """Take back what was given to a call that will not be made."""
        self._under_way -= 1
        self._tokens_under_way -= ticket.cost
        if self._requests is not None:
            self._requests.spend(-1)
        if self._tokens is not None:
            self._tokens.spend(-ticket.cost)

    def _known(self, bucket: Bucket | None, per_minute: float | None, now: float) -> Bucket | None:
        if per_minute is not None and bucket is None:
            return Bucket(per_minute, now)
        if per_minute is not None and bucket is not None:
            bucket.report(per_minute, None, 0, now)
        return bucket

    def _report(self, ticket: Ticket, limits: RateLimits, now: float) -> None:
        """Take in what is left by the provider's count, less what it cannot have counted when it answered.

        That is what was let in later, answered or not, or what is under way: whichever is more.
        """
        if limits.requests is not None:
            self._guess_grown_at = None
        self._requests = self._known(self._requests, limits.requests, now)
        self._tokens = self._known(self._tokens, limits.tokens, now)
        if self._requests is not None and limits.requests_left is not None:
            self._is_reported = True
            unseen = max(self._admitted - ticket.calls_before, self._under_way)
            self._requests.report(None, limits.requests_left, unseen, now)
        if self._tokens is not None and limits.tokens_left is not None:
            unseen = max(self._tokens_admitted - ticket.tokens_before, self._tokens_under_way)
            self._tokens.report(None, limits.tokens_left, unseen, now)

    def _back_off(self, ticket: Ticket, retry_after: float | None, now: float) -> None:
        """Slow down once for all calls that were under way together."""
        if self._requests is None or self._guess_grown_at is not None:
            self._guess_rate(now)
        if retry_after is not None:
            self._closed_until = max(self._closed_until, now + max(retry_after, _LEAST_PAUSE_SECONDS))
        if ticket.since >= self._cut_at:
            self._cut_at = now
            self._slow_start = False
            self._window = max(1.0, min(self._window, self._under_way + 1.0) / 2)

    def _guess_rate(self, now: float) -> None:
        """Take what was answered lately for the limit."""
        elapsed = now - self._answered_since
        if elapsed < _GUESSED_FROM_SECONDS or not self._answered:
            return
        self._requests = Bucket(self._answered / elapsed * 60 * _GUESS_SHARE, now, level=0.0)
        self._guess_grown_at = now
        self._answered, self._answered_since = 0, now

    def _grow_guess(self, now: float) -> None:
        assert self._requests is not None
        assert self._guess_grown_at is not None
        grown = self._requests.per_minute * _GUESS_GROWTH ** (now - self._guess_grown_at)
        self._requests.report(grown, None, 0, now)
        self._guess_grown_at = now


def _wake(ticket: Ticket) -> bool:
    assert ticket.future is not None
    try:
        ticket.future.get_loop().call_soon_threadsafe(_let_go, ticket.future)
    except RuntimeError:  # that loop was closed: nobody waits there any more
        return False
    return True


def _let_go(future: asyncio.Future[None]) -> None:
    if not future.done():
        future.set_result(None)


_limiters: dict[Hashable, Limiter] = {}
_limiters_lock = threading.Lock()


def limiter_of(endpoint: Hashable) -> Limiter:
    """Return the limiter that everyone in the process shares who calls `endpoint`."""
    limiter = _limiters.get(endpoint)
    if limiter is None:
        with _limiters_lock:
            limiter = _limiters.setdefault(endpoint, Limiter(clock=monotonic))
            while len(_limiters) > _MOST_LIMITERS:
                del _limiters[next(iter(_limiters))]
    return limiter
