"""Streamed programs: whoever reads a run gets what happens in it, from every adapter and any number of calls."""

from __future__ import annotations

from contextvars import ContextVar
from typing import TYPE_CHECKING, Any, TypeVar

from ..runtime.events import Event, listening
from ..runtime.ledger import current_place
from .runs import current_run
from .stream_events import StatusEvent

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Iterable

    from ..adapter.base import Adapter
    from ..signature import Signature
    from .incoming import IncomingAnswer
    from .runs import Step
    from .stream_events import FieldChunk

R = TypeVar("R")
_put: ContextVar[Any] = ContextVar("weft_stream", default=None)


def incoming_answer(adapter: Adapter, signature: type[Signature]) -> IncomingAnswer | None:
    """Return the sink for a call that is made now, or None where nobody reads a stream."""
    put = _put.get()
    if put is None:
        return None
    from .incoming import IncomingAnswer  # only streams need it

    return IncomingAnswer(put, *current_place(), adapter, signature)


def streamed(
    run: Callable[[], Coroutine[Any, Any, R]],
) -> Callable[[Callable[[FieldChunk | StatusEvent], None]], Coroutine[Any, Any, R]]:
    """Return a call that runs a program and tells a sink of all that happens in it."""

    async def call(put: Callable[[FieldChunk | StatusEvent], None]) -> R:
        def tell(event: Event) -> None:
            if _put.get() is put:  # else it happened in another run of the process
                _tell(put, event)

        _put.set(put)  # in the context of the run, which ends with it
        with listening(tell):
            return await run()

    return call


def _tell(put: Callable[[StatusEvent], None], event: Event) -> None:
    fields = event.fields
    path, call = _place(fields.get("path"), fields.get("call"))
    put(StatusEvent(event.kind, path, call, str(fields.get("name", "")), fields))


def announce_void(steps: Iterable[Step]) -> None:
    """Tell whoever reads a stream that the answers of steps are void."""
    put = _put.get()
    if put is not None:
        for step in steps:
            put(StatusEvent("restart", step.path, step.call))


def announce_again(step: Step) -> None:
    """Tell whoever reads a stream that the answer of a step counts after all."""
    put = _put.get()
    if put is not None:
        from .incoming import whole_field

        for name, value in step.prediction.items():
            put(whole_field(step.path, step.call, name, value))


def _place(path: str | None, call: int | None) -> tuple[str, int]:
    """Return where an event happened, from what it says, the predictor that is running, and the module around."""
    if path is not None:
        at, number = current_place()
        return path, call if call is not None else number if at == path else 0
    run = current_run()
    announced = None if run is None else run.announced
    return ("", 0) if announced is None else (announced.path, announced.call)
