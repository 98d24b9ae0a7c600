"""The last calls, in a bounded ring, to look at prompts and answers."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..runtime.settings import settings
from ..spelling import spelled

if TYPE_CHECKING:
    from .records import Request, Response


@dataclass(frozen=True, slots=True)
class Call:
    """One call as it was: the LM's reference, the request and the response."""

    lm: str
    request: Request
    response: Response

    def __str__(self) -> str:
        turns = [f"--- {message.role} ---\n{message.text}" for message in self.request.messages]
        answers = [f"--- {self.lm} answered ---\n{completion.text}" for completion in self.response.completions]
        fitting = self.request.fitting
        told = [f"--- made to fit ---\n{', '.join(map(str, fitting))}"] if fitting else []
        return "\n\n".join([*told, *turns, *answers])


_ring: deque[tuple[str, Request, Response]] = deque()


def remember(lm: str, request: Request, response: Response) -> None:
    """Keep a call; the setting ``history`` says how many are kept."""
    _ring.append((lm, request, response))
    limit = settings.get("history")
    while len(_ring) > limit:
        try:
            _ring.popleft()
        except IndexError:  # another thread was faster
            return


def history(n: int = 1) -> list[Call]:
    """Return the last `n` calls of the process, oldest first."""
    return [Call(*call) for call in list(_ring)[-n:]] if n > 0 else []


@spelled
def inspect_history(n: int = 1) -> str:
    """Return the last `n` calls as text, oldest first; print it to read it."""
    return "\n\n".join(str(call) for call in history(n))
