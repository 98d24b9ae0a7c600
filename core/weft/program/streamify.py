"""``streamify``: streaming under the name and with the options that DSPy's users know."""

from __future__ import annotations

from contextlib import aclosing, closing
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Literal, overload

from ..errors import OptionError
from ..runtime.frozen import frozen
from ..spelling import hint, spelled
from .stream_events import FieldChunk, StatusEvent

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Callable, Generator, Sequence

    from .module import Module
    from .predict import Predict

    Events = AsyncGenerator[FieldChunk | StatusEvent | Any, None]
    BlockingEvents = Generator[FieldChunk | StatusEvent | Any, None, None]
    Say = Callable[[StatusEvent], str | None]


_HIDDEN: Any = object()


@frozen
class StreamListener:
    """Which field `streamify` gives the chunks of.

    Attributes:
        signature_field_name: the output field.
        predict: the predictor; None: every predictor that has the field.
        predict_name: the same by its path.
    """

    signature_field_name: str
    predict: Predict[Any] | None = None
    predict_name: str | None = None


@overload
def streamify(
    program: Module,
    *,
    stream_listeners: Sequence[StreamListener] | None = ...,
    status_message_provider: Say | None = ...,
    include_final_prediction_in_output_stream: bool = ...,
    async_streaming: Literal[True] = ...,
) -> Callable[..., Events]: ...
@overload
def streamify(
    program: Module,
    *,
    stream_listeners: Sequence[StreamListener] | None = ...,
    status_message_provider: Say | None = ...,
    include_final_prediction_in_output_stream: bool = ...,
    async_streaming: Literal[False],
) -> Callable[..., BlockingEvents]: ...
@spelled
def streamify(
    program: Module,
    *,
    stream_listeners: Sequence[StreamListener] | None = None,
    status_message_provider: Say | None = None,
    include_final_prediction_in_output_stream: bool = True,
    async_streaming: bool = True,
) -> Callable[..., Any]:
    """Return a function of the program's inputs that yields what happens; see `Module.astream`.

    Args:
        program: the program, sync or async.
        stream_listeners: the fields whose chunks are given; default: all.
        status_message_provider: says what is shown of a `StatusEvent`, which is then given with this `message`; None:
            nothing. Default: nothing is shown. A ``restart`` of what is listened to is always given.
        include_final_prediction_in_output_stream: whether the last item is what the program returns.
        async_streaming: whether the function returns an async generator, or one for blocking code.

    Raises:
        OptionError: a listener names a field or predictor that the program lacks.

    Example:
        >>> import weft
        >>> qa = weft.Predict("question -> answer", lm=weft.LM("scripted/x", answers=[{"answer": "4"}]))
        >>> ask = weft.streamify(qa, stream_listeners=[weft.StreamListener("answer")], async_streaming=False)
        >>> [event.text for event in ask(question="2+2?") if isinstance(event, weft.FieldChunk)]
        ['4']
    """
    heard = None if stream_listeners is None else _heard(program, stream_listeners)
    chosen = _Choice(heard, status_message_provider, include_final_prediction_in_output_stream)

    async def events(*args: Any, **inputs: Any) -> Any:
        async with aclosing(program.astream(*args, **inputs)) as stream:
            async for event in stream:
                if (shown := chosen(event)) is not _HIDDEN:
                    yield shown

    def blocking_events(*args: Any, **inputs: Any) -> Any:
        with closing(program.stream(*args, **inputs)) as stream:
            for event in stream:
                if (shown := chosen(event)) is not _HIDDEN:
                    yield shown

    return events if async_streaming else blocking_events


class _Choice:
    """Which events are shown, and with which message."""

    def __init__(self, heard: frozenset[tuple[str, str]] | None, say: Say | None, shows_result: bool) -> None:
        self._heard, self._say, self._shows_result = heard, say, shows_result
        self._paths = None if heard is None else frozenset(path for path, _ in heard)

    def __call__(self, event: Any) -> Any:
        if isinstance(event, FieldChunk):
            return event if self._heard is None or (event.path, event.field) in self._heard else _HIDDEN
        if not isinstance(event, StatusEvent):
            return event if self._shows_result else _HIDDEN
        message = self._say(event) if self._say is not None else None
        if message is not None:
            return replace(event, message=message)
        is_void = event.kind == "restart" and (self._paths is None or event.path in self._paths)
        return event if is_void else _HIDDEN


def _heard(program: Module, listeners: Sequence[StreamListener]) -> frozenset[tuple[str, str]]:
    """Return the fields that are listened to, as (path, field)."""
    predictors = dict(program.named_predictors())
    heard: set[tuple[str, str]] = set()
    for listener in listeners:
        field, name = listener.signature_field_name, listener.predict_name
        if name is not None and name not in predictors:
            raise OptionError(f"{type(program).__name__} has no predictor {name!r}.{hint(name, predictors)}")
        meant = {
            path: predictor
            for path, predictor in predictors.items()
            if name in (None, path) and listener.predict in (None, predictor)
        }
        found = {(path, field) for path, predictor in meant.items() if field in predictor.signature.output_fields}
        if not found:
            known = [output for predictor in meant.values() for output in predictor.signature.output_fields]
            raise OptionError(f"No predictor that is listened to has an output {field!r}.{hint(field, known)}")
        heard |= found
    return frozenset(heard)
