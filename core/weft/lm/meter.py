"""What a model makes of texts, learned from what it reports: tokens of prompts by their weight, tokens of answers.

Prompts are kept apart by kind: by their script, by how dense they are, and by size, since what surrounds a short prompt
weighs more. For a kind that was seen the bound lies above all that was learned of it. For a kind next to one that was
seen it is a little higher, and for all others it is the one that holds before the first report: 1.75 tokens a unit of
weight, or one a byte where that is less. Only a vocabulary of bytes has more, which the first answer teaches.
"""

from __future__ import annotations

import threading
from math import sqrt
from typing import TYPE_CHECKING

from .mediacost import has_media
from .weights import TURN, Size, request_size

if TYPE_CHECKING:
    from collections.abc import Hashable

    from .records import Request, Response

_UNSEEN = 1.75
_LIKELY_UNSEEN = 1.0
_SPREADS = 3.0
_MARGIN, _FIRST_MARGIN = 0.03, 0.25
_STEP = 1.1
_FOREIGN_SHARE = 0.1
_ALL = 32
_EVERY = 16
_MOST_METERS = 4096

Kind = tuple[int, int, int]


class Spread:
    """The mean, the spread and the extremes of numbers, without keeping them (Welford 1962)."""

    __slots__ = ("_squares", "count", "least", "mean", "most")

    def __init__(self) -> None:
        self.count, self.mean, self._squares = 0, 0.0, 0.0
        self.least, self.most = float("inf"), 0.0

    def add(self, value: float) -> None:
        """Take one more number."""
        self.count += 1
        step = value - self.mean
        self.mean += step / self.count
        self._squares += step * (value - self.mean)
        self.least, self.most = min(self.least, value), max(self.most, value)

    @property
    def high(self) -> float:
        """What the next number is seldom above: never below what was seen, and higher while little was."""
        spread = sqrt(self._squares / self.count) if self.count else 0.0
        return max(self.most, self.mean + _SPREADS * spread) * (1 + _MARGIN + _FIRST_MARGIN / (self.count or 1))


class Meter:
    """What is known of one model's tokens. Safe for threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._ratios: dict[Kind, Spread] = {}
        self._answers = Spread()
        self._reports = 0
        self._largest = 0
        self.window: int | None = None
        """The context window, if an error told it."""

    @property
    def has_learned(self) -> bool:
        """Whether the model has reported what a prompt took."""
        return bool(self._ratios)

    def note(self, request: Request, response: Response) -> None:
        """Learn from the report of one paid answer: all first ones, then one in 16, and any that is the longest yet."""
        usage = response.usage
        prompt = usage.input_tokens
        if usage.calls != 1 or prompt <= 0:
            return
        self._reports = reports = self._reports + 1
        answer = usage.output_tokens / len(response.completions)
        if reports <= _ALL or not reports % _EVERY or prompt > self._largest or answer > self._answers.most:
            with self._lock:
                self._largest = max(self._largest, prompt)
                self._answers.add(answer)
            # A provider without usage reports may report what weft counts; and what media took is not told apart.
            if prompt != self.bound(request) and not has_media(request):
                self.teach(request, prompt)

    def teach(self, request: Request, tokens: float) -> None:
        """Learn that a prompt has so many tokens."""
        size = request_size(request)
        with self._lock:
            kind = kind_of(size)
            spread = self._ratios.get(kind)
            if spread is None:
                spread = self._ratios[kind] = Spread()
            spread.add(tokens / size.weight)

    def bound(self, request: Request) -> int:
        """Return what the prompt's tokens seldom exceed."""
        size = request_size(request)
        near = self._nearest(kind_of(size))
        if near is not None:
            return int(size.weight * near[0].high * near[1]) + 1
        return int(min(size.weight * _UNSEEN, size.bytes + 2 * TURN * (len(request.messages) + 1))) + 1

    def likely(self, request: Request) -> int:
        """Return what the prompt's tokens are about."""
        size = request_size(request)
        near = self._nearest(kind_of(size))
        return int(size.weight * (_LIKELY_UNSEEN if near is None else near[0].mean))

    def least(self, request: Request) -> int:
        """Return what the prompt's tokens seldom fall below."""
        size = request_size(request)
        near = self._nearest(kind_of(size))
        return int(size.weight * (_LIKELY_UNSEEN / 2 if near is None else near[0].least / near[1] * 0.9))

    def answer(self) -> tuple[float, float] | None:
        """Return the tokens of an answer, about and seldom more; None before the first report."""
        with self._lock:
            answers = self._answers
            return (answers.mean, answers.high) if answers.count else None

    def _nearest(self, kind: Kind) -> tuple[Spread, float] | None:
        """Return what was seen of a kind, or of the nearest one, and how much less it says of this one."""
        with self._lock:
            seen = self._ratios.get(kind)
            if seen is not None:
                return seen, 1.0
            script, density, size = kind
            near = [
                (abs(other[1] - density), abs(other[2] - size), spread)
                for other, spread in self._ratios.items()
                if other[0] == script and abs(other[1] - density) <= 1 and abs(other[2] - size) <= 1
            ]
            if not near:
                return None
            far, _, spread = min(near, key=lambda found: found[:2])
            return spread, _STEP ** (1 + far)


def kind_of(size: Size) -> Kind:
    """Return what prompts have in common whose tokens are as many for their weight: script, density and size."""
    script = size.script if size.script_weight > _FOREIGN_SHARE * size.weight else 0
    data = size.bytes or 1
    return script, int(10 * size.weight / data), data.bit_length() // 2


_meters: dict[Hashable, Meter] = {}
_meters_lock = threading.Lock()


def meter_of(identity: Hashable) -> Meter:
    """Return the meter that everyone in the process shares who calls this model."""
    meter = _meters.get(identity)
    if meter is None:
        with _meters_lock:
            meter = _meters.setdefault(identity, Meter())
            while len(_meters) > _MOST_METERS:
                del _meters[next(iter(_meters))]
    return meter
