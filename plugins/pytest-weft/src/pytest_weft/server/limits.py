"""Rate limits as real providers have them: requests and tokens a minute, refilled all the time, and a cap in flight."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Dimension = Literal["requests", "tokens", "in_flight"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What the server permits. None means no limit.

    Attributes:
        requests: requests a minute.
        tokens: tokens of prompt and answer a minute.
        in_flight: requests at the same time.
        burst: share of a minute's amount that may come at once; 1 is a whole minute's.
        minute: seconds that a minute lasts, so that tests need not wait for a real one. Limits in headers are per such
            minute; the times to wait are real seconds.
        window: ``refill`` gives back all the time, ``fixed`` everything at the end of each minute.
        charge: ``used`` charges the prompt at once and the answer when it is made; ``reserved`` charges the prompt and
            `max_tokens` at once, and the answer of a client that does not send it.
        headers: whose headers report the limits; ``auto`` means those of the request's wire format.
    """

    requests: float | None = None
    tokens: float | None = None
    in_flight: int | None = None
    burst: float = 1.0
    minute: float = 60.0
    window: Literal["refill", "fixed"] = "refill"
    charge: Literal["used", "reserved"] = "used"
    headers: Literal["auto", "openai", "anthropic", "none"] = "auto"


@dataclass(frozen=True, slots=True)
class Level:
    """How full a limit is: amount a minute, what remains of it, and seconds until it is full again."""

    limit: float
    remaining: float
    reset: float


@dataclass(frozen=True, slots=True)
class Refusal:
    """What was exceeded, and seconds after which it would fit; None means never."""

    dimension: Dimension
    limit: float
    used: float
    requested: float
    wait: float | None


class Bucket:
    """One limit; full at its start."""

    def __init__(self, amount: float, limits: Limits, now: float) -> None:
        self.amount = amount
        self.capacity = max(1.0, amount * limits.burst)
        self._minute = limits.minute
        self._fixed = limits.window == "fixed"
        self._level = self.capacity
        self._since = now

    def wait_for(self, wanted: float, now: float) -> float | None:
        """Return the seconds until the amount is there; 0 means now, None never."""
        self._refill(now)
        if wanted > self.capacity:
            return None
        if self._level >= wanted:
            return 0.0
        if self._fixed:
            return self._since + self._minute - now
        return (wanted - self._level) * self._minute / self.amount

    def take(self, wanted: float) -> None:
        self._level -= wanted

    def level(self, now: float) -> Level:
        self._refill(now)
        missing = self.capacity - self._level
        reset = self._since + self._minute - now if self._fixed else missing * self._minute / self.amount
        return Level(self.amount, max(0.0, self._level), reset)

    def _refill(self, now: float) -> None:
        if self._fixed:
            windows = int((now - self._since) / self._minute)
            if windows:
                self._since += windows * self._minute
                self._level = self.capacity
            return
        self._level = min(self.capacity, self._level + (now - self._since) * self.amount / self._minute)
        self._since = now


class Meter:
    """Holds requests to the limits."""

    def __init__(self, limits: Limits, now: float) -> None:
        self.limits = limits
        self._buckets: dict[Dimension, Bucket] = {}
        if limits.requests is not None:
            self._buckets["requests"] = Bucket(limits.requests, limits, now)
        if limits.tokens is not None:
            self._buckets["tokens"] = Bucket(limits.tokens, limits, now)

    def admit(self, tokens: float, in_flight: int, now: float) -> Refusal | None:
        """Charge a request, or say what it exceeds; a refused one costs nothing."""
        if self.limits.in_flight is not None and in_flight > self.limits.in_flight:
            return Refusal("in_flight", self.limits.in_flight, in_flight - 1, 1, 0.0)
        wanted = {name: tokens if name == "tokens" else 1.0 for name in self._buckets}
        for name, bucket in self._buckets.items():
            wait = bucket.wait_for(wanted[name], now)
            if wait != 0:
                used = bucket.capacity - bucket.level(now).remaining
                return Refusal(name, bucket.amount, used, wanted[name], wait)
        for name, bucket in self._buckets.items():
            bucket.take(wanted[name])
        return None

    def charge(self, tokens: float) -> None:
        """Charge tokens of an answer, which nobody knew before; the limit may go below nothing, and waits grow."""
        if "tokens" in self._buckets:
            self._buckets["tokens"].take(tokens)

    def levels(self, now: float) -> dict[Dimension, Level]:
        """Return how full each limit is."""
        return {name: bucket.level(now) for name, bucket in self._buckets.items()}
