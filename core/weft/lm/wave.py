"""One batch, as the provider sees it: handed in, looked at until it is over, and noted all the way."""

from __future__ import annotations

import asyncio
import time
from dataclasses import replace
from itertools import count
from typing import TYPE_CHECKING, Any, TypeVar

from ..errors import LMError, LMInvalidRequestError
from ..runtime.events import emit
from ..runtime.ledger import NOTHING
from ..runtime.settings import settings
from .attempts import priced, wait_after
from .cache_records import write_record
from .records import Response
from .turn import within

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Mapping, Sequence

    from .base import LM
    from .batch_journal import RunNotes, WaveNotes
    from .jobs import BatchState
    from .records import Request

T = TypeVar("T")
Outcomes = dict[int, "Response | Exception | None"]
"""What came of calls, by position; None for one that was not processed."""

_GROWTH = 1.5


class Wave:
    """The calls of one model that go together, as the provider sees them.

    Args:
        lm: the model.
        run: where the batch is noted.
        notes: what is known of it.
        requests: what is asked, by position; None for a batch that another run has handed in.
        poll: seconds between two looks, at first and at most.
    """

    def __init__(
        self,
        lm: LM,
        run: RunNotes,
        notes: WaveNotes,
        *,
        requests: Sequence[Request] | None,
        poll: tuple[float, float],
    ) -> None:
        self.lm, self.run, self.notes = lm, run, notes
        self._requests = requests
        self._poll = poll
        self._started = time.monotonic()

    @property
    def _names(self) -> list[str]:
        """The keys that the provider knows the requests by."""
        return [f"{self.notes.wave}-{position}" for position in range(len(self.notes.keys))]

    @property
    def _named(self) -> dict[str, Any]:
        return {"lm": self.lm.ref, "batch": self.notes.batch}

    async def outcomes(self) -> Outcomes:
        """Hand the batch in if that is still to be done, wait until it is over, and note what came of it.

        Raises:
            LMError: the provider does not take it, and then nothing was paid; or it cannot be read.
            JournalError: it cannot be noted.
        """
        if self._requests is not None:
            await self._hand_in(dict(zip(self._names, self._requests, strict=True)))
            self._requests = None
            await asyncio.sleep(self._poll[0])
        elif self.notes.batch is None and not await self._was_handed_in():
            return {}
        else:
            emit("batch.resumed", **self._named, requests=len(self.notes.keys))
        state = await self._ended()
        found = {
            position: self._outcome(state, state.results.get(name))
            for position, name in enumerate(self._names)
            if position not in self.notes.answers and self.notes.offers(position)
        }
        await self._note(*[self._record(position, outcome) for position, outcome in found.items()])
        self._tell_of_the_end(state, found)
        return found

    async def cancel(self) -> None:
        """Stop the batch, where it was handed in; what was not processed is asked anew by the next run."""
        if self.notes.batch is not None:
            await self._note({"cancelled": True})
            await self._in_time(self.lm.cancel_batch(self.notes.batch))

    async def _hand_in(self, requests: Mapping[str, Request]) -> None:
        await self._note({"lm": self.lm.ref, "keys": self.notes.keys})
        attempts = count()

        async def attempt() -> str:
            found = await self.lm.find_batch(self._names) if next(attempts) else None
            return found or await self.lm.submit_batch(requests)

        try:
            batch = await self._again(attempt)
        except LMError as error:
            if not error.retryable:  # otherwise it may have arrived all the same, and the next run looks for it
                await self._note({"void": True})
            raise
        await self._note({"batch": batch})
        emit("batch.submitted", **self._named, requests=len(requests))

    async def _was_handed_in(self) -> bool:
        """Find out about a batch whose id was never noted."""
        batch = await self._again(lambda: self.lm.find_batch(self._names))
        await self._note({"void": True} if batch is None else {"batch": batch})
        return batch is not None

    async def _again(self, ask: Callable[[], Coroutine[Any, Any, T]]) -> T:
        """Ask the provider, again where that is of use."""
        failed = 0
        while True:
            try:
                return await self._in_time(ask())
            except LMError as error:
                failed += 1
                if not error.retryable or failed > self._retries:
                    raise
                await asyncio.sleep(wait_after(failed, error))

    async def _ended(self) -> BatchState:
        assert self.notes.batch is not None
        wait, longest = self._poll
        failed, finished = 0, -1
        while True:
            asked_for = 0.0
            try:
                state = await self._in_time(self.lm.read_batch(self.notes.batch))
            except LMInvalidRequestError as error:
                raise self._unreadable(error) from error
            except LMError as error:
                failed += 1
                if not error.retryable or failed > self._retries:
                    raise
                asked_for = error.retry_after or 0.0
            else:
                if state.status != "running":
                    return state
                if state.finished != finished:
                    emit("batch.progress", **self._named, finished=state.finished, total=len(self.notes.keys))
                failed, finished = 0, state.finished
            await asyncio.sleep(max(wait, asked_for))
            wait = min(wait * _GROWTH, longest)

    async def _in_time(self, question: Coroutine[Any, Any, T]) -> T:
        """Wait for the provider no longer than for one attempt of a call."""
        seconds = settings.get("attempt_timeout") if self.lm.attempt_timeout is None else self.lm.attempt_timeout
        return await within(self.lm, question, float("inf") if seconds is None else seconds)

    @property
    def _retries(self) -> int:
        return settings.get("retries") if self.lm.retries is None else self.lm.retries

    def _unreadable(self, error: LMError) -> LMInvalidRequestError:
        place = "" if self.run.path is None else f" To pay for its calls anew, remove {str(self.run.path)!r}."
        message = f"The batch {self.notes.batch!r} of {self.lm.ref} cannot be read: {error}{place}"
        return LMInvalidRequestError(message, provider=error.provider, model=error.model, status=error.status)

    def _outcome(self, state: BatchState, result: Response | Exception | None) -> Response | Exception | None:
        """Return what came of a call; None if it was not processed and goes into another batch."""
        if isinstance(result, Response):
            return _at_batch_price(self.lm, result)
        if result is not None or state.status == "done" or self.notes.is_cancelled:
            return result
        what = "was cancelled." if state.status == "cancelled" else f"failed: {state.problem or 'no reason is given.'}"
        message = f"The batch {self.notes.batch!r} of {self.lm.ref} {what}"
        return LMError(message, provider=self.lm.provider, model=self.lm.model, usage=NOTHING)

    def _record(self, position: int, outcome: Response | Exception | None) -> Mapping[str, Any]:
        """Return how an outcome is noted. A failure is not kept: who comes later may ask again."""
        if not isinstance(outcome, Response):
            return {"item": position, "closed": "not processed" if outcome is None else type(outcome).__name__}
        written = write_record(outcome, time.time())
        return {} if written is None else {"item": position, "answer": written.decode()}

    def _tell_of_the_end(self, state: BatchState, outcomes: Outcomes) -> None:
        answered = sum([isinstance(outcome, Response) for outcome in outcomes.values()])
        left = sum([outcome is None for outcome in outcomes.values()])
        counts = {"answered": answered, "failed": len(outcomes) - answered - left, "unprocessed": left}
        emit("batch.done", **self._named, status=state.status, **counts, seconds=time.monotonic() - self._started)

    async def _note(self, *records: Mapping[str, Any]) -> None:
        # Not by `offload`, whose workers may all be waiting for this very batch.
        await asyncio.to_thread(self.run.note, [{"wave": self.notes.wave, **record} for record in records])


def _at_batch_price(lm: LM, response: Response) -> Response:
    """Return a response with what it cost, where the provider does not say that itself."""
    usage = response.usage
    if usage.cost or lm.capabilities.batch_share == 1.0:
        return response
    paid = priced(lm, usage)
    cost = None if paid.cost is None else paid.cost * lm.capabilities.batch_share
    return replace(response, usage=replace(paid, cost=cost))
