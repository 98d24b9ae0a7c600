"""The JSON values in a text: plain, in fences, among words, damaged, or broken off."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from ..data.brackets import extent
from ..data.loosejson import decoded, loads

if TYPE_CHECKING:
    from collections.abc import Iterator

End = Literal["whole", "open", "cut"]
"""How a form ends: with its end, without it though nothing is missing, or in the middle of something."""

_BRACKET = re.compile(r"\{|\[(?!\[?\s*##)")  # and no marker
_BEGINS_JSON = re.compile(r"\{\s*(?:[\"'}]|\w+\s*:)|\[\s*(?:[\[{\"'\d-]|\Z)")
_WITHOUT_BRACE = re.compile(r"\s*[\"']?\w+[\"']\s*:")
_MOST = 40
_MOST_CHARACTERS = 100_000


class Sighting(NamedTuple):
    """A JSON value in a text.

    Attributes:
        value: an object or a list.
        start: where it begins in the text.
        end: how it ends.
    """

    value: Any
    start: int
    end: End


def json_values(text: str) -> list[Sighting]:
    """Return the objects and lists of a text, in order; those inside others are not among them."""
    found = list(_values(text))
    if not found and _WITHOUT_BRACE.match(text):  # the first brace was given to the model, as the start of its answer
        found = list(_values("{" + text))
    return found


def value_in(text: str) -> Any:
    """Return the value of a text that is JSON, or the only object or list among its words.

    Raises:
        ValueError: there is none, it breaks off, or there is one and another of its kind.
    """
    text = text.strip()
    try:
        value, end = decoded(text)
        if end == len(text):
            return value
    except ValueError:
        pass
    if text.startswith("(") and text.endswith(")"):
        text = f"[{text[1:-1]}]"
    found = list(_values(text))
    if not found or any(type(other.value) is type(found[0].value) for other in found[1:]) or found[0].end == "cut":
        raise ValueError(text)
    return found[0].value


def _values(text: str) -> Iterator[Sighting]:
    place, left = 0, _MOST_CHARACTERS
    for _ in range(_MOST):
        bracket = _BRACKET.search(text, place)
        if bracket is None or left < 0:
            return
        sighting, place = _value_at(text, bracket.start())
        if sighting is not None:
            yield sighting
        left -= place - bracket.start() if sighting is not None else len(text) - bracket.start()


def _value_at(text: str, start: int) -> tuple[Sighting | None, int]:
    """Return the value at a bracket, or None, and where to look on."""
    try:
        value, end = decoded(text, start)
    except ValueError:
        pass
    else:
        return Sighting(value, start, "whole"), end
    reach = extent(text, start)
    if reach.end is not None:
        return _repaired(text[start : reach.end], start, reach.end, "whole")
    if reach.damaged is not None:
        closing = text.rfind("}" if text[start] == "{" else "]", reach.damaged, _fence_after(text, start))
        if closing >= 0:
            return _repaired(text[start : closing + 1], start, closing + 1, "open")
    if reach.is_cut and _BEGINS_JSON.match(
        text, start
    ):  # what is inside a value that breaks off stands for itself no more
        found, _ = _repaired(reach.complete, start, len(text), "cut")
        return found or Sighting({} if text[start] == "{" else [], start, "cut"), len(text)
    return _repaired(reach.complete, start, len(text), "cut" if reach.is_cut else "open")


def _repaired(text: str, start: int, onward: int, end: End) -> tuple[Sighting | None, int]:
    try:
        value = loads(text)
    except ValueError:
        return None, start + 1
    is_value = isinstance(value, dict | list) and bool(value)  # pyright: ignore[reportUnknownArgumentType]
    return (Sighting(value, start, end), onward) if is_value else (None, start + 1)


def _fence_after(text: str, start: int) -> int:
    """Return where the fence ends that a value stands in, or the text."""
    closing = text.find("```", start) if text.count("```", 0, start) % 2 else -1
    return closing if closing >= 0 else len(text)
