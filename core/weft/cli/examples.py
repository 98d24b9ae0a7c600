"""From the rows of a file to typed examples, and from texts that repeat to a choice of labels."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from ..data.example import Example
from ..errors import DataError
from ..optimize.task import stream
from ..signature.coerce import Unfit, coerce
from ..signature.describe import text_of
from ..spelling import hint

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from ..data.files import Table
    from ..signature import Field, Signature
    from ..signature.signature import SignatureMeta

MOST_LABELS = 200
LONGEST_LABEL = 80
LEAST_ROWS_A_LABEL = 2


@dataclass(frozen=True, slots=True)
class Labelled:
    """A signature whose text outputs with few values became choices, and what was decided, in sentences."""

    signature: type[Signature]
    labels: Mapping[str, frozenset[str]]
    decisions: tuple[str, ...]


def with_labels(signature: type[Signature], table: Table, *, free_text: bool) -> Labelled:
    """Make a choice of every output that is plain text and takes few values in `table`.

    Few are at most 200 values of at most 80 characters in a line, each seen twice on average.

    Raises:
        DataError: the file lacks a field's column, or has an empty value where labels are wanted.
    """
    check_columns(table, signature.fields)
    labels: dict[str, frozenset[str]] = {}
    decisions: list[str] = []
    for name, field in signature.output_fields.items():
        if free_text or not field.is_plain_text:
            continue
        texts = (text_of(row[name]).strip() for row in table.rows if row.get(name) is not None)
        values = [text for text in texts if text]
        objection = _objection(values)
        if objection:
            decisions.append(f"{name!r} is free text: {objection}.")
            continue
        _refuse_empty(table, name)
        labels[name] = frozenset(values)
        signature = signature.with_updated_fields(name, type_=Literal[tuple(sorted(labels[name]))])
        decisions.append(f"{name!r} is one of the {len(labels[name])} labels in {table.path} (--free-text: any text).")
    return Labelled(signature, labels, tuple(decisions))


def _objection(values: list[str]) -> str:
    """Say why values are no labels; empty where they are."""
    counts = Counter(values)
    longest = max(counts, key=len, default="")
    if len(counts) < 2:
        return "its column holds fewer than two values"
    if len(counts) > MOST_LABELS or len(values) < LEAST_ROWS_A_LABEL * len(counts):
        return f"its column holds {len(counts)} different values in {len(values)} rows"
    if len(longest) > LONGEST_LABEL or any("\n" in value for value in counts):
        return "its column holds long values"
    return ""


def _refuse_empty(table: Table, name: str) -> None:
    for row, place in zip(table.rows, table.places, strict=True):
        if not text_of(row.get(name, "")).strip():
            raise DataError(f"{place} has no {name!r}; fill it in, leave the row out, or use --free-text.")


def check_columns(table: Table, names: Iterable[str]) -> None:
    """Raise DataError for the first name that is no column of the table."""
    for name in names:
        if name not in table.columns:
            raise DataError(f"{table.path} has no column {name!r}.{hint(name, table.columns)}")


def typed_examples(table: Table, signature: SignatureMeta, *, lenient: Collection[str] = ()) -> list[Example]:
    """Return one example a row, with the signature's types; other columns are left out.

    Args:
        table: the rows.
        signature: the fields and their types.
        lenient: fields whose values stay text where they do not fit: no answer will match them, so they count as
            wrong.

    Raises:
        DataError: a column is missing, or a value does not fit its type; says where.
    """
    check_columns(table, signature.fields)
    names = tuple(signature.input_fields)
    return [
        Example(_typed(row, place, signature, lenient)).with_inputs(*names)
        for row, place in zip(table.rows, table.places, strict=True)
    ]


def _typed(row: Mapping[str, Any], place: str, signature: SignatureMeta, lenient: Collection[str]) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for name, field in signature.fields.items():
        if name not in row:
            raise DataError(f"{place} lacks {name!r}.")
        values[name] = _fitting(field, row[name], place, is_lenient=name in lenient)
    return values


def _fitting(field: Field, value: Any, place: str, *, is_lenient: bool) -> Any:
    if value is None and not field.optional:
        raise DataError(f"{place} has null for {field.name!r}.")
    try:
        return coerce(field, value)
    except Unfit as unfit:
        if is_lenient:
            return text_of(value)
        shown = text_of(value)
        shown = shown if len(shown) <= LONGEST_LABEL else f"{shown[:LONGEST_LABEL]}…"
        raise DataError(f"{place} has {shown!r} for {field.name!r}, which {unfit}") from unfit


def foreign_labels(examples: Iterable[Example], labels: Mapping[str, frozenset[str]]) -> int:
    """Return how many examples have a label that is none of the known ones."""
    return sum(any(example[name] not in known for name, known in labels.items()) for example in examples)


def sampled(examples: list[Example], limit: int | None, seed: int, purpose: str) -> list[Example]:
    """Return at most `limit` examples, drawn by the seed and in the file's order."""
    if limit is None or limit >= len(examples):
        return examples
    chosen = sorted(stream(seed, "limit", purpose=purpose).sample(range(len(examples)), limit))
    return [examples[position] for position in chosen]
