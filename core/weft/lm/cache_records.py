"""Answers as bytes: JSON with the version of its form. What cannot be read is no answer, and never an error."""

from __future__ import annotations

import json
from dataclasses import MISSING, fields
from typing import TYPE_CHECKING, Any

from ..data.calls import ToolCall
from ..data.citations import Citation
from ..errors import OptionError
from ..runtime.ledger import NOTHING
from .records import Completion, Response, TokenLogprob

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

SCHEMA = 1
"""The version of the form. Records of any other are left alone: another weft shares the store."""


def write_record(response: Response, at: float) -> bytes | None:
    """Return an answer as it is stored, or None if it holds something that JSON cannot.

    Args:
        response: what the model gave; what it cost is not kept, since a hit costs nothing.
        at: seconds since 1970 at which it was given.
    """
    completions = [_plain(completion) for completion in response.completions]
    record = {"v": SCHEMA, "at": at, "model": response.model, "completions": completions}
    try:
        return json.dumps(record, separators=(",", ":")).encode()
    except (TypeError, ValueError):
        return None


def read_record(value: bytes) -> tuple[float, Response] | None:
    """Return when an answer was given, and the answer; None for what is no record of this version."""
    try:
        record = json.loads(value)
        if record["v"] != SCHEMA:
            return None
        completions = tuple([_completion(completion) for completion in record["completions"]])
        at, model = float(record["at"]), record["model"]
    except (ValueError, TypeError, LookupError, OptionError):
        return None
    texts: list[Any] = [model, *[completion.text for completion in completions]]
    if not completions or not all(isinstance(text, str) for text in texts):
        return None
    return at, Response(completions, NOTHING, model, cached=True)


_DEFAULTS = {entry.name: entry.default for entry in fields(Completion)}  # pyright: ignore[reportArgumentType]
_RECORDS: Mapping[str, Callable[[Sequence[Any]], Any]] = {
    "tool_calls": lambda call: ToolCall(*call),
    "citations": lambda citation: Citation(*citation),
    "logprobs": lambda row: TokenLogprob(row[0], row[1], tuple([(token, logprob) for token, logprob in row[2]])),
}


def _plain(completion: Completion) -> dict[str, Any]:
    """Return the attributes that are not the default; those to come later included. Records become lists."""
    values = {name: getattr(completion, name) for name in _DEFAULTS}
    kept = {name: value for name, value in values.items() if _DEFAULTS[name] is MISSING or value != _DEFAULTS[name]}
    for name in _RECORDS.keys() & kept.keys():
        kept[name] = [[getattr(record, entry.name) for entry in fields(record)] for record in kept[name]]
    return kept


def _completion(stored: dict[str, Any]) -> Completion:
    for name in _RECORDS.keys() & stored.keys():
        stored[name] = tuple([_RECORDS[name](values) for values in stored[name]])
    return Completion(**stored)
