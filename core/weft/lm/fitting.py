"""Making a prompt fit: what may go goes, the least important first, and no more of it than must.

Pieces with a low priority give way before those with a high one, earlier ones before later ones. Droppable pieces of
one name go together, such as a demonstration's question and answer. What is trimmed keeps as much as there is room for.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from ..data.text import left_out
from .messages import Message, Part, PartTokens

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from .counts import Counts
    from .records import Request

LEAST_KEPT = 100
"""Characters of a trimmed piece that are always kept; one that is shorter is not trimmed."""

_FINENESS = 256
Place = tuple[int, int]
"""A piece's turn and its position in it."""


@dataclass(frozen=True, slots=True)
class Fitted:
    """A prompt that was made to fit.

    Attributes:
        request: the prompt with what is left; its `fitting` tells what is not.
        tokens: its tokens.
        fits: whether that is at most what there was room for.
    """

    request: Request
    tokens: int
    fits: bool


@dataclass(frozen=True, slots=True)
class _Unit:
    """Pieces that give way together; a trimmed one is always alone."""

    places: tuple[Place, ...]
    priority: float
    trims: bool


def fit(request: Request, counts: Counts, room: int) -> Fitted:
    """Return the prompt with as little left out as possible; the same request where nothing has to be.

    Args:
        request: a prompt.
        counts: counts the tokens of this prompt and what is left of it.
        room: most tokens of the prompt.
    """
    tokens = counts.prompt(request)
    if tokens <= room:
        return Fitted(request, tokens, fits=True)
    units = _units(request)
    if not units:
        return Fitted(request, tokens, fits=False)
    giving = units[: _fewest(request, units, counts, room)]
    kept: dict[Place, int] = {place: LEAST_KEPT if unit.trims else 0 for unit in giving for place in unit.places}
    if (tokens := counts.prompt(_shrunk(request, kept))) > room:
        return Fitted(_told(request, units, kept, counts), tokens, fits=False)
    for unit in reversed(giving):
        if unit.trims:
            _let_grow(request, unit.places[0], kept, counts, room)
    fitted = _told(request, giving, kept, counts)
    return Fitted(fitted, counts.prompt(fitted), fits=True)


def _units(request: Request) -> list[_Unit]:
    """Return what may give way, in the order in which it does."""
    groups: dict[object, list[Place]] = {}
    for turn, message in enumerate(request.messages):
        for position, part in enumerate(message.parts):
            place = (turn, position)
            if part.shrink == "drop":
                groups.setdefault((part.kind, part.name) if part.name else place, []).append(place)
            elif part.shrink == "trim" and _length(part) > LEAST_KEPT + len(left_out(len(part.text))):
                groups[place] = [place]
    units = [_unit(request, places) for places in groups.values()]
    return sorted(units, key=lambda unit: (unit.priority, unit.places))


def _unit(request: Request, places: list[Place]) -> _Unit:
    parts = [_part(request, place) for place in places]
    return _Unit(tuple(places), min(part.priority for part in parts), parts[0].shrink == "trim")


def _part(request: Request, place: Place) -> Part:
    return request.messages[place[0]].parts[place[1]]


def _fewest(request: Request, units: Sequence[_Unit], counts: Counts, room: int) -> int:
    """Return how many units must give way, by bisection; all of them where even that is not enough."""
    low, high = 1, len(units)
    while low < high:
        middle = (low + high) // 2
        kept = {place: LEAST_KEPT if unit.trims else 0 for unit in units[:middle] for place in unit.places}
        if counts.prompt(_shrunk(request, kept)) <= room:
            high = middle
        else:
            low = middle + 1
    return low


def _let_grow(request: Request, place: Place, kept: dict[Place, int], counts: Counts, room: int) -> None:
    """Keep as many characters of a trimmed piece as there is room for, to within a 256th of it."""
    part = _part(request, place)
    whole = _length(part)
    others = {other: characters for other, characters in kept.items() if other != place}
    if counts.prompt(_shrunk(request, others)) <= room:
        del kept[place]
        return
    low, high = kept[place], whole
    while high - low > max(1, whole // _FINENESS):
        middle = (low + high) // 2
        if counts.prompt(_shrunk(request, {**others, place: middle})) <= room:
            low = middle
        else:
            high = middle
    kept[place] = low


def _shrunk(request: Request, kept: Mapping[Place, int]) -> Request:
    """Return the prompt with pieces cut to so many characters, and left out for 0."""
    messages: list[Message] = []
    touched = {turn for turn, _ in kept}
    for turn, message in enumerate(request.messages):
        if turn not in touched:
            messages.append(message)
            continue
        parts = [
            part if characters is None else trimmed(part, characters)
            for position, part in enumerate(message.parts)
            if (characters := kept.get((turn, position))) != 0
        ]
        if parts:
            messages.append(Message(message.role, tuple(parts), message.tool_calls, message.tool_call_id))
    return request.replace(messages=tuple(messages))


def trimmed(part: Part, kept: int) -> Part:
    """Return a piece with so many characters kept between its head and tail, and a mark where the others were."""
    end = part.head + _length(part)
    head, body, tail = part.text[: part.head], part.text[part.head : end], part.text[end:]
    if kept >= len(body):
        return part
    mark = left_out(len(body) - kept)
    if part.cut == "end":
        text = f"{body[:kept]}{mark}"
    elif part.cut == "start":
        text = f"{mark}{body[-kept:]}"
    else:
        text = f"{body[: (kept + 1) // 2]}{mark}{body[len(body) - kept // 2 :]}"
    return replace(part, text=f"{head}{text}{tail}", media=None)  # what is left of a document is text


def _length(part: Part) -> int:
    """Return how many characters of a piece may be cut at all."""
    return len(part.text) - part.head - part.tail


def _told(request: Request, units: Sequence[_Unit], kept: Mapping[Place, int], counts: Counts) -> Request:
    """Return the shrunk prompt with a record of what gave way, in the order of the prompt."""
    rows: list[PartTokens] = []
    for unit in sorted(units, key=lambda unit: unit.places):
        if unit.places[0] not in kept:
            continue
        whole = [_part(request, place) for place in unit.places]
        left = [trimmed(part, kept[unit.places[0]]) for part in whole] if unit.trims else []
        tokens = [sum(counts.part(part) for part in parts) for parts in (whole, left)]
        rows.append(PartTokens(whole[0].name or whole[0].kind, *tokens))
    return _shrunk(request, kept).replace(fitting=tuple(rows))
