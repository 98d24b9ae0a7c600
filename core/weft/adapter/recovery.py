"""Answers in another form than the one asked for, read before anything is paid again.

The forms are tried in order, the surest first. A form counts if it gives every field a value that fits. If it gives two
different ones, the answer is ambiguous, and no weaker form is asked: what a model meant is never guessed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from ..errors import ParseError, TruncatedAnswer
from ..runtime.events import emit
from ..runtime.ledger import current_path
from .forms import Answer, forms_for
from .names import FieldNames
from .reading import Reading, broken_off, read_fields, told, without_last

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from ..lm.records import Completion
    from ..signature import Signature
    from .candidates import Candidate


class _Attempt(NamedTuple):
    """What one form gives: the reading, the raw values by field, and the keys by which the answer calls them."""

    reading: Reading
    found: Mapping[str, Any]
    keys: Collection[str]


def recovered(
    signature: type[Signature], completion: Completion, found: Mapping[str, Any], reading: Reading
) -> dict[str, Any]:
    """Return the fields of an answer in which the adapter `found` too little, by its own form.

    Raises:
        TruncatedAnswer: it was cut off at its length limit before all fields were whole.
        ParseError: no form gives all fields, or one gives different values for them.
    """
    names = FieldNames.of(signature)
    answer = Answer.of(signature, names, completion)
    best = _Attempt(reading, found, found.keys())
    for form in forms_for(reading):
        if form.needs_silence and best.reading.given:
            continue
        complete: list[dict[str, Any]] = []
        for candidate in form.find(answer):
            attempt = _attempt(signature, names, candidate, completion)
            if _is_better(attempt.reading, reading):
                values = attempt.reading.values if form.ends_others else _together(reading, found, attempt.reading)
                complete += [] if values in complete else [values]
            best = max(best, attempt, key=_readable) if attempt.reading.given else best
        if len(complete) == 1:
            emit("answer.recovered", form=form.name, path=current_path(), fields=tuple(signature.output_fields))
            return complete[0]
        if complete and reading.problems:
            raise _ambiguous(completion, complete)
    if not reading.problems:
        return reading.values
    raise _unread(completion, best)


def _attempt(signature: type[Signature], names: FieldNames, candidate: Candidate, completion: Completion) -> _Attempt:
    found = names.aligned(candidate.fields)
    reading = read_fields(signature, found)
    if candidate.end == "cut":
        reading = broken_off(reading, found)
    elif candidate.end == "open" and completion.finish_reason == "length":
        reading = without_last(reading, found)
    return _Attempt(reading, found, candidate.fields.keys())


def _is_better(other: Reading, own: Reading) -> bool:
    """Whether a candidate gives all fields and, if the adapter's own form did so too, one that had a default there."""
    return bool(other.given) and not other.problems and (bool(own.problems) or other.given > own.given)


def _together(own: Reading, found: Mapping[str, Any], other: Reading) -> dict[str, Any]:
    """Return a candidate's values; those that the adapter's own form gives stay if that form gave all it must."""
    if own.problems:
        return other.values
    return {name: own.values[name] if name in found else value for name, value in other.values.items()}


def _readable(attempt: _Attempt) -> tuple[int, int]:
    return -len(attempt.reading.problems), attempt.reading.given


def _ambiguous(completion: Completion, complete: list[dict[str, Any]]) -> ParseError:
    agreed = {name: value for name, value in complete[0].items() if all(other[name] == value for other in complete)}
    problems = {name: f"The answer gives different values for {name!r}." for name in complete[0] if name not in agreed}
    sentence = f"The answer gives different values for {', '.join(map(repr, problems))}."
    return ParseError(sentence, raw=_raw(completion), fields=agreed, problems=problems)


def _unread(completion: Completion, best: _Attempt) -> ParseError:
    problems = told(best.reading.problems, best.keys)
    fields = {name: value for name, value in best.reading.values.items() if name in best.found}
    raw = _raw(completion)
    if completion.finish_reason == "length":
        cut = next((name for name in reversed(list(best.found)) if name in problems), next(iter(problems)))
        sentence = f"The answer was cut off at its length limit in the field {cut!r}; give the model more max_tokens."
        return TruncatedAnswer(sentence, raw=raw, fields=fields, problems=problems)
    sentence = " ".join(problems.values()) if raw.strip() else "The answer is empty."
    return ParseError(sentence, raw=raw, fields=fields, problems=problems)


def _raw(completion: Completion) -> str:
    """Return what the model wrote: its text, or what it called tools with."""
    return completion.text or "\n".join(call.arguments for call in completion.tool_calls)
