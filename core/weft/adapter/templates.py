"""Messages with placeholders in braces: taken apart once, so that filling them in is all that a call does."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from string import Formatter
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, cast, get_args

from ..errors import OptionError

if TYPE_CHECKING:
    from collections.abc import Iterable

TurnRole = Literal["system", "user", "assistant"]
PARAGRAPH = "\n\n"
"""What stands between the parts of a turn, so that a turn can be cut there and is the same text still."""


class Piece(NamedTuple):
    """Text, and the placeholder after it, or None at the end."""

    text: str
    placeholder: str | None


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
    """A turn of a template."""

    role: TurnRole
    paragraphs: tuple[Paragraph, ...]

    @property
    def placeholders(self) -> list[str]:
        """The placeholders, in order."""
        return [name for paragraph in self.paragraphs for name in paragraph.placeholders]


def turns_of(messages: Any) -> tuple[Turn, ...]:
    """Return the turns of a template.

    Args:
        messages: dicts with ``role`` and ``content``, or pairs of both.

    Raises:
        OptionError: a turn is none of these, or its braces do not match.
    """
    if isinstance(messages, str | Mapping) or not isinstance(messages, Sequence) or not messages:
        raise OptionError(f"messages must be a list such as [{{'role': 'user', 'content': '…'}}], not {messages!r}.")
    return tuple(_turn(*_role_and_content(message)) for message in cast("Sequence[Any]", messages))


def _role_and_content(message: Any) -> tuple[Any, Any]:
    if isinstance(message, Mapping):
        given = cast("Mapping[Any, Any]", message)
        if set(given) == {"role", "content"}:
            return given["role"], given["content"]
    elif isinstance(message, list | tuple) and len(pair := cast("Sequence[Any]", message)) == 2:
        return pair[0], pair[1]
    raise OptionError(f"A message of a template is {{'role': …, 'content': …}} or a pair of both, not {message!r}.")


def _turn(role: Any, content: Any) -> Turn:
    if role not in get_args(TurnRole):
        raise OptionError(
            f"The role of a message must be one of {', '.join(map(repr, get_args(TurnRole)))}, not {role!r}."
        )
    if not isinstance(content, str):
        raise OptionError(f"The content of a message of a template must be a text, not {content!r}.")
    return Turn(role, tuple(Paragraph(tuple(_pieces(part))) for part in content.split(PARAGRAPH)))


def _pieces(text: str) -> Iterable[Piece]:
    try:
        found = list(Formatter().parse(text))
    except ValueError as error:
        raise OptionError(
            f"The template {_shortened(text)!r} has a brace alone; write {{{{ or }}}} for one."
        ) from error
    for literal, name, form, conversion in found:
        if name is not None and (form or conversion or not name.isidentifier()):
            raise OptionError(
                f"The template {_shortened(text)!r} has {{{name}}} where a name is needed; "
                "write {{ and }} for braces that are text."
            )
        yield Piece(literal, name)


def _shortened(text: str) -> str:
    return text if len(text) <= 60 else f"{text[:60]}…"
