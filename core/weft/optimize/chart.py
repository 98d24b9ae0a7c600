"""Scores with their intervals as one inline SVG."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

_LEFT, _PLOT, _RIGHT = 260, 460, 60
_ROW, _TOP = 24, 24
_LONGEST_NAME = 36


def interval_chart(bars: Sequence[tuple[str, float, tuple[float, float]]]) -> str:
    """Return a horizontal chart of (name, score, interval), all from 0 to 100; what lies outside is cut off."""
    height = _TOP + _ROW * len(bars) + 8
    width = _LEFT + _PLOT + _RIGHT
    grid = "".join(_line_at(tick, height) for tick in range(0, 101, 25))
    marks = "".join(_mark(number, *bar) for number, bar in enumerate(bars))
    return (
        f'<svg viewBox="0 0 {width} {height}" width="{width}" height="{height}" role="img" '
        f'aria-label="Scores with 95 % intervals">{grid}{marks}</svg>'
    )


def _x(value: float) -> float:
    return round(_LEFT + _PLOT * min(100.0, max(0.0, value)) / 100, 1)


def _line_at(tick: int, height: int) -> str:
    x = _x(tick)
    return (
        f'<line class="grid" x1="{x}" y1="{_TOP - 6}" x2="{x}" y2="{height - 4}"/>'
        f'<text class="tick" x="{x}" y="12" text-anchor="middle">{tick}</text>'
    )


def _mark(number: int, name: str, score: float, interval: tuple[float, float]) -> str:
    y = _TOP + _ROW * number + _ROW // 2
    low, high = (_x(bound) for bound in interval)
    shown = name if len(name) <= _LONGEST_NAME else f"{name[: _LONGEST_NAME - 1]}…"
    return (
        f'<text x="{_LEFT - 10}" y="{y + 4}" text-anchor="end"><title>{escape(name)}</title>{escape(shown)}</text>'
        f'<line class="interval" x1="{low}" y1="{y}" x2="{high}" y2="{y}"/>'
        f'<circle cx="{_x(score)}" cy="{y}" r="4.5"/>'
        f'<text x="{_LEFT + _PLOT + 10}" y="{y + 4}">{score:.1f}</text>'
    )
