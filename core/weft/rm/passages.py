"""Passages on their way into a retriever: each has an id and plain metadata."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from ..data.passages import Passage, as_passage
from ..errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_PLAIN = (str, int, float)
_ID_DIGITS = 32


def to_be_held(values: Iterable[Any]) -> Iterator[Passage]:
    """Yield passages that a retriever can hold, each with an id; one that comes again unchanged is left out.

    A passage without an id gets one from its content, so that it has the same id in every run.

    Raises:
        InputError: a value is no passage, its metadata are no plain values, or two different ones have one id.
    """
    seen: dict[str, int] = {}
    for value in values:
        passage = _with_id(as_passage(value))
        content = hash((passage.text, *passage.metadata.items()))
        if passage.id not in seen:
            seen[passage.id] = content
            yield passage
        elif seen[passage.id] != content:
            raise InputError(f"Two different passages have the id {passage.id!r}.")


def _with_id(passage: Passage) -> Passage:
    for key, value in passage.metadata.items():
        if not isinstance(key, str) or not key or not _is_plain(value):  # pyright: ignore[reportUnnecessaryIsInstance]
            raise InputError(
                f"The metadata {key!r} of the passage {passage.id or passage.text[:40]!r} must be a text, a number or "
                f"a truth value, not {value!r:.80}."
            )
    if not isinstance(passage.text, str) or not isinstance(passage.id, str):  # pyright: ignore[reportUnnecessaryIsInstance]
        raise InputError(
            f"The text and the id of a passage are texts, not {passage.text!r:.60} and {passage.id!r:.60}."
        )
    return passage if passage.id else Passage(passage.text, _content_id(passage), passage.score, passage.metadata)


def _is_plain(value: Any) -> bool:
    return isinstance(value, _PLAIN) and value == value  # NaN has no place in any order


def _content_id(passage: Passage) -> str:
    from hashlib import sha256

    content = json.dumps([passage.text, sorted(passage.metadata.items())], ensure_ascii=False)
    return sha256(content.encode("utf-8", "surrogatepass")).hexdigest()[:_ID_DIGITS]
