"""Evaluation results as a table, CSV and JSON."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from pydantic_core import to_jsonable_python

from ..runtime.writing import write_whole
from ..signature.describe import text_of

if TYPE_CHECKING:
    from .results import EvaluationResult, Row


def flat_rows(result: EvaluationResult) -> list[dict[str, Any]]:
    """Return one dict a row; a field of both example and prediction becomes ``example_x`` and ``prediction_x``."""
    return [_flat(row, result.metric) for row in result.rows]


def _flat(row: Row, metric: str) -> dict[str, Any]:
    given, found = dict(row.example), _fields(row.prediction)
    both = given.keys() & found.keys()
    flat = {(f"example_{name}" if name in both else name): value for name, value in given.items()}
    flat.update({(f"prediction_{name}" if name in both else name): value for name, value in found.items()})
    flat[metric] = row.score
    flat["feedback"] = row.feedback
    flat["error"] = "" if row.outcome.ok else str(row.outcome)
    return flat


def _fields(prediction: Any) -> dict[str, Any]:
    if prediction is None:
        return {}
    return (
        dict(cast("Mapping[str, Any]", prediction)) if isinstance(prediction, Mapping) else {"prediction": prediction}
    )


def save_csv(result: EvaluationResult, path: str | Path) -> None:
    """Write every row as CSV, with a header; values that are no text are JSON."""
    rows = flat_rows(result)
    columns = list(dict.fromkeys(name for row in rows for name in row))
    buffer = io.StringIO()
    writer = csv.DictWriter(buffer, columns, lineterminator="\n")
    writer.writeheader()
    writer.writerows({name: "" if value is None else text_of(value) for name, value in row.items()} for row in rows)
    write_whole(Path(path), buffer.getvalue())


def save_json(result: EvaluationResult, path: str | Path) -> None:
    """Write the summary and every row as JSON."""
    low, high = result.interval
    content: dict[str, Any] = {
        "metric": result.metric,
        "score": result.score,
        "interval_95": [low, high],
        "coverage": result.coverage,
        "seconds": round(result.seconds, 3),
        "usage": to_jsonable_python(result.usage),
        "rows": flat_rows(result),
    }
    text = json.dumps(to_jsonable_python(content, serialize_unknown=True), indent=2, ensure_ascii=False)
    write_whole(Path(path), text + "\n")


def text_table(result: EvaluationResult, limit: int | None) -> str:
    """Return the first rows as a table, one line each, with long values shortened."""
    from rich.console import Console
    from rich.table import Table

    rows = flat_rows(result)[: limit if limit is not None else len(result.rows)]
    columns = [
        name
        for name in dict.fromkeys(name for row in rows for name in row)
        if any(row.get(name) not in ("", None) for row in rows)
    ]
    table = Table(*columns, title=str(result))
    for row in rows:
        table.add_row(*(_cell(row.get(name)) for name in columns))
    console = Console(file=io.StringIO(), width=120)
    console.print(table)
    return cast("io.StringIO", console.file).getvalue()


def _cell(value: Any) -> str:
    from rich.markup import escape

    text = " ".join(text_of(value).split()) if value is not None else ""
    return escape(text if len(text) <= 60 else f"{text[:59]}…")
