"""Rows from files: CSV, TSV, JSON and JSON Lines, with the line of whatever cannot be read."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from ..errors import DataError
from ..spelling import closest
from .text import counted

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

_DELIMITERS = {".csv": ",", ".tsv": "\t"}


@dataclass(frozen=True, slots=True)
class Table:
    """The rows of a data file.

    Attributes:
        path: the file, as it was named.
        columns: the names of all columns, in order.
        rows: a dict a row; a row of a JSON file may lack columns.
        places: where each row stands, such as ``train.csv:17``.
    """

    path: Path
    columns: tuple[str, ...]
    rows: tuple[Mapping[str, Any], ...]
    places: tuple[str, ...]


def read_rows(path: str | Path) -> list[dict[str, Any]]:
    """Return the rows of a data file as dicts; see `read_table`.

    Example:
        >>> import pathlib, tempfile
        >>> file = pathlib.Path(tempfile.mkdtemp(), "facts.csv")
        >>> _ = file.write_text("question,answer\\n1+1?,2\\n")
        >>> read_rows(file)
        [{'question': '1+1?', 'answer': '2'}]
    """
    return [dict(row) for row in read_table(path).rows]


def read_table(path: str | Path) -> Table:
    """Read a data file as its name says: ``.csv``, ``.tsv``, ``.jsonl`` or ``.ndjson`` (an object a line), ``.json``.

    Text files are UTF-8; their first row names the columns, and all their values are text. Empty lines are skipped.

    Raises:
        DataError: there is no such file, or it is empty, is not UTF-8 or holds a row that cannot be read; says which.
    """
    file = Path(path)
    read = _reader(file)
    places: list[str] = []
    rows: list[Mapping[str, Any]] = []
    for place, row in read(read_text(file), file):
        places.append(place)
        rows.append(row)
    if not rows:
        raise DataError(f"{file} has no rows.")
    columns = dict.fromkeys(name for row in rows for name in row)
    return Table(file, tuple(columns), tuple(rows), tuple(places))


def _reader(file: Path) -> Callable[[str, Path], Iterator[tuple[str, Mapping[str, Any]]]]:
    suffix = file.suffix.lower()
    if suffix in _DELIMITERS:
        return _separated
    readers = {".json": _array, ".jsonl": _lines, ".ndjson": _lines}
    if suffix not in readers:
        raise DataError(f"{file} must be a .csv, .tsv, .json or .jsonl file for its rows to be read.")
    return readers[suffix]


def read_text(file: Path) -> str:
    """Return what a text file holds, in UTF-8; a byte order mark is left out.

    Raises:
        DataError: there is no such file, or it cannot be read, or is not UTF-8; says which.
    """
    try:
        content = file.read_bytes()
    except FileNotFoundError:
        raise DataError(f"There is no file {str(file)!r}.{_sibling(file)}") from None
    except OSError as error:
        raise DataError(f"{file} cannot be read: {error.strerror or error}.") from error
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise DataError(f"{file}:{line} is not UTF-8 text; save the file in the encoding UTF-8.") from error


def _sibling(file: Path) -> str:
    try:
        near = closest(file.name, [other.name for other in file.parent.iterdir() if other.is_file()])
    except OSError:  # the folder is missing too, or may not be listed
        return ""
    return f" Did you mean {str(file.with_name(near))!r}?" if near else ""


def _separated(text: str, file: Path) -> Iterator[tuple[str, Mapping[str, Any]]]:
    # newlines stay as they are, so that those inside quotes are part of the value and lines are counted rightly
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=_DELIMITERS[file.suffix.lower()], strict=True)
    columns: list[str] | None = None
    start = 1
    while True:
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            raise DataError(f"{file}:{start} cannot be read as CSV: {error}.") from error
        place, start = f"{file}:{start}", reader.line_num + 1
        if not cells:
            continue
        if columns is None:
            columns = _header(cells, place)
            continue
        if len(cells) != len(columns):
            raise DataError(f"{place} has {counted(len(cells), 'cell')}, but the header has {len(columns)}.")
        yield place, dict(zip(columns, cells, strict=True))


def _header(cells: list[str], place: str) -> list[str]:
    names = [cell.strip() for cell in cells]
    if "" in names:
        raise DataError(f"{place}: column {names.index('') + 1} of the header has no name.")
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        raise DataError(f"{place}: the header names the column {twice!r} twice.")
    return names


def _lines(text: str, file: Path) -> Iterator[tuple[str, Mapping[str, Any]]]:
    for number, line in enumerate(text.split("\n"), 1):
        if line.strip():
            yield f"{file}:{number}", _object(_parsed(line, f"{file}:{number}"), f"{file}:{number}")


def _array(text: str, file: Path) -> Iterator[tuple[str, Mapping[str, Any]]]:
    found: Any = _parsed(text, str(file)) if text.strip() else list[Any]()
    if not isinstance(found, list):
        raise DataError(f"{file} must hold a JSON array of objects; for an object a line, name it .jsonl.")
    for number, row in enumerate(cast("list[Any]", found), 1):
        place = f"{file}, item {number},"
        yield place, _object(row, place)


def _parsed(text: str, place: str) -> Any:
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        where = place if text.count("\n") == 0 else f"{place}:{error.lineno}"
        raise DataError(f"{where} is not valid JSON: {error.msg} at column {error.colno}.") from error
    except RecursionError as error:
        raise DataError(f"{place} is nested too deeply to be read.") from error


def _object(row: Any, place: str) -> Mapping[str, Any]:
    if not isinstance(row, dict):
        raise DataError(f'{place} is not a JSON object such as {{"text": "…"}}.')
    return cast("dict[str, Any]", row)
