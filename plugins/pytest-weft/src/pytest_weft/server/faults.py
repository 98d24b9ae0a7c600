"""How the server misbehaves: one `Fault` a request, from a script, by chance, or by a function."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import KW_ONLY, dataclass
from difflib import get_close_matches
from typing import Literal, get_args

Kind = Literal[
    "answer",
    "status",
    "context_overflow",
    "content_filter",
    "reset",
    "close",
    "cut",
    "stall",
    "truncated",
    "malformed_json",
    "html",
    "malformed_sse",
    "stream_error",
    "empty",
    "shuffled_tools",
]
RetryAfterForm = Literal["seconds", "date", "ms"]
WHOLE = frozenset({"answer", "truncated", "content_filter", "empty", "shuffled_tools", "status", "context_overflow"})
"""Kinds after which the client gets an answer, or an error, that it can read to its end."""


@dataclass(frozen=True, slots=True)
class Fault:
    """What goes wrong with one request.

    Kinds:
        answer: nothing; for `delay`, `chunk_delay`, `split` and `comments` alone.
        status: the answer is an error with `status` (500), in the vendor's form.
        context_overflow: the prompt is refused as too long.
        content_filter: the model refuses, in the vendor's form.
        reset: the connection is reset before the answer.
        close: the connection closes in the middle of the body.
        cut: a stream ends after `after` events; with `clean`, as if it were complete.
        stall: nothing comes any more: no answer at all, or no event once `after` have been sent.
        truncated: the answer is half as long and ends because of its length.
        malformed_json: the body is half of its JSON.
        html: a proxy's page instead of the answer, with `status` (502).
        malformed_sse: the event after `after` is half of its JSON.
        stream_error: an error event after `after` events, in the vendor's form.
        empty: there is no choice in the answer.
        shuffled_tools: pieces of several tool calls come mixed, the last call first.

    Attributes:
        status: HTTP status of the kinds that have one.
        after: how many whole events of a stream come first; None means half of them.
        delay: seconds before the first byte.
        chunk_delay: seconds before every further event of a stream.
        retry_after: seconds that an error tells the client to wait.
        retry_after_as: the form: seconds, an HTTP date, or ``retry-after-ms``.
        message: the text of an error.
        split: bytes after which the body is split; odd numbers split characters, too. 0 means not at all.
        comments: whether a comment, as servers send to keep a connection open, precedes every event.
        clean: whether `cut` ends the HTTP body properly.
    """

    kind: Kind = "answer"
    _: KW_ONLY
    status: int | None = None
    after: int | None = None
    delay: float = 0.0
    chunk_delay: float = 0.0
    retry_after: float | None = None
    retry_after_as: RetryAfterForm = "seconds"
    message: str | None = None
    split: int = 0
    comments: bool = False
    clean: bool = False

    def __post_init__(self) -> None:
        kinds = get_args(Kind)
        if self.kind not in kinds:
            close = get_close_matches(str(self.kind), kinds, n=1)
            hint = f"Did you mean {close[0]!r}?" if close else f"Take one of {', '.join(kinds)}."
            raise ValueError(f"There is no fault {self.kind!r}. {hint}")

    @property
    def damages(self) -> bool:
        """Whether the client cannot read what it gets to its end."""
        return self.kind not in WHOLE

    @property
    def is_plain(self) -> bool:
        """Whether the answer can go out in one piece, at once."""
        return not (self.damages or self.delay or self.chunk_delay or self.split or self.comments)


@dataclass(frozen=True, slots=True)
class Chances:
    """Faults by chance: each with its probability; the same seed gives the same faults in the same order."""

    of: Mapping[Fault, float]
    seed: int = 0

    def __post_init__(self) -> None:
        if sum(self.of.values()) > 1 + 1e-9:
            raise ValueError("The probabilities of the faults add up to more than 1.")


Faults = Fault | Sequence[Fault | None] | Chances | Callable[[int], Fault | None] | None
"""One fault for every request, a script with one entry a request, chances, or a function of the request's number."""


class FaultPlan:
    """Says what happens to the next request; counts from 0 when it is made."""

    def __init__(self, faults: Faults) -> None:
        self._next = 0
        self._choose = _chooser(faults)

    def next(self) -> Fault | None:
        """Return the fault of the next request, or None."""
        number = self._next
        self._next = number + 1
        return self._choose(number)


def _chooser(faults: Faults) -> Callable[[int], Fault | None]:
    if faults is None or isinstance(faults, Fault):
        return lambda number: faults
    if isinstance(faults, Chances):
        return _by_chance(faults)
    if callable(faults):
        return faults
    script = tuple(faults)
    return lambda number: script[number] if number < len(script) else None


def _by_chance(chances: Chances) -> Callable[[int], Fault | None]:
    source = random.Random(chances.seed)  # noqa: S311 - repeatable faults, no secrets
    population = [*chances.of, None]
    weights = [*chances.of.values(), max(0.0, 1 - sum(chances.of.values()))]
    return lambda number: source.choices(population, weights)[0]
