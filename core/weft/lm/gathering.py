"""Gathering: calls wait side by side until all that runs waits, and then go to the provider together.

A wave is sent when every worker of the block's crew waits and nothing more has come for some turns of the event loop;
when a wave is full; or, where other things than workers run, when no call has come for a while. Waves are looked after
on the background loop, so calls of several loops and threads can be in one.
"""

from __future__ import annotations

import asyncio
import secrets
import threading
from contextvars import copy_context
from typing import TYPE_CHECKING

from ..errors import JournalError, LMTimeoutError, OptionError
from ..runtime.crew import Crew
from ..runtime.events import emit
from ..runtime.loop import begin, call_later, is_on_background_loop, loop_context
from ..runtime.quiet import Quiet
from .attempts import option
from .cache_key import key_elsewhere
from .cache_records import read_record
from .waiting import Call, Queue, Refused, wake
from .wave import Wave

if TYPE_CHECKING:
    from collections.abc import Hashable, Sequence

    from ..runtime.loop import Begun
    from .base import LM
    from .batch_journal import Offers
    from .records import Request, Response
    from .waiting import News
    from .wave import Outcomes


class _Served:
    """A wave that is under way, and the calls that wait for it, by position."""

    __slots__ = ("calls", "task", "wave")

    def __init__(self, wave: Wave) -> None:
        self.wave = wave
        self.calls: dict[int, Call] = {}
        self.task: Begun[None] | None = None


