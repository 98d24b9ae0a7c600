"""Passages: what retrievers find, and the input that shows them to a model."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import field
from typing import Any, ClassVar, cast, overload

from ..errors import DataError, InputError
from ..runtime.frozen import frozen
from ..spelling import hint, spelled
from .marks import Marked

_FIELDS = ("text", "id", "score", "metadata")


@frozen
class Passage:
    """A piece of text.

    Attributes:
        text: the text.
        id: what the retriever knows it by; empty: it is not known yet.
        score: how well it fits the query; higher is better.
        metadata: facts about it by name: texts, numbers and truth values.
    """

    text: str
    id: str = ""
    score: float = 0.0
    metadata: Mapping[str, Any] = field(default_factory=dict[str, Any])


class Passages(Marked, Sequence[Passage]):
    """Passages, the most relevant first; the type of an input of which as many are shown as the prompt has room for.

    Where a prompt is too long, the last passages are left out, each as a whole. The first one stays; if there is no
    room for all of it, its end is cut. In a prompt they are numbered from 1: number ``n`` is ``passages[n - 1]``.

    Args:
        passages: passages, texts, or mappings with ``text`` and the other attributes of a `Passage`.

    Raises:
        DataError: something is no passage.

    Example:
        >>> print(Passages(["Cats purr.", {"text": "They bark.", "metadata": {"title": "Dogs"}}]).text)
        [1] Cats purr.
        <BLANKLINE>
        [2] Dogs
        They bark.
    """

    __slots__ = ("passages",)
    passages: tuple[Passage, ...]
    can_be_output: ClassVar[bool] = False

    @spelled
    def __init__(self, passages: Iterable[Passage | str | Mapping[str, Any]] = ()) -> None:
        if isinstance(passages, str | Mapping) or not isinstance(passages, Iterable):  # pyright: ignore[reportUnnecessaryIsInstance]
            raise DataError(f"Passages are made of a list of passages or texts, not of {passages!r:.80}.")
        try:
            object.__setattr__(self, "passages", tuple([as_passage(one) for one in passages]))
        except InputError as error:
            raise DataError(str(error)) from error

    @overload
    def __getitem__(self, index: int) -> Passage: ...
    @overload
    def __getitem__(self, index: slice) -> Passages: ...
    def __getitem__(self, index: int | slice) -> Passage | Passages:
        found = self.passages[index]
        return Passages(found) if isinstance(found, tuple) else found

    def __len__(self) -> int:
        return len(self.passages)

    def __setattr__(self, name: str, value: Any) -> None:
        raise DataError("Passages are immutable.")

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Passages) and other.passages == self.passages

    __hash__ = None  # type: ignore[assignment] # it holds mappings

    def __repr__(self) -> str:
        return f"Passages({list(self.passages)!r})"

    def __reduce__(self) -> Any:
        return Passages, (self.passages,)

    def texts(self) -> list[str]:
        """Return each passage as a model reads it: with its number, and its ``title`` where the metadata have one."""
        return [f"[{number}] {_titled(passage)}" for number, passage in enumerate(self.passages, 1)]

    @property
    def text(self) -> str:
        """What a model reads where there is room for all."""
        return "\n\n".join(self.texts())

    @property
    def digest(self) -> str:
        """What tells two values apart: a hash of all that is known of the passages."""
        from hashlib import sha256

        return sha256(repr(self.passages).encode("utf-8", "surrogatepass")).hexdigest()

    def shown(self) -> list[dict[str, Any]]:
        """Return the passages as data, of which `read` makes them again."""
        return [_shown(passage) for passage in self.passages]

    @classmethod
    def read(cls, value: Any) -> Passages:
        """Return the passages that a value is or lists.

        Raises:
            DataError: it is neither.
        """
        return value if isinstance(value, Passages) else cls(value)


def as_passage(value: Any) -> Passage:
    """Return the passage that a value is: a `Passage`, a text, or a mapping with ``text`` and the other attributes.

    Raises:
        InputError: it is none.
    """
    if isinstance(value, Passage):
        return value
    if isinstance(value, str):
        return Passage(value)
    if not isinstance(value, Mapping):
        raise InputError(f"A passage is a weft.Passage, a text or a dict with 'text', not {value!r:.80}.")
    given = cast("Mapping[Any, Any]", value)
    unknown = next((key for key in given if key not in _FIELDS), None)
    if unknown is not None:
        raise InputError(f"A passage has no {unknown!r}.{hint(str(unknown), _FIELDS)} Other facts are its 'metadata'.")
    if not isinstance(given.get("text"), str):
        raise InputError(f"The passage {value!r:.80} has no 'text'.")
    return Passage(**given)


def _titled(passage: Passage) -> str:
    title = passage.metadata.get("title")
    return f"{title}\n{passage.text}" if title else passage.text


def _shown(passage: Passage) -> dict[str, Any]:
    """Return a passage as data; what is not known is left out."""
    known = {"text": passage.text, "id": passage.id, "score": passage.score, "metadata": dict(passage.metadata)}
    return {name: value for name, value in known.items() if name == "text" or value}
