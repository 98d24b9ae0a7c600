"""One ledger: every attempt of every call is counted once, and every open scope above it sees it."""

from __future__ import annotations

import threading
from collections import defaultdict
from contextvars import ContextVar
from typing import TYPE_CHECKING

from ..spelling import spelled
from .frozen import frozen

if TYPE_CHECKING:
    from collections.abc import Mapping


@frozen
class Usage:
    """Tokens and money. Adding two gives the total; an unknown price is None and stays unknown.

    Attributes:
        input_tokens: tokens of the prompts, cached ones included.
        output_tokens: tokens of the answers, reasoning included.
        cached_tokens: those of the prompts that the provider had in its own cache.
        reasoning_tokens: those of the answers that were spent on reasoning.
        calls: calls of the provider, attempts that failed included; an answer from weft's cache counts none.
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

    def __str__(self) -> str:
        cached = f" ({self.cached_tokens:,} cached)" if self.cached_tokens else ""
        reasoning = f" ({self.reasoning_tokens:,} reasoning)" if self.reasoning_tokens else ""
        price = "price unknown" if self.cost is None else f"${self.cost:.6g}"
        calls = "1 call" if self.calls == 1 else f"{self.calls:,} calls"
        tokens = f"{self.input_tokens:,}{cached} + {self.output_tokens:,}{reasoning} tokens"
        return f"{calls}, {tokens}, {price}"

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
    """The sum of what a scope has spent, in all and by model, program path and scope. Print it for a table.

    Safe for threads.

    Attributes:
        scope: the name of the scope, or of the nearest one around that has a name; empty where none has.
    """

    __slots__ = ("_news", "_sums", "parent", "scope")

    def __init__(self, parent: Ledger | None = None, scope: str = "") -> None:
        self.parent = parent
        self.scope = scope
        self._news: list[tuple[Key, Usage]] = []  # whose append needs no lock
        self._sums: dict[Key, Usage] = {}

    @property
    def total(self) -> Usage:
        """All that was spent."""
        return sum(self._folded().values(), NOTHING) if len(self._news) != 1 or self._sums else self._only()

    def _only(self) -> Usage:
        """Return the one attempt of a scope that saw no other, which most scopes are."""
        try:
            return self._news[0][1]
        except IndexError:  # another thread is folding
            return sum(self._folded().values(), NOTHING)

    def by_model(self) -> Mapping[str, Usage]:
        """What was spent, by the model's reference."""
        return self._grouped(0)

    def by_path(self) -> Mapping[str, Usage]:
        """What was spent, by the predictor's path in the program."""
        return self._grouped(1)

    def by_scope(self) -> Mapping[str, Usage]:
        """What was spent, by the name of the nearest `track_usage` that has one; empty where none has."""
        return self._grouped(2)

    def entries(self) -> Mapping[Key, Usage]:
        """What was spent, by model, path and scope together."""
        return self._folded()

    def _grouped(self, position: int) -> dict[str, Usage]:
        groups: defaultdict[str, Usage] = defaultdict(Usage)
        for key, usage in self._folded().items():
            groups[key[position]] += usage
        return dict(groups)

    def add(self, model: str, path: str, usage: Usage) -> None:
        """Count one attempt, here and in every scope above."""
        entry = ((model, path, self.scope), usage)
        scope: Ledger | None = self
        while scope is not None:
            news = scope._news
            news.append(entry)
            if len(news) >= _FOLD_AT:
                scope._folded()
            scope = scope.parent

    def _folded(self) -> dict[Key, Usage]:
        """Return the sums, the latest attempts included; others may add more meanwhile, at the end."""
        news, sums = self._news, self._sums
        with _folding:
            batch = news[: len(news)]
            del news[: len(batch)]
            for key, usage in batch:
                known = sums.get(key)
                sums[key] = usage if known is None else known + usage
            return dict(sums)

    def __str__(self) -> str:
        from .ledger_table import table_of  # only who looks needs it

        return table_of(self._folded(), self.total)


Key = tuple[str, str, str]
"""Model, program path and scope."""

_FOLD_AT = 256
_folding = threading.Lock()  # of all ledgers: they fold seldom and for microseconds


_scope: ContextVar[Ledger | None] = ContextVar("weft_ledger", default=None)


BARE_PATH = "self"
"""The path of a predictor that is no part of a module."""

_place: ContextVar[tuple[str, int]] = ContextVar("weft_place", default=(BARE_PATH, 1))


def current_path() -> str:
    """Return the path of the predictor that is running."""
    return _place.get()[0]


def current_place() -> tuple[str, int]:
    """Return the path of the predictor that is running, and which call of it this is in the program's run."""
    return _place.get()


class at_path:  # noqa: N801 - used as a function
    """Say which predictor is running, and which call of it, while a block lasts."""

    __slots__ = ("_place", "_token")

    def __init__(self, path: str, call: int = 1) -> None:
        self._place = (path, call)

    def __enter__(self) -> None:
        self._token = _place.set(self._place)

    def __exit__(self, *raised: object) -> None:
        _place.reset(self._token)


def record(model: str, path: str, usage: Usage) -> None:
    """Count one attempt in the open scopes."""
    scope = _scope.get()
    if scope is not None:
        scope.add(model, path, usage)


class ledger_scope:  # noqa: N801 - used as a function
    """Let a ledger count every call made inside, beside those that are open already."""

    __slots__ = ("_ledger", "_token")

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger

    def __enter__(self) -> Ledger:
        self._ledger.parent = parent = _scope.get()
        if parent is not None and not self._ledger.scope:
            self._ledger.scope = parent.scope
        self._token = _scope.set(self._ledger)
        return self._ledger

    def __exit__(self, *raised: object) -> None:
        _scope.reset(self._token)


class track_usage(ledger_scope):  # noqa: N801 - used as a function
    """Open a scope: the ledger it gives counts every call made inside, threads that weft starts and tasks included.

    Args:
        scope: a name, by which the ledgers around tell what was spent inside.

    Example:
        >>> with track_usage() as ledger:
        ...     with track_usage("drafts"):
        ...         pass
        >>> ledger.total.calls
        0
    """

    __slots__ = ("_name",)

    @spelled
    def __init__(self, scope: str = "") -> None:
        self._name = scope

    def __enter__(self) -> Ledger:
        self._ledger = Ledger(scope=self._name)  # a scope that is entered again counts anew
        return super().__enter__()
