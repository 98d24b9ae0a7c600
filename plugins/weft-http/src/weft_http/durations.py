"""How long to wait, as headers say it: seconds, ``6m0s``, ``120ms``, a date, a moment in Unix time."""

from __future__ import annotations

import re
import time
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

_UNITS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0}
_DURATION = re.compile(r"(?:\d+(?:\.\d+)?(?:ms|[smhd]))+")
_PIECE = re.compile(r"(\d+(?:\.\d+)?)(ms|[smhd])")
_FIRST_MOMENT = 1e9  # a number of seconds this large is a moment, not a duration
_FIRST_MOMENT_MS = 1e12


def seconds_of(text: str) -> float | None:
    """Return the seconds from now that a header means, at least 0; None where it cannot be read."""
    text = text.strip()
    try:
        return _from_number(float(text))
    except ValueError:
        pass
    if _DURATION.fullmatch(text):
        return sum(float(number) * _UNITS[unit] for number, unit in _PIECE.findall(text))
    moment = _moment(text)
    return None if moment is None else max(0.0, moment.timestamp() - time.time())


def _from_number(number: float) -> float | None:
    if number != number or number == float("inf"):
        return None
    if number >= _FIRST_MOMENT_MS:
        number = number / 1000 - time.time()
    elif number >= _FIRST_MOMENT:
        number -= time.time()
    return max(0.0, number)


def _moment(text: str) -> datetime | None:
    for read in (datetime.fromisoformat, parsedate_to_datetime):
        try:
            moment = read(text)
        except ValueError:
            continue
        return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return None


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Return the seconds that a provider asks to wait: of ``retry-after-ms``, else of ``Retry-After``."""
    exact = headers.get("retry-after-ms")
    if exact is not None:
        seconds = seconds_of(exact)
        if seconds is not None:
            return seconds / 1000
    text = headers.get("Retry-After")
    return None if text is None else seconds_of(text)
