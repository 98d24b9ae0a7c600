"""Dates and times as people write them. A date whose day and month could be swapped is refused."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

from .unfit import Unfit, undecorated

_MONTHS = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
]
_MONTH = r"(?P<month>[A-Za-z]{3,9})\.?"
_DAY = r"(?P<day>\d{1,2})(?:st|nd|rd|th)?"
_YEAR = r"(?P<year>\d{4})"
_WEEKDAY = re.compile(r"(?:mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)?\.?,?\s+", re.IGNORECASE)
_NAMED = (
    re.compile(rf"{_DAY}\.?\s+(?:of\s+)?{_MONTH},?\s+{_YEAR}"),
    re.compile(rf"{_MONTH}\s+{_DAY},?\s+{_YEAR}"),
    re.compile(rf"{_DAY}-{_MONTH}-{_YEAR}"),
)
_YEAR_FIRST = re.compile(r"(?P<year>\d{4})(?P<mark>[-/.]?)(?P<month>\d{1,2})(?P=mark)(?P<day>\d{1,2})")
_YEAR_LAST = re.compile(r"(?P<one>\d{1,2})(?P<mark>[-/.])(?P<other>\d{1,2})(?P=mark)(?P<year>\d{4})")
_TIME = re.compile(
    r"(?P<hour>\d{1,2})(?::(?P<minute>\d{2})(?::(?P<second>\d{2})(?:\.\d+)?)?)?\s*(?P<half>[ap]\.?m\.?)?", re.IGNORECASE
)
_ZONE = re.compile(r"\s*(?:(?P<utc>Z|UTC|GMT)|(?P<sign>[+-])(?P<hours>[01]\d|2[0-3]):?(?P<minutes>[0-5]\d))$")
_BETWEEN = re.compile(r"\s*(?:,|\bat\b|T|\s)\s*")
_EPOCH_FROM = 10**9
_LONGEST = 100


def is_moment(type_: Any) -> bool:
    """Whether values of the type are dates or times."""
    return type_ in (dt.date, dt.datetime, dt.time)


def moment(type_: Any, value: Any) -> Any:
    """Return the date or time that `value` gives, or `value` itself where it is for the validator to read.

    Raises:
        Unfit: day and month could be swapped, or a number is too small to be seconds since 1970.
    """
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return value
    if not isinstance(value, str):
        return _of_number(type_, value)
    if len(value) > _LONGEST:
        return value
    text = _WEEKDAY.sub("", undecorated(value), count=1)
    if type_ is dt.time:
        return _time(text) or text
    found = _date(text) if type_ is dt.date else _datetime(text)
    if found is None and re.fullmatch(r"[-+]?\d+(?:\.\d+)?", text):
        return _of_number(type_, float(text))
    return found or text


def _of_number(type_: Any, number: float) -> Any:
    """Refuse what a validator would take for seconds since 1970 although it is a year or a day."""
    if type_ is dt.date and (found := _date(str(int(number)))) is not None and number == int(number):
        return found
    if type_ is dt.time or abs(number) < _EPOCH_FROM:
        raise Unfit(f"must be a {type_.__name__}, not the number {number:g}.")
    return number


def _date(text: str) -> dt.date | None:
    for pattern in _NAMED:
        named = pattern.fullmatch(text)
        if named is not None and (month := _month(named["month"])) is not None:
            return _made(named["year"], month, named["day"])
    first = _YEAR_FIRST.fullmatch(text)
    if first is not None and (first["mark"] or len(text) == len("20240229")):
        return _made(first["year"], int(first["month"]), first["day"])
    last = _YEAR_LAST.fullmatch(text)
    return _year_last(last, text) if last is not None else None


def _year_last(found: re.Match[str], text: str) -> dt.date | None:
    one, other = int(found["one"]), int(found["other"])
    if found["mark"] == "." or one > 12 or one == other:
        return _made(found["year"], other, one)
    if other > 12:
        return _made(found["year"], one, other)
    raise Unfit(f"must be a date: in {text!r} either number may be the month.")


def _month(name: str) -> int | None:
    folded = name.casefold()
    found = [number for number, month in enumerate(_MONTHS, 1) if month.startswith(folded) or folded == f"{month[:4]}"]
    return found[0] if len(found) == 1 else None


def _made(year: Any, month: Any, day: Any) -> dt.date | None:
    try:
        return dt.date(int(year), int(month), int(day))
    except ValueError:
        return None


def _time(text: str) -> dt.time | None:
    found = _TIME.fullmatch(text.strip())
    if found is None or not (found["minute"] or found["half"]) or ("." in text.rstrip(".") and found["second"]):
        return None
    hour, half = int(found["hour"]), (found["half"] or "")[:1].casefold()
    if half and not 1 <= hour <= 12:
        return None
    hour = hour % 12 + (12 if half == "p" else 0) if half else hour
    try:
        return dt.time(hour, int(found["minute"] or 0), int(found["second"] or 0))
    except ValueError:
        return None


def _datetime(text: str) -> dt.datetime | None:
    """Read a date that is followed by a time; ISO 8601 is left to the validator, which knows all of it."""
    zone = _ZONE.search(text)
    before = text[: zone.start()] if zone is not None else text
    for gap in _BETWEEN.finditer(before):
        day, hour = _date(before[: gap.start()]), _time(before[gap.end() :])
        if day is not None and hour is not None:
            return dt.datetime.combine(day, hour, _zone(zone))
    day = None if zone is not None else _date(text)
    return dt.datetime.combine(day, dt.time()) if day is not None else None


def _zone(found: re.Match[str] | None) -> dt.tzinfo | None:
    if found is None:
        return None
    if found["utc"]:
        return dt.UTC
    offset = dt.timedelta(hours=int(found["hours"]), minutes=int(found["minutes"]))
    return dt.timezone(-offset if found["sign"] == "-" else offset)
