"""Conversations: the turns so far, as a value that a field can hold."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import field
from typing import TYPE_CHECKING, Any, Literal, cast, get_args, overload

from ..errors import DataError
from ..runtime.frozen import frozen
from ..spelling import check_keywords, spelled
from .calls import ToolCall, ToolResult
from .media import Media, restored
from .shown import Shown
from .trajectory import call_id

if TYPE_CHECKING:
    from .calls import ToolCalls

TurnRole = Literal["user", "assistant", "tool"]
_NOTHING: Mapping[str, Any] = {}
_CALL = ("id", "name", "arguments", "state")
_TURN = frozenset({"role", "content", "tool_calls", "tool_call_id"})


@frozen
class Turn:
    """What one side said.

    Attributes:
        role: ``user``, ``assistant``, or ``tool`` for what a tool answered.
        content: the text, or texts and media in order.
        tool_calls: the calls that an assistant's turn asks for.
        tool_call_id: the call that a tool's turn answers.
    """

    role: TurnRole
    content: tuple[str | Media, ...] = ()
    tool_calls: tuple[ToolCall, ...] = ()
    tool_call_id: str = ""


@frozen
class Exchange:
    """One call of a step: what it was given and what it answered, by field.

    Attributes:
        inputs: the values of the inputs.
        outputs: the values of the outputs.
        fields: values of fields of which only the step's signature tells whether they are inputs or outputs.
    """

    inputs: Mapping[str, Any] = field(default_factory=lambda: _NOTHING)
    outputs: Mapping[str, Any] = field(default_factory=lambda: _NOTHING)
    fields: Mapping[str, Any] = field(default_factory=lambda: _NOTHING)


class History(Shown, Sequence[Turn | Exchange]):
    """The turns of a conversation so far, oldest first; the type of an input whose turns stand in the prompt as turns.

    Args:
        turns: turns and exchanges, or mappings: ``{"role": …, "content": …}``, as chat APIs have them, or the values of
            a step's fields, inputs and outputs together.

    Raises:
        DataError: something is no turn.

    Example:
        >>> history = History([{"question": "2+2?", "answer": "4"}])
        >>> history = history.with_turn({"question": "And 3+3?"}, {"answer": "6"})
        >>> len(history)
        2
    """

    __slots__ = ("turns",)
    turns: tuple[Turn | Exchange, ...]

    @spelled
    def __init__(self, turns: Iterable[Turn | Exchange | Mapping[str, Any]] = ()) -> None:
        if isinstance(turns, str | Mapping):
            raise DataError(f"A History is made of a list of turns, not of {type(cast('Any', turns)).__name__}.")
        object.__setattr__(self, "turns", tuple([_turn(turn, number) for number, turn in enumerate(turns, 1)]))

    def with_turn(self, inputs: Mapping[str, Any], prediction: Any) -> History:
        """Return the history with one call of a step more; inputs that are a History themselves are left out.

        Args:
            inputs: what the step was given.
            prediction: what it answered: a prediction, or a mapping.

        Raises:
            DataError: it is neither.
        """
        if not isinstance(prediction, Mapping):
            raise DataError(f"What a step answered is a prediction or a mapping, not {prediction!r}.")
        given = {name: value for name, value in inputs.items() if not isinstance(value, History)}
        return History((*self.turns, Exchange(given, dict(cast("Mapping[str, Any]", prediction)))))

    def with_message(self, role: TurnRole, *content: str | Media) -> History:
        """Return the history with what one side said."""
        return History((*self.turns, Turn(role, content)))

    def with_results(self, calls: ToolCalls | Sequence[ToolCall], results: Sequence[ToolResult]) -> History:
        """Return the history with what tools answered, in the order of the calls that were made last.

        Raises:
            DataError: there are not as many results as calls.
        """
        if len(calls) != len(results):
            raise DataError(f"There are {len(calls)} calls and {len(results)} results.")
        made = len(self.turns)
        answers = [
            Turn("tool", (result.text,), (), call_id(call, made, place))
            for place, (call, result) in enumerate(zip(calls, results, strict=True), 1)
        ]
        return History((*self.turns, *answers))

    @overload
    def __getitem__(self, index: int) -> Turn | Exchange: ...
    @overload
    def __getitem__(self, index: slice) -> History: ...
    def __getitem__(self, index: int | slice) -> Turn | Exchange | History:
        found = self.turns[index]
        return History(found) if isinstance(found, tuple) else found

    def __len__(self) -> int:
        return len(self.turns)

    def __setattr__(self, name: str, value: Any) -> None:
        raise DataError("A History is immutable; use .with_turn(inputs, prediction) for a longer one.")

    def __eq__(self, other: object) -> bool:
        return isinstance(other, History) and other.turns == self.turns

    __hash__ = None  # type: ignore[assignment] # it holds mappings

    def __repr__(self) -> str:
        return f"History({list(self.turns)!r})"

    def shown(self) -> list[dict[str, Any]]:
        """Return the turns as data, of which `read` makes the history again."""
        return [_turn_shown(turn) for turn in self.turns]

    @classmethod
    def read(cls, value: Any) -> History:
        """Return the history that a value is or that its turns make.

        Raises:
            DataError: it is neither.
        """
        if isinstance(value, History):
            return value
        if isinstance(value, str) or not isinstance(value, Iterable):
            raise DataError(f"A History is made of a list of turns, not of {type(value).__name__}.")
        return cls(cast("Iterable[Any]", value))


def _turn(value: Any, number: int) -> Turn | Exchange:
    if isinstance(value, Turn):
        return _checked(value, number)
    if isinstance(value, Exchange):
        return value
    if not isinstance(value, Mapping) or not value:
        raise DataError(f"Turn {number} of the history must be a mapping, not {value!r}.")
    given = dict(cast("Mapping[str, Any]", value))
    if given.keys() <= {"inputs", "outputs"} and all(isinstance(side, Mapping) for side in given.values()):
        return Exchange(**{name: restored(side) for name, side in given.items()})
    if "role" not in given or not (given.keys() & {"content", "tool_calls"}):
        return Exchange(fields=restored(given))
    check_keywords(f"Turn {number} of the history", given, _TURN)
    content = given.get("content")
    pieces: Any = (content,) if isinstance(content, str | Media | Mapping) else content or ()
    said = tuple([_piece(piece) for piece in pieces if piece != ""])
    calls = tuple([_call(call, number) for call in given.get("tool_calls") or ()])
    return _checked(Turn(given["role"], said, calls, given.get("tool_call_id") or ""), number)


def _checked(turn: Turn, number: int) -> Turn:
    if turn.role not in get_args(TurnRole):
        raise DataError(f"The role of turn {number} of the history must be user, assistant or tool, not {turn.role!r}.")
    if turn.role == "tool" and not turn.tool_call_id:
        raise DataError(f"Turn {number} of the history is a tool's and needs the tool_call_id of what it answers.")
    for piece in turn.content:
        if not isinstance(piece, str | Media):  # pyright: ignore[reportUnnecessaryIsInstance]
            raise DataError(f"The content of turn {number} of the history must be text or media, not {piece!r}.")
    return turn


def _piece(piece: Any) -> Any:
    """Return a piece of content; what chat APIs wrap is unwrapped, and what `shown` wrote is read."""
    if isinstance(piece, Mapping):
        given = cast("Mapping[str, Any]", piece)
        return given["text"] if given.get("type") == "text" and "text" in given else restored(given)
    return piece


def _call(call: Any, number: int) -> ToolCall:
    """Return a call out of one, or of a mapping in weft's form or in that of chat APIs."""
    if isinstance(call, ToolCall):
        return call
    try:
        inner = call.get("function", call)
        name, arguments = inner["name"], inner["arguments"]
        written = arguments if isinstance(arguments, str) else _json(arguments)
        return ToolCall(call.get("id") or "", name, written, call.get("state") or "")
    except (AttributeError, KeyError, TypeError) as error:
        raise DataError(f"A call in turn {number} of the history needs a name and arguments, not {call!r}.") from error


def _json(value: Any) -> str:
    import json

    return json.dumps(value, ensure_ascii=False)


def _turn_shown(turn: Turn | Exchange) -> dict[str, Any]:
    if isinstance(turn, Exchange):
        sides = {"inputs": dict(turn.inputs), "outputs": dict(turn.outputs)}
        return dict(turn.fields) or {name: side for name, side in sides.items() if side}
    calls = [_without_empty({name: getattr(call, name) for name in _CALL}) for call in turn.tool_calls]
    content: Any = turn.content[0] if len(turn.content) == 1 else list(turn.content)
    whole = {"role": turn.role, "content": content, "tool_calls": calls, "tool_call_id": turn.tool_call_id}
    return {name: value for name, value in whole.items() if value or name in ("role", "content")}


def _without_empty(values: dict[str, str]) -> dict[str, str]:
    return {name: value for name, value in values.items() if value}
