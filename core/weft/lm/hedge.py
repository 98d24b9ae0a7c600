"""Hedged calls: a second model is asked when the first is slow, and the first answer counts (Dean and Barroso 2013)."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from ..errors import LMError
from ..runtime.loop import enter_loop

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from .records import Delta, Request, Response
    from .router import Router
    from .streaming import Pieces


async def first_answer(
    router: Router, request: Request, order: Sequence[int], pieces: Pieces | None, after: float
) -> Response:
    """Ask the models one after the other, `after` seconds apart or when one fails, until one answers."""
    await enter_loop()
    race = _Race(pieces)
    left = list(order)
    running: dict[asyncio.Task[Response], int] = {}
    failure: LMError | None = None
    try:
        while left or running:
            if left and race.leader is None:
                position = left.pop(0)
                running[asyncio.ensure_future(router.ask(position, request, race.lane(position)))] = position
            patience = after if left and race.leader is None else None
            done, _ = await asyncio.wait(running, timeout=patience, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                failure = _failure(task, router)
                if failure is None:
                    return task.result()
                race.lose(running.pop(task))
    finally:
        for task in running:
            task.cancel()
        if running:
            await asyncio.wait(running)
    assert failure is not None
    raise failure


def _failure(task: asyncio.Task[Response], router: Router) -> LMError | None:
    """Return how a model failed, None if it answered; raise what no other model can mend."""
    error = task.exception()
    if error is not None and not (isinstance(error, LMError) and router.goes_on_after(error)):
        raise error
    return error


class _Race:
    """Whose pieces are handed on: those of the first model that has one, until it fails."""

    def __init__(self, pieces: Pieces | None) -> None:
        self._pieces = pieces
        self.leader: int | None = None

    def lane(self, position: int) -> Callable[[Delta], None] | None:
        """Return the sink of one model."""
        pieces = self._pieces
        if pieces is None:
            return None

        def sink(delta: Delta) -> None:
            if self.leader is None:
                self.leader = position
            if self.leader == position:
                pieces(delta)

        return sink

    def lose(self, position: int) -> None:
        """Let another model lead, from the beginning, if this one did."""
        if self.leader == position:
            self.leader = None
            if self._pieces is not None:
                self._pieces.restart()
