"""What tests of batches share: a block that looks often, rows, and what came of them."""

from __future__ import annotations

from collections import Counter
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import weft

if TYPE_CHECKING:
    from collections.abc import Iterator


@contextmanager
def batching(*lms: weft.LM, **options: Any) -> Iterator[list[weft.Event]]:
    """A batch block that looks often, and what happened of its batches."""
    events: list[weft.Event] = []
    with weft.listening(events.append), weft.batch(*lms, **{"poll": 0.001, "journal": None, **options}):
        yield events


def rows(count: int) -> list[dict[str, str]]:
    return [{"text": f"row {number}"} for number in range(count)]


def outs(results: list[Any]) -> list[str]:
    return [result.out for result in results]


def kinds(events: list[weft.Event]) -> Counter[str]:
    return Counter(event.kind for event in events)
