"""Rehearsals: a program runs, and its calls are written down instead of made."""

from __future__ import annotations

from contextvars import ContextVar
from typing import TYPE_CHECKING

from ..errors import EstimateError
from ..runtime import ledger
from ..runtime.frozen import frozen
from .estimates import answer_tokens
from .records import Completion, Response
from .window import fitted

if TYPE_CHECKING:
    from .base import LM
    from .records import Request

_WORD = "word "
_MOST_CHARACTERS = 40_000


@frozen
class RehearsedCall:
    """A call that was written down.

    Attributes:
        path: the predictor's path.
        lm: the model that would be called.
        request: what would be sent.
        is_known: whether the request is what would be sent, and not made from stand-ins for answers.
    """

    path: str
    lm: LM
    request: Request
    is_known: bool


class Rehearsal:
    """The calls of one rehearsal, in the order in which they come.

    Args:
        most_calls: after so many, the rehearsal ends: a loop that waits for a certain answer would never.
    """

    def __init__(self, most_calls: int) -> None:
        self.calls: list[RehearsedCall] = []
        self._most = most_calls
        self._answered = False

    def answer(self, lm: LM, request: Request) -> Response:
        """Write a call down and return stand-ins of the usual length, which cost nothing.

        Raises:
            ContextWindowExceeded: the prompt cannot be made to fit.
            EstimateError: these are too many calls.
        """
        if len(self.calls) >= self._most:
            raise EstimateError(f"The program makes more than {self._most} calls when stand-ins answer.")
        self.calls.append(RehearsedCall(ledger.current_path(), lm, fitted(lm, request), not self._answered))
        self._answered = True
        text = stand_in_text(lm, request)
        return Response(tuple(Completion(text) for _ in range(request.n)), ledger.NOTHING, lm.model)


def stand_in_text(lm: LM, request: Request) -> str:
    """Return a text as long as the model's answers usually are."""
    return (_WORD * answer_tokens(lm, request)[0])[:_MOST_CHARACTERS].rstrip()


_rehearsal: ContextVar[Rehearsal | None] = ContextVar("weft_rehearsal", default=None)


def current_rehearsal() -> Rehearsal | None:
    """Return the rehearsal that is going on, or None where calls are made."""
    return _rehearsal.get()


class rehearsing:  # noqa: N801 - used as a function
    """Write calls down instead of making them while a block runs."""

    def __init__(self, most_calls: int) -> None:
        self._rehearsal = Rehearsal(most_calls)

    def __enter__(self) -> Rehearsal:
        self._token = _rehearsal.set(self._rehearsal)
        return self._rehearsal

    def __exit__(self, *raised: object) -> None:
        _rehearsal.reset(self._token)
