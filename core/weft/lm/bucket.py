"""A leaky allowance: so many a minute, refilled evenly, corrected by what the provider reports."""

from __future__ import annotations


class Bucket:
    """What may be spent now of one limit, requests or tokens. Not safe for threads; the limiter's lock is.

    It starts with one second's worth, since nobody knows how much of a burst a provider takes, unless it is known to
    be used up; a report of what is left replaces the guess.

    Args:
        per_minute: the limit.
        now: seconds of the clock that all calls use.
        level: what is left now; None where that is not known.
    """

    __slots__ = ("_at", "_level", "_reported", "per_minute")

    def __init__(self, per_minute: float, now: float, *, level: float | None = None) -> None:
        self.per_minute = per_minute
        self._level = max(1.0, per_minute / 60) if level is None else level
        self._at = now
        self._reported = False

    def wait(self, cost: float, now: float) -> float:
        """Return the seconds until `cost` may be spent; 0 where it may now."""
        self._refill(now)
        wanted = min(cost, self.per_minute)  # what is larger than the limit can only go alone
        return 0.0 if self._level >= wanted else (wanted - self._level) * 60 / self.per_minute

    def spend(self, cost: float) -> None:
        """Take `cost`, or give back what is negative."""
        self._level -= cost

    def report(self, per_minute: float | None, left: float | None, under_way: float, now: float) -> None:
        """Take in what the provider says.

        Args:
            per_minute: the limit.
            left: what is left of it, by the provider's count.
            under_way: what was spent here that the provider may not have counted yet.
            now: the time.
        """
        self._refill(now)
        if per_minute is not None:
            self.per_minute = per_minute
        if left is not None:
            self._level = left - under_way
            self._reported = True

    def _refill(self, now: float) -> None:
        most = self.per_minute if self._reported else max(1.0, self.per_minute / 60)
        self._level = min(most, self._level + (now - self._at) * self.per_minute / 60)
        self._at = now