class Gathering:
    """Gathers the calls of a block and sends them in batches.

    Args:
        models: the `LM.cache_identity` of those whose calls are gathered; None: all, and others may not be called.
        noted: the places of calls whose key means something to other processes.
        fleeting: those of all others.
        most: most calls of a batch, beside what the model's capabilities say.
        linger: seconds without a new call after which what there is goes, where not all that runs is known.
        poll: seconds between two looks at a batch, at first and at most.
    """

    def __init__(
        self,
        models: frozenset[Hashable] | None,
        noted: Offers,
        fleeting: Offers,
        *,
        most: int,
        linger: float,
        poll: tuple[float, float],
    ) -> None:
        self._models, self._noted, self._fleeting = models, noted, fleeting
        self._most, self._linger, self._poll = most, linger, poll
        self._quiet = Quiet(self._when_quiet)
        self.crew = Crew(self._quiet.stir)
        self._context = copy_context()
        self._lock = threading.RLock()
        self._queues: dict[Hashable, Queue] = {}
        self._served: dict[str, _Served] = {}
        self._arrivals = 0
        self._is_closed = False

    def takes(self, lm: LM) -> bool:
        """Whether calls of a model are gathered here.

        Raises:
            OptionError: the model takes no batches, and nobody said that it may be called all the same.
        """
        if self._is_closed:
            return False
        if self._models is not None:
            return lm.cache_identity in self._models
        if not lm.batches and lm.waits:
            raise OptionError(
                f"{lm.ref} takes no batches. Name the models that do, as in weft.batch(lm): "
                "calls of all others are then made at once, at their full price."
            )
        return lm.batches

    async def answer(self, lm: LM, request: Request) -> Response | Exception:
        """Return what came of a call: an answer, `cached` where it was paid for before, or the call's own failure.

        Raises:
            LMError: its batch as a whole failed.
            JournalError: its batch could not be noted.
        """
        offers, key = self._noted, key_elsewhere(lm, request, is_named=self._noted.keeps)
        if key is None:
            offers, key = self._fleeting, key_elsewhere(lm, request, is_named=True)
        call = Call(lm, request, key, offers)
        try:
            with self._lock:
                if self._is_closed:
                    raise OptionError(f"A call of {lm.ref} was made after its batch block had ended.")
                self._place(call)
            return await call.future
        finally:
            self._withdraw(call)

    def _place(self, call: Call) -> None:
        """Let a call wait for a batch that holds it already, else for one that is yet to be sent."""
        while (place := call.offers.claim(call.key)) is not None:
            run, name, position = place
            notes = run.waves[name]
            if (stored := notes.answers.get(position)) is None:
                served = self._served.get(name) or self._serve(
                    Wave(call.lm, run, notes, requests=None, poll=self._poll)
                )
                served.calls[position] = call
                call.place = place
                return
            notes.dismiss(position)
            if (found := read_record(stored.encode())) is not None:
                wake([(call, found[1])])
                return
        self._enqueue(call)

    def _enqueue(self, call: Call) -> None:
        limits = call.lm.capabilities
        identity = (call.lm.cache_identity, call.offers is self._noted)
        queue = self._queues.get(identity)
        if queue is not None and queue.bytes + call.size > limits.batch_bytes:
            self._send(identity)
            queue = None
        if queue is None:
            queue = self._queues[identity] = Queue(call.lm)
        queue.add(call)
        self._arrivals += 1
        if len(queue.calls) >= min(self._most, limits.batch_requests):
            self._send(identity)
        else:
            self._quiet.stir()

    def _withdraw(self, call: Call) -> None:
        """Forget a call that has its outcome, or that is made no more; its place is free for an equal one."""
        with self._lock:
            call.go_on()
            if call.place is not None:
                _, name, position = call.place
                served = self._served.get(name)
                if served is not None and served.calls.get(position) is call:
                    del served.calls[position]
                    call.offers.give_back(call.key, call.place)
            for queue in self._queues.values():
                queue.discard(call)

    def _when_quiet(self) -> None:
        if self.crew.all_wait:
            self._send_all()
        elif self._queues:
            call_later(self._linger, self._send_all, self._arrivals)

    def _send_all(self, arrivals: int | None = None) -> None:
        """Send what waits, unless more than so many calls have arrived by now."""
        with self._lock:
            if not self._is_closed and arrivals in (None, self._arrivals):
                for identity in list(self._queues):
                    self._send(identity)

    def _send(self, identity: Hashable) -> None:
        queue = self._queues.pop(identity)
        calls = list(queue.calls)
        if not calls:
            return
        try:
            run = calls[0].offers.own()
        except JournalError as error:
            wake([(call, Refused(error)) for call in calls])
            return
        notes = run.new_wave(f"w{secrets.token_hex(8)}", [call.key for call in calls])
        wave = Wave(queue.lm, run, notes, requests=[call.request for call in calls], poll=self._poll)
        served = self._serve(wave)
        for position, call in enumerate(calls):
            served.calls[position] = call
            call.place = (run, notes.wave, position)

    def _serve(self, wave: Wave) -> _Served:
        served = self._served[wave.notes.wave] = _Served(wave)
        served.task = begin(self._follow(served), loop_context(self._context))
        return served

    async def _follow(self, served: _Served) -> None:
        try:
            outcomes = await served.wave.outcomes()
        except Exception as error:  # noqa: BLE001 - whatever a provider raises, those who wait must hear of it
            emit("batch.failed", lm=served.wave.lm.ref, batch=served.wave.notes.batch, error=error)
            self._end_wave(served, {}, error)
        else:
            self._end_wave(served, outcomes, None)

    def _end_wave(self, served: _Served, outcomes: Outcomes, failure: Exception | None) -> None:
        with self._lock:
            if self._is_closed:  # whose calls were told, and whose places are free for others
                return
            notes = served.wave.notes
            del self._served[notes.wave]
            woken: list[News] = []
            for position, call in served.calls.items():
                place, call.place = call.place, None
                outcome = outcomes.get(position)
                if failure is not None:
                    woken.append((call, Refused(failure)))
                    if place is not None and notes.offers(position):
                        call.offers.give_back(call.key, place)
                elif outcome is not None:
                    notes.dismiss(position)
                    woken.append((call, outcome))
                elif not notes.is_void and (refused := _unprocessed_again(call)) is not None:
                    woken.append((call, refused))
                else:
                    self._enqueue(call)
            wake(woken)

    def end(self, *, is_over: bool, cancels: bool) -> None:
        """Gather no more. Calls that still wait are cancelled; their batches go on and can be taken over.

        Args:
            is_over: whether the block has come to its end.
            cancels: whether to stop the batches that are under way.
        """
        with self._lock:
            self._is_closed = True
            served, self._served = list(self._served.values()), {}
            calls = [call for queue in self._queues.values() for call in queue.calls]
            calls += [call for each in served for call in each.calls.values()]
            self._queues.clear()
            for each in served:
                assert each.task is not None
                each.task.abandon()
                for call in each.calls.values():
                    call.offers.give_back(call.key, call.place)  # type: ignore[arg-type] # it waits, so it has one
            wake([(call, None) for call in calls])
        if not cancels:
            self._noted.close(is_over=is_over)
            return
        cancelling = begin(self._cancel([each.wave for each in served]), loop_context(self._context))
        if not is_on_background_loop():
            cancelling.outcome.result()

    async def _cancel(self, waves: Sequence[Wave]) -> None:
        try:
            await asyncio.gather(*[wave.cancel() for wave in waves])
        finally:
            self._noted.close(is_over=False)


def _unprocessed_again(call: Call) -> Refused | None:
    """Count that a batch has left a call out; return the error where that was once too often."""
    call.unprocessed += 1
    if call.unprocessed <= option(call.lm, call.request, "retries"):
        return None
    message = f"{call.lm.ref} left a call unprocessed in {call.unprocessed} batches."
    return Refused(LMTimeoutError(message, provider=call.lm.provider, model=call.lm.model))
