"""Which of the choices of a Literal or an Enum a value names; one that names two is refused."""

from __future__ import annotations

import json
import re
from enum import Enum
from functools import lru_cache
from typing import Any, Literal, cast, get_args, get_origin

from .describe import choices
from .fields import members
from .memo import once_a_type
from .unfit import Unfit, outer_lines, undecorated

Named = dict[str, tuple[Any]]

_LONGEST = 300
_SHORT = 3
_COMMON = frozenset({"yes", "none", "not"})
_NEGATION = re.compile(
    r"\b(?:not|never|neither|nor|no|none|without|except|unlike|rather|instead|but|although|than)\b|n['’]t\b",
    re.IGNORECASE,
)
TRUTH: Named = {
    **dict.fromkeys(("true", "yes", "1"), (True,)),
    **dict.fromkeys(("false", "no", "0"), (False,)),
}


def choice(type_: Any, value: Any) -> Any:
    """Return the Literal or Enum value that `value` names, or `value` itself where it names none.

    Raises:
        Unfit: it names several.
    """
    if not isinstance(value, str | int | float):
        return value
    for member in members(type_):
        named = named_choices(member)
        if not named:
            continue
        if get_origin(member) is Literal and any(value == one and type(value) is type(one) for one in get_args(member)):
            return value
        found = named_in(named, value if isinstance(value, str) else _as_text(value))
        if found is not None:
            return found[0]
    return value


def _as_text(value: float) -> str:
    return json.dumps(int(value) if isinstance(value, float) and value.is_integer() else value)


def named_in(named: Named, text: str) -> tuple[Any] | None:
    """Return the choice that `text` is or, if it is a short phrase, the only one that it mentions.

    Raises:
        Unfit: it mentions several, or one beside a word such as "not".
    """
    found = _same(named, text)
    if found is not None or (len(text) > _LONGEST and not outer_lines(text)):
        return found
    lines = [one for line in outer_lines(text) if (one := _same(named, line)) is not None]
    if lines:
        return _only(lines, named)
    return _mentioned(named, text) if len(text) <= _LONGEST else None


def _same(named: Named, text: str) -> tuple[Any] | None:
    """Find a choice by its exact text, else without what is around it, else by what differs in case and underscores."""
    for candidate in (text, text.strip(), undecorated(text)):
        if candidate in named:
            return named[candidate]
    for folded in (str.casefold, _loosely):
        wanted = folded(undecorated(text))
        near = [value for name, value in named.items() if folded(undecorated(name)) == wanted]
        if near:
            return near[0] if all(other == near[0] for other in near) else None
    return None


def _loosely(text: str) -> str:
    return re.sub(r"[\s_-]+", " ", text).casefold().strip()


def _mentioned(named: Named, text: str) -> tuple[Any] | None:
    """Return the choice that a phrase names; any other that appears in it makes it ambiguous."""
    rest, found, begins = text, list[tuple[Any]](), False
    by_length = sorted(named, key=len, reverse=True)  # "very good" before "good"
    for name in by_length:
        told = _told(name).search(rest)
        if told is not None:
            found.append(named[name])
            begins = begins or _opens(text, name)
            rest = _told(name).sub(" … ", rest)
    if not found:
        return None
    found += [named[name] for name in by_length if _appears(name).search(rest)]
    chosen = _only(found, named)
    if not begins and _NEGATION.search(rest):
        raise Unfit(f"must be {_wanted(named)}. The answer names one beside a word that may deny it.")
    return chosen


def _opens(text: str, name: str) -> bool:
    """Whether a phrase begins with a choice that a mark sets off: "Yes, because …"."""
    after = text.strip().strip("*_`\"'(")[len(name) :].lstrip("*_`\"')")
    return text.strip("*_`\"'( \n").casefold().startswith(name.casefold()) and after[:1] in (",", ".", ":", ";", "!")


@lru_cache(maxsize=1024)
def _told(name: str) -> re.Pattern[str]:
    """Return a pattern of a choice in a phrase; short ones, such as "A" or "no", count only where an answer stands."""
    word, flags = re.escape(name), 0 if len(name) == 1 else re.IGNORECASE
    if len(name) >= _SHORT and name.casefold() not in _COMMON:
        return re.compile(rf"(?<!\w){word}(?!\w)", flags)
    alone = rf"[(\[\"'*`]*{word}[)\]\"'*`]*"
    begins = rf"^\s*{alone}(?:[),.:;!]|\s*[-–—]\s)"
    return re.compile(rf"{begins}|(?:\bis|[=:]|\b(?i:option|choice|answer))\s*{alone}[.!\s]*$", flags)


@lru_cache(maxsize=1024)
def _appears(name: str) -> re.Pattern[str]:
    """Return a pattern of a choice anywhere; one letter may be a word of its own, such as the article."""
    if len(name) == 1 and name.isalpha():
        return _told(name)
    return re.compile(rf"(?<!\w){re.escape(name)}(?!\w)", re.IGNORECASE)


def _only(found: list[tuple[Any]], named: Named) -> tuple[Any]:
    if any(other != found[0] for other in found):
        raise Unfit(f"must be {_wanted(named)}. The answer names several of them.")
    return found[0]


def _wanted(named: Named) -> str:
    return "true or false" if named is TRUTH else f"one of {', '.join(map(repr, list(named)[:20]))}"


@once_a_type
def named_choices(type_: Any) -> Named:
    """Return the choices of a Literal or Enum type by their texts and names; of any other type none."""
    texts = choices(type_)
    if texts is None:
        return {}
    values = get_args(type_) if get_origin(type_) is Literal else list(cast("type[Enum]", type_))
    named: Named = {}
    for text, value in zip(texts, values, strict=True):
        named.setdefault(text, (value,))
    for value in values:
        if isinstance(value, Enum):
            named.setdefault(value.name, (value,))
    return named
