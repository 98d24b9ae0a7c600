"""Messages with placeholders in braces: taken apart once, so that filling them in is all that a call does."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple, cast, get_args

from ..data.calls import ToolCall
from ..errors import OptionError
from ..lm.messages import Message, Role
from .placeholders import Piece, Style, pieces_of

PARAGRAPH = "\n\n"
"""What stands between the parts of a turn, so that a turn can be cut there and is the same text still."""


class Paragraph(NamedTuple):
    """A paragraph of a turn, in pieces."""

    pieces: tuple[Piece, ...]

    @property
    def alone(self) -> str | None:
        """The placeholder that the paragraph consists of, or None where there is other text in it."""
        first, *others = self.pieces or (Piece("", None),)
        return first.placeholder if not first.text and not others else None

    @property
    def placeholders(self) -> list[str]:
        """The placeholders, in order."""
        return [piece.placeholder for piece in self.pieces if piece.placeholder is not None]

    def filled(self, values: Mapping[str, str]) -> str:
        """Return the paragraph with texts for its placeholders; nothing stands for one that has none."""
        return "".join([text if name is None else text + values.get(name, "") for text, name in self.pieces])


class Turn(NamedTuple):
    """A turn of a template; calls of tools are always as they are."""

    role: Role
    paragraphs: tuple[Paragraph, ...]
    tool_calls: tuple[ToolCall, ...] = ()
    tool_call_id: str = ""

    @property
    def placeholders(self) -> list[str]:
        """The placeholders, in order."""
        return [name for paragraph in self.paragraphs for name in paragraph.placeholders]

    @property
    def is_speech(self) -> bool:
        """Whether it is nothing but a text."""
        return not (self.tool_calls or self.tool_call_id)


def messages_of(messages: Any) -> tuple[Message, ...]:
    """Return the messages of a template, whose texts have placeholders.

    Args:
        messages: dicts as OpenAI's API takes them, `Message` records, or pairs of a role and a text.

    Raises:
        OptionError: a message is none of these, or holds what weft does not send.
    """
    if isinstance(messages, str | Mapping) or not isinstance(messages, Sequence) or not messages:
        raise OptionError(f"messages must be a list such as [{{'role': 'user', 'content': '…'}}], not {messages!r}.")
    return tuple(_message(message) for message in cast("Sequence[Any]", messages))


def turns_of(messages: Sequence[Message], style: Style) -> tuple[Turn, ...]:
    """Return the turns of a template.

    Raises:
        OptionError: the braces of a text do not match.
    """
    return tuple(_turn(message, style) for message in messages)


def _turn(message: Message, style: Style) -> Turn:
    paragraphs = tuple(Paragraph(tuple(pieces_of(part, style))) for part in message.text.split(PARAGRAPH))
    return Turn(message.role, paragraphs, message.tool_calls, message.tool_call_id)


def _message(message: Any) -> Message:
    if isinstance(message, Message):
        return message
    if isinstance(message, Mapping):
        return _from_dict(cast("Mapping[Any, Any]", message))
    if isinstance(message, list | tuple) and len(pair := cast("Sequence[Any]", message)) == 2:
        return Message.of(_role(pair[0]), _text(pair[1]))
    raise OptionError(f"A message of a template is {{'role': …, 'content': …}} or a pair of both, not {message!r}.")


def _from_dict(given: Mapping[Any, Any]) -> Message:
    role, content = _role(given.get("role")), given.get("content", "")
    known = {"role", "content", *_TOOL_KEYS.get(role, ())}
    for key in given:
        if key not in known:
            raise OptionError(
                f"A message of a template has {key!r}, which weft does not send; take it out of {given!r}."
            )
    calls = tuple(_tool_call(call) for call in given.get("tool_calls") or ())
    if calls and content is None:
        content = ""
    elif calls and not content:
        raise OptionError("A turn that calls tools and says nothing has 'content': None, as it is sent.")
    elif "content" not in given or ("tool_calls" in given and not calls):
        raise OptionError(f"A message of a template is {{'role': …, 'content': …}} or a pair of both, not {given!r}.")
    if role == "tool" and not (isinstance(given.get("tool_call_id"), str) and given["tool_call_id"]):
        raise OptionError(f"A tool's message needs 'tool_call_id', the id of the call that it answers: {given!r}.")
    return Message(role, Message.of(role, _text(content)).parts, calls, given.get("tool_call_id", ""))


_TOOL_KEYS: Mapping[Role, tuple[str, ...]] = {"assistant": ("tool_calls",), "tool": ("tool_call_id",)}


def _role(role: Any) -> Role:
    for known in get_args(Role):
        if role == known:
            return known
    instead = "; write 'system'" if role == "developer" else ""
    raise OptionError(
        f"The role of a message must be one of {', '.join(map(repr, get_args(Role)))}, not {role!r}{instead}."
    )


def _text(content: Any) -> str:
    if isinstance(content, str):
        return content
    raise OptionError(f"The content of a message of a template must be a text, not {content!r}.")


def _tool_call(call: Any) -> ToolCall:
    given: Mapping[str, Any] = cast("Mapping[str, Any]", call) if isinstance(call, Mapping) else {}
    function: Any = given.get("function")
    if isinstance(function, Mapping):
        named = cast("Mapping[str, Any]", function)
        texts: list[Any] = [given.get("id"), named.get("name"), named.get("arguments")]
        expected = {"id": texts[0], "type": "function", "function": {"name": texts[1], "arguments": texts[2]}}
        if given == expected and all(isinstance(text, str) for text in texts):
            return ToolCall(*texts)
    raise OptionError(
        "A call of a tool in a message is {'id': …, 'type': 'function', 'function': {'name': …, 'arguments': …}}, "
        f"texts all, not {call!r}."
    )
