"""Citations: which passages of which documents an answer rests on, checked against the documents."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, NamedTuple, cast, overload

from ..errors import DataError
from ..runtime.frozen import frozen
from ..spelling import check_keywords, spelled
from .answer_parts import AnswerPart
from .media import Media
from .passages import Passages
from .shown import Shown

if TYPE_CHECKING:
    from .answer_parts import Answered

_SHOWN = ("quote", "source", "found", "start", "end")
_WORDS = re.compile(r"\w+")


@frozen
class Citation:
    """A passage that an answer rests on.

    Attributes:
        quote: the passage, word for word.
        source: the title or name of the document, or its number, as the model says it.
        found: whether the quote stands in the documents that were given, blanks, quotation marks and case aside; None:
            none of them is text that could be searched.
        start: where it begins in the document, in characters; None where it was not found.
        end: where it ends.
    """

    quote: str
    source: str = ""
    found: bool | None = None
    start: int | None = None
    end: int | None = None


class Citations(AnswerPart, Shown, Sequence[Citation]):
    """Passages that an answer rests on; the type of an output that holds them.

    They are the provider's own where the response has such, and else a part of the answer. Either way each quote is
    looked for in the inputs of the call: in those that are or hold a `File` or `Document`, and in texts if none does.

    Args:
        citations: citations, or mappings with ``quote`` and ``source``.

    Raises:
        DataError: something is no citation.

    Example:
        >>> cited = Citations([{"quote": "Snow is  white.", "source": "Weather"}])
        >>> cited.checked({"page": "We know: snow is white."})[0].found
        True
    """

    __slots__ = ("citations",)
    citations: tuple[Citation, ...]

    @spelled
    def __init__(self, citations: Iterable[Citation | Mapping[str, Any]] = ()) -> None:
        object.__setattr__(self, "citations", tuple([_citation(one) for one in citations]))

    @overload
    def __getitem__(self, index: int) -> Citation: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[Citation, ...]: ...
    def __getitem__(self, index: int | slice) -> Citation | tuple[Citation, ...]:
        return self.citations[index]

    def __len__(self) -> int:
        return len(self.citations)

    def __setattr__(self, name: str, value: Any) -> None:
        raise DataError("Citations are immutable.")

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Citations) and other.citations == self.citations

    def __hash__(self) -> int:
        return hash(self.citations)

    def __repr__(self) -> str:
        return f"Citations({list(self.citations)!r})"

    @property
    def unfound(self) -> tuple[Citation, ...]:
        """The citations whose quotes stand in none of the documents."""
        return tuple(one for one in self.citations if one.found is False)

    def checked(self, inputs: Mapping[str, Any]) -> Citations:
        """Return the citations with what looking for the quotes in the inputs of a call told."""
        found = [document for name, value in inputs.items() for document in _documents(value, name)]
        documents = [document for document in found if document.is_file] or found
        return Citations([_checked(one, documents) for one in self.citations])

    @classmethod
    def taken(cls, completion: Answered) -> Citations | None:
        """Return the citations that a response has in the provider's own form."""
        return cls(completion.citations) if completion.citations else None

    def shown(self) -> list[dict[str, Any]]:
        """Return the citations as data; what is not known is left out."""
        rows = [{name: getattr(one, name) for name in _SHOWN} for one in self.citations]
        return [{name: value for name, value in row.items() if value not in (None, "")} for row in rows]

    @classmethod
    def read(cls, value: Any) -> Citations:
        """Return the citations that a value is, or that it lists.

        Raises:
            DataError: it is neither.
        """
        if isinstance(value, Citations):
            return value
        if isinstance(value, str):
            import json

            try:
                value = json.loads(value)
            except ValueError as error:
                raise DataError("Citations are a list of objects with 'quote' and 'source'.") from error
        if isinstance(value, Citation | Mapping):
            value = [value]
        if not isinstance(value, Iterable):
            raise DataError("Citations are a list of objects with 'quote' and 'source'.")
        return cls(cast("Iterable[Any]", value))

    @classmethod
    def __get_pydantic_json_schema__(cls, schema: Any, handler: Any) -> dict[str, Any]:
        quote = {"type": "string", "description": "word for word"}
        properties = {"quote": quote, "source": {"type": "string", "description": "the document's title or name"}}
        return {"type": "array", "items": {"type": "object", "properties": properties, "required": list(properties)}}


def _citation(value: Any) -> Citation:
    if isinstance(value, Citation):
        return value
    if not isinstance(value, Mapping) or not isinstance(cast("Mapping[str, Any]", value).get("quote"), str):
        raise DataError(f"A citation has a 'quote' and a 'source', not {value!r}.")
    given = cast("Mapping[str, Any]", value)
    check_keywords("A citation", given, frozenset(_SHOWN))
    known: dict[str, Any] = {**given, "source": str(given.get("source", ""))}
    return Citation(**known)


class _Source(NamedTuple):
    """What may be quoted; the text is None where it cannot be searched."""

    name: str
    text: str | None
    is_file: bool


def _documents(value: Any, name: str) -> Iterator[_Source]:
    """Yield what may be quoted in a value."""
    if isinstance(value, Media):
        yield _Source(value.name or name, value.decoded if value.is_text else None, True)
    elif isinstance(value, str):
        yield _Source(name, value, False)
    elif isinstance(value, list | tuple | Passages):
        for inner in cast("Sequence[Any]", value):
            yield from _documents(inner, name)
    elif isinstance(text := getattr(value, "text", None), str):  # a passage that was retrieved
        yield _Source(str(getattr(value, "id", "")) or name, text, False)
    elif isinstance(value, Mapping):
        for key, inner in cast("Mapping[str, Any]", value).items():
            yield from _documents(inner, key)


def _checked(citation: Citation, documents: Sequence[_Source]) -> Citation:
    """Return a citation with where its quote stands, in the document that it names if it is there."""
    wanted = citation.source.strip().casefold()
    ordered = sorted(documents, key=lambda document: document.name.casefold() != wanted)
    for document in ordered:
        place = None if document.text is None else _place(citation.quote, document.text)
        if place is not None:
            return replace(citation, found=True, start=place[0], end=place[1])
    is_open = not documents or any(document.text is None for document in documents)
    return replace(citation, found=None if is_open else False, start=None, end=None)


def _place(quote: str, text: str) -> tuple[int, int] | None:
    """Return where a quote stands in a text: the same words in the same order, whatever is between them."""
    words = _WORDS.findall(quote)
    if not words:
        return None
    found = re.search(r"\W+".join(rf"\b{re.escape(word)}\b" for word in words), text, re.IGNORECASE)
    return None if found is None else found.span()
