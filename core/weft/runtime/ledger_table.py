"""A ledger as a table, for people to read."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from .ledger import Key, Usage

_TITLES = ("model", "path", "scope", "calls", "input", "cached", "output", "reasoning", "dollars")
_NAMES = 3
_SCOPE = 2


def table_of(entries: Mapping[Key, Usage], total: Usage) -> str:
    """Return a line for each model, path and scope, and one for all; scopes only where one has a name."""
    body = [(*key, *_columns(usage)) for key, usage in entries.items()]
    rows = [_TITLES, *body, ("total", "", "", *_columns(total))]
    shown = [place for place in range(len(_TITLES)) if place != _SCOPE or any(key[_SCOPE] for key in entries)]
    widths = {place: max(len(row[place]) for row in rows) for place in shown}

    def cell(row: tuple[str, ...], place: int) -> str:
        return row[place].ljust(widths[place]) if place < _NAMES else row[place].rjust(widths[place])

    return "\n".join("  ".join(cell(row, place) for place in shown) for row in rows)


def _columns(usage: Usage) -> tuple[str, ...]:
    counts = (usage.calls, usage.input_tokens, usage.cached_tokens, usage.output_tokens, usage.reasoning_tokens)
    return (*(f"{count:,}" for count in counts), "unknown" if usage.cost is None else f"{usage.cost:.6g}")
