"""What the commands print: tables on standard output, progress on standard error."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from rich import box
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from ..runtime.events import listening

if TYPE_CHECKING:
    from collections.abc import Generator, Iterable, Sequence

    from ..runtime.events import Event

_WIDTH_OF_FILES = 160
_LEAST_WIDTH = 100


def print_table(columns: Sequence[str], lines: Iterable[Sequence[str]]) -> None:
    """Print a table; every cell is shown as it is, brackets included."""
    table = Table(*columns, box=box.SIMPLE, pad_edge=False)
    for line in lines:
        table.add_row(*(escape(cell) for cell in line))
    _console().print(table)


def _console() -> Console:
    """Return a console for standard output: of the terminal's width, but never so narrow that cells break up."""
    width = None if sys.stdout.isatty() else _WIDTH_OF_FILES
    console = Console(file=sys.stdout, width=width, highlight=False)
    if console.width < _LEAST_WIDTH:
        console = Console(file=sys.stdout, width=_LEAST_WIDTH, highlight=False)
    return console


@contextmanager
def progress(title: str, total: int, kind: str) -> Generator[None, None, None]:
    """Draw a bar on standard error that every event of a kind advances; rows of one program also show their mean."""
    if total <= 0:
        yield
        return
    columns: list[Any] = [TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn()]
    with Progress(*columns, console=Console(stderr=True), refresh_per_second=5) as bars:
        advance = _Advance(bars, title, total)

        def heard(event: Event) -> None:
            if event.kind == kind:
                advance(event.fields.get("score") if kind == "evaluate.row" else None)

        with listening(heard):
            yield


class _Advance:
    """Moves one bar on, and lengthens it where there is more to do than was planned."""

    def __init__(self, bars: Progress, title: str, total: int) -> None:
        self._bars, self._title, self._total = bars, title, total
        self._bar = bars.add_task(title, total=total)
        self._done, self._scored, self._sum = 0, 0, 0.0

    def __call__(self, score: float | None) -> None:
        self._done += 1
        if score is not None:
            self._scored, self._sum = self._scored + 1, self._sum + score
        shown = f"{self._title} (mean {100 * self._sum / self._scored:.1f})" if self._scored else self._title
        total = max(self._total, self._done)
        self._bars.update(self._bar, completed=self._done, total=total, description=shown)
