"""One answer on its way: from the pieces of a model to chunks of fields, and what the prediction makes of them."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from ..adapter.partial import partial_value
from ..adapter.streaming import AnswerStream
from ..runtime.events import complain
from ..signature.coerce import Unfit, coerce
from ..signature.describe import text_of
from .stream_events import FieldChunk, StatusEvent

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from ..adapter.base import Adapter
    from ..adapter.streaming import FieldDelta
    from ..lm.records import Delta
    from ..signature import Field, Signature


class _Coming:
    """A field as far as it came. Its chunks share its texts, so that a chunk costs the same however long it gets."""

    __slots__ = ("declared", "is_complete", "texts")

    def __init__(self, declared: Field) -> None:
        self.declared = declared
        self.texts: list[str] = []
        self.is_complete = False

    def value(self, count: int, *, last: bool) -> Any:
        return partial_value(self.declared, "".join(self.texts[:count]), last=last)

    def leads_to(self, value: Any) -> bool:
        """Whether a value is what came, or, as long as more may come, begins with it."""
        came, wanted = "".join(self.texts), text_of(value)
        if not self.is_complete:
            return wanted.startswith(came)
        return came == wanted or (not self.declared.is_plain_text and self._reads_as(came, wanted))

    def _reads_as(self, came: str, wanted: str) -> bool:
        try:
            return text_of(coerce(self.declared, came)) == wanted
        except Unfit:
            return False


def whole_field(path: str, call: int, name: str, value: Any, came: int = 0) -> FieldChunk:
    """Return the chunk that completes a field, of which so many characters came before."""
    return FieldChunk(path, call, name, text_of(value)[came:], last=True, _value=lambda: value)


class IncomingAnswer:
    """The sink of one call of a model; what it makes of the pieces goes to `put`, and is void where its block fails.

    Args:
        put: takes the events.
        path: the predictor's path.
        call: which call of it this is.
        adapter: reads the answer.
        signature: says what is in it.
    """

    __slots__ = ("_adapter", "_answer", "_call", "_coming", "_path", "_put", "_signature")

    def __init__(
        self, put: Callable[[Any], None], path: str, call: int, adapter: Adapter, signature: type[Signature]
    ) -> None:
        self._put, self._path, self._call = put, path, call
        self._adapter, self._signature = adapter, signature
        self._coming: dict[str, _Coming] = {}
        self._answer: AnswerStream | None = None
        self._guarded(self._begin)

    def __call__(self, delta: Delta) -> None:
        """Take the next piece of the call."""
        if not delta.restart:
            self._guarded(self._take, delta)
            return
        self._void()
        self._guarded(self._begin)

    def __enter__(self) -> None:
        pass

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if error is not None:  # the program may go on without this answer
            self._void()

    def settle(self, values: Mapping[str, Any]) -> None:
        """Give what the prediction holds beyond what came; all of it anew where it says something else."""
        if not all(coming.leads_to(values[name]) for name, coming in self._coming.items()):
            self._void()
        for name, value in values.items():
            coming = self._coming.get(name)
            if coming is None or not coming.is_complete:
                came = 0 if coming is None else sum(map(len, coming.texts))
                self._put(whole_field(self._path, self._call, name, value, came))

    def _begin(self) -> None:
        self._answer = AnswerStream(self._adapter, self._signature)

    def _take(self, delta: Delta) -> None:
        if self._answer is None:
            return
        deltas = self._answer.feed(delta)
        if delta.finish_reason is not None and delta.index == 0:
            deltas = [*deltas, *self._answer.finish()]
            self._answer = None
        if deltas:
            self._hand_on(deltas)

    def _guarded(self, act: Callable[..., None], *arguments: Any) -> None:
        try:
            act(*arguments)
        except Exception:  # noqa: BLE001 - a plugin's stream parser that fails must not cost an answer that is paid for
            self._answer = None
            complain("The stream parser of %r failed; what is missing comes with the prediction.", self._adapter)

    def _hand_on(self, deltas: Iterable[FieldDelta]) -> None:
        """Give a chunk for each field, whatever number of pieces it came in."""
        texts: dict[str, str] = {}
        complete: set[str] = set()
        for delta in deltas:
            texts[delta.field] = texts.get(delta.field, "") + delta.text
            if delta.last:
                complete.add(delta.field)
        for name, text in texts.items():
            self._give(name, text, last=name in complete)

    def _give(self, name: str, text: str, *, last: bool) -> None:
        coming = self._coming.get(name)
        if coming is None:
            coming = self._coming[name] = _Coming(self._signature.output_fields[name])
        coming.texts.append(text)
        coming.is_complete = last
        value = partial(coming.value, len(coming.texts), last=last)
        self._put(FieldChunk(self._path, self._call, name, text, last, value))

    def _void(self) -> None:
        if self._coming:
            self._coming = {}
            self._put(StatusEvent("restart", self._path, self._call))
