"""One ledger: every attempt of every call is counted once, and every open scope above it sees it."""

from __future__ import annotations

import threading
from collections import defaultdict
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Generator, Mapping
    from contextvars import Token


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens and money. Adding two gives the total; an unknown price is None and stays unknown.

    Attributes:
        input_tokens: tokens of the prompts, cached ones included.
        output_tokens: tokens of the answers, reasoning included.
        cached_tokens: those of the prompts that the provider had in its own cache.
        reasoning_tokens: those of the answers that were spent on reasoning.
        calls: calls of the provider; an answer from weft's cache counts none.
        cost: US dollars, or None where a price is unknown.
    """

    input_tokens: int = 0
    output_tokens: int = 0
    cached_tokens: int = 0
    reasoning_tokens: int = 0
    calls: int = 0
    cost: float | None = 0.0

    @property
    def total_tokens(self) -> int:
        """Tokens of prompts and answers together."""
        return self.input_tokens + self.output_tokens

    def __add__(self, other: Usage) -> Usage:
        return Usage(
            self.input_tokens + other.input_tokens,
            self.output_tokens + other.output_tokens,
            self.cached_tokens + other.cached_tokens,
            self.reasoning_tokens + other.reasoning_tokens,
            self.calls + other.calls,
            None if self.cost is None or other.cost is None else self.cost + other.cost,
        )


NOTHING = Usage()


class Ledger:
    """The sum of what a scope has spent, in all and by model and program path. Safe for threads."""

    __slots__ = ("_by", "_lock", "_total", "parent")

    def __init__(self, parent: Ledger | None = None) -> None:
        self.parent = parent
        self._lock = threading.Lock()
        self._total = NOTHING
        self._by: defaultdict[tuple[str, str], Usage] = defaultdict(Usage)

    @property
    def total(self) -> Usage:
        """All that was spent."""
        return self._total

    def by_model(self) -> Mapping[str, Usage]:
        """What was spent, by the model's reference."""
        return self._grouped(0)

    def by_path(self) -> Mapping[str, Usage]:
        """What was spent, by the predictor's path in the program."""
        return self._grouped(1)

    def _grouped(self, position: int) -> dict[str, Usage]:
        groups: defaultdict[str, Usage] = defaultdict(Usage)
        with self._lock:
            entries = list(self._by.items())
        for key, usage in entries:
            groups[key[position]] += usage
        return dict(groups)

    def add(self, model: str, path: str, usage: Usage) -> None:
        """Count one attempt, here and in every scope above."""
        scope: Ledger | None = self
        while scope is not None:
            with scope._lock:
                scope._total += usage
                scope._by[model, path] += usage
            scope = scope.parent


_scope: ContextVar[Ledger | None] = ContextVar("weft_ledger", default=None)


_path: ContextVar[str] = ContextVar("weft_path", default="")


def current_path() -> str:
    """Return the path of the predictor that is running, or an empty text."""
    return _path.get()


def set_path(path: str) -> Token[str]:
    """Say which predictor is running; reset with `reset_path`."""
    return _path.set(path)


def reset_path(token: Token[str]) -> None:
    """Undo `set_path`."""
    _path.reset(token)


def record(model: str, path: str, usage: Usage) -> None:
    """Count one attempt in the open scopes."""
    scope = _scope.get()
    if scope is not None:
        scope.add(model, path, usage)


@contextmanager
def track_usage() -> Generator[Ledger, None, None]:
    """Open a scope: the ledger it gives counts every call made inside, worker threads and tasks included.

    Example:
        >>> with track_usage() as ledger:
        ...     pass
        >>> ledger.total.calls
        0
    """
    ledger = Ledger(_scope.get())
    token = _scope.set(ledger)
    try:
        yield ledger
    finally:
        _scope.reset(token)
