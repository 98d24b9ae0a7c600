"""Rate limits that a provider reports in the headers of its answers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from weft import RateLimits

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True, kw_only=True)
class LimitHeaders:
    """The names of the headers; an empty name is a header that there is not. The defaults are OpenAI's.

    Attributes:
        requests: requests a minute. Leave it empty where the provider counts them by the day.
        requests_left: of them, those that are left.
        tokens: tokens a minute.
        tokens_left: of them, those that are left.
    """

    requests: str = "x-ratelimit-limit-requests"
    requests_left: str = "x-ratelimit-remaining-requests"
    tokens: str = "x-ratelimit-limit-tokens"
    tokens_left: str = "x-ratelimit-remaining-tokens"

    def read(self, headers: Mapping[str, str]) -> RateLimits | None:
        """Return what an answer's headers report, or None where they say nothing of limits."""
        if self.requests_left not in headers and self.tokens_left not in headers:
            return None
        return RateLimits(
            requests=_number(headers, self.requests),
            requests_left=_number(headers, self.requests_left),
            tokens=_number(headers, self.tokens),
            tokens_left=_number(headers, self.tokens_left),
        )


def _number(headers: Mapping[str, str], name: str) -> float | None:
    text = headers.get(name) if name else None
    if text is None:
        return None
    try:
        number = float(text)
    except ValueError:
        return None
    return number if 0 <= number < float("inf") else None
