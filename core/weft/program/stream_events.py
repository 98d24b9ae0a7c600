"""What a streamed program gives before its prediction."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

from ..runtime.frozen import frozen

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


def _unknown() -> Any:
    return None


@frozen
class FieldChunk:
    """A piece of an output field, as it comes.

    Attributes:
        path: the predictor's path in the program.
        call: which call of this path it is, from 1; calls that go on at the same time are told apart by it.
        field: the field's name.
        text: the characters that came after those before: of a text as they are, of another value its JSON.
        last: whether the field is complete with them.
    """

    path: str
    call: int
    field: str
    text: str
    last: bool = False
    _value: Callable[[], Any] = dataclasses.field(default=_unknown, repr=False, compare=False)

    @property
    def value(self) -> Any:
        """The field's value as far as it came, of its declared type; None where nothing is certain yet.

        Text is given as far as it came, of a list its items, of a pydantic model one whose missing fields have their
        default or None. A number, a date or a choice is given once it is whole. It is made when it is asked for.
        """
        return self._value()


@frozen
class StatusEvent:
    """Something that happened in a streamed program.

    Attributes:
        kind: what: ``module.start`` and ``module.end``, ``tool.start`` and ``tool.end``, ``lm.end``, ``lm.retry``,
            ``predict.repair``, ``check.failed``, ``restart``, and every other event that is emitted in the run.
        path: the path of the module it happened in; empty outside of every module.
        call: which call of this path it is, from 1; 0 where that is not known.
        name: the module's class, or the tool's name; empty for others.
        fields: the facts of the event.
        message: what `streamify` says of it; empty where it says nothing.

    A ``restart`` makes every chunk of its path and call void: the answer comes anew.
    """

    kind: str
    path: str
    call: int
    name: str = ""
    fields: Mapping[str, Any] = dataclasses.field(default_factory=dict[str, Any])
    message: str = ""
