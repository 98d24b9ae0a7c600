"""Weak evidence for a choice: its name, and the rules in the guidance that mention it."""

from __future__ import annotations

import re
from functools import lru_cache

from ...data.similarity import NgramIndex

_UNIT = re.compile(r"\n|(?<=[.!?])\s+")
_NAME_PIECES = re.compile(r"[\W_]+|(?<=[a-z])(?=[A-Z])")
_MOST_CHOICES_IN_RULE = 3
"""A line that names more choices than this lists them, and says nothing about any."""


def evidence(content: str, guidance: str, choices: tuple[str, ...]) -> list[float]:
    """Return how much speaks for each choice when its demonstrations are left aside, 0 or more.

    That is the similarity of the content to the words of the choice's name, plus that to the other words of the
    rules that mention it, such as ``- use card_arrival when the customer asks where the card is``.
    """
    found = [0.0] * len(choices)
    for index in _indexes(guidance, choices):
        for position, similarity in index.nearest(content, len(choices)):
            found[position] += similarity
    return found


@lru_cache(maxsize=256)
def _indexes(guidance: str, choices: tuple[str, ...]) -> tuple[NgramIndex, ...]:
    names = NgramIndex(" ".join(_NAME_PIECES.split(choice)) for choice in choices)
    rules = _rules(guidance, choices)
    return (names, NgramIndex(rules)) if any(rules) else (names,)


def _rules(guidance: str, choices: tuple[str, ...]) -> list[str]:
    """Return for each choice the words of the sentences and lines that mention it, without the choices."""
    longest_first = sorted(filter(None, choices), key=len, reverse=True)
    if not longest_first:
        return [""] * len(choices)
    mention = re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, longest_first))})(?!\w)")
    rules: dict[str, list[str]] = {choice: [] for choice in choices}
    for unit in _UNIT.split(guidance):
        mentioned = set(mention.findall(unit))
        if len(mentioned) > _MOST_CHOICES_IN_RULE or "one of" in unit or "Literal[" in unit:
            continue
        for choice in mentioned:
            rules[choice].append(mention.sub(" ", unit))
    return [" ".join(rules[choice]) for choice in choices]
