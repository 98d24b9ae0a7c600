"""Progress bars on standard error; rich is imported only where one is drawn."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

    from .results import Row


@contextmanager
def no_progress() -> Generator[Callable[[Row], None], None, None]:
    """Give a callback that does nothing."""
    yield lambda row: None


@contextmanager
def progress_bar(title: str, total: int | None) -> Generator[Callable[[Row], None], None, None]:
    """Draw a bar while the block runs; the callback advances it by a row and shows the mean score."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    columns: list[Any] = [TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn()]
    with Progress(*columns, console=Console(stderr=True)) as progress:
        bar = progress.add_task(title, total=total)
        total_score, scored = 0.0, 0

        def advance(row: Row) -> None:
            nonlocal total_score, scored
            if row.score is not None:
                total_score, scored = total_score + row.score, scored + 1
            shown = f"{title} (mean {100 * total_score / scored:.1f})" if scored else title
            progress.update(bar, advance=1, description=shown)

        yield advance
