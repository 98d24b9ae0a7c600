"""Reading an answer while it is still coming: pieces of text in, pieces of fields out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from ..errors import ParseError
from ..lm.records import Completion
from ..runtime.frozen import frozen
from ..signature.describe import text_of
from .thoughtstream import PastThoughts
from .tool_fields import tool_fields

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ..lm.records import Delta, ToolCallDelta
    from ..signature import Signature
    from .base import Adapter

ANSWER_TOOL = "answer"
"""The tool whose arguments are the outputs, where an answer is asked for as the call of a tool."""


@frozen
class FieldDelta:
    """A piece of a field of an answer that is still coming.

    Attributes:
        field: the output field's name.
        text: the characters that came, after those of the same field before: text as it is, of other values their JSON.
        last: whether the field is complete with them.
    """

    field: str
    text: str
    last: bool = False


class StreamParser(Protocol):
    """Reads one answer. The texts of a plain text field's deltas, put together, are the value that `parse` gives.

    A parser must not read again with every piece what it has read before: it takes some microseconds a piece,
    however long the answer is. What it has not given when it is finished, the prediction gives.
    """

    def feed(self, text: str) -> Sequence[FieldDelta]:
        """Take the next characters of the answer, and return what is certain now and was not before."""
        ...

    def finish(self) -> Sequence[FieldDelta]:
        """Return what is certain since the answer has ended."""
        ...


class WholeAnswer:
    """The parser for adapters that can only read whole answers: every field comes at once, at the end."""

    def __init__(self, adapter: Adapter, signature: type[Signature]) -> None:
        self._adapter, self._signature = adapter, signature
        self._texts: list[str] = []

    def feed(self, text: str) -> Sequence[FieldDelta]:
        self._texts.append(text)
        return ()

    def finish(self) -> Sequence[FieldDelta]:
        return self._read(frozenset())

    def _read(self, given: frozenset[str]) -> list[FieldDelta]:
        """Return the fields that were not given yet; none where the answer cannot be read, which its caller learns."""
        try:
            values = self._adapter.parse(self._signature, Completion("".join(self._texts)))
        except ParseError:
            return []
        return [FieldDelta(name, text_of(value), last=True) for name, value in values.items() if name not in given]


class AsItComes(WholeAnswer):
    """Gives what a scanner finds while an answer comes, and the rest when it has ended.

    A scanner is a StreamParser that knows one form and only that: an answer in another one may give it nothing.
    """

    def __init__(self, adapter: Adapter, signature: type[Signature], scanner: StreamParser) -> None:
        super().__init__(adapter, signature)
        self._scanner = PastThoughts(scanner, signature.output_fields)
        self._given: set[str] = set()

    def feed(self, text: str) -> Sequence[FieldDelta]:
        self._texts.append(text)
        deltas = self._scanner.feed(text)
        for delta in deltas:
            self._given.add(delta.field)
        return deltas

    def finish(self) -> Sequence[FieldDelta]:
        deltas = list(self._scanner.finish())
        given = self._given.union([delta.field for delta in deltas])
        if given.issuperset(self._signature.output_fields):
            return deltas
        return deltas + self._read(frozenset(given))


class Unpadded:
    """Gives a text piece by piece, without the white space around it."""

    __slots__ = ("_has_begun", "_space")

    def __init__(self) -> None:
        self._has_begun = False
        self._space = ""  # belongs to the text only if more follows

    def add(self, text: str) -> str:
        """Return what is certain to belong to the text now and was not before."""
        if not self._has_begun:
            text = text.lstrip()
        solid = text.rstrip()
        if not solid:
            self._space += text
            return ""
        certain = self._space + solid
        self._has_begun, self._space = True, text[len(solid) :]
        return certain

    def add_exactly(self, text: str) -> str:
        """Return a piece with what was held back before it; white space at its ends belongs to the text."""
        certain = self._space + text
        self._has_begun, self._space = self._has_begun or bool(text), ""
        return certain


class AnswerStream:
    """Reads the first answer of a streamed call: pieces of the call in, pieces of its fields out."""

    def __init__(self, adapter: Adapter, signature: type[Signature]) -> None:
        self._adapter, self._signature = adapter, signature
        fields = tool_fields(signature)
        self._has_calls = fields is not None and bool(fields.calls)  # then calls are calls, whatever they are named
        self._begin()

    def feed(self, delta: Delta) -> Sequence[FieldDelta]:
        """Take the next piece of the call.

        A ``restart`` makes what was given void; whoever shows it hears of it from the same piece.
        """
        if delta.restart:
            self._begin()
            return ()
        if delta.index:
            return ()
        if delta.tool_call is not None:
            return self._feed_call(delta.tool_call)
        return self._parser.feed(delta.text) if delta.text and self._call is None else ()

    def finish(self) -> Sequence[FieldDelta]:
        """Return what is certain since the answer has ended."""
        return self._parser.finish()

    def _begin(self) -> None:
        self._parser = self._adapter.stream_parser(self._signature)
        self._call: int | None = None  # which call of a tool is the answer

    def _feed_call(self, piece: ToolCallDelta) -> Sequence[FieldDelta]:
        if self._call is None and piece.name == ANSWER_TOOL and not self._has_calls:  # text before is not the answer
            self._begin()
            self._call = piece.index
        return self._parser.feed(piece.arguments) if piece.index == self._call and piece.arguments else ()
