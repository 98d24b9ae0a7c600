"""Reading data files, and saying where one cannot be read."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from weft.data.files import read_rows, read_table
from weft.errors import DataError

if TYPE_CHECKING:
    from pathlib import Path


def test_csv_with_quotes_newlines_and_blank_lines(tmp_path: Path) -> None:
    file = tmp_path / "a.csv"
    file.write_bytes('\ufefftext, label\r\n"one, ""two""\r\nthree",x\r\n\r\nfour,y\r\n'.encode())
    table = read_table(file)
    assert table.columns == ("text", "label")
    assert [dict(row) for row in table.rows] == [
        {"text": 'one, "two"\r\nthree', "label": "x"},
        {"text": "four", "label": "y"},
    ]
    assert table.places == (f"{file}:2", f"{file}:5")


@pytest.mark.parametrize(
    ("name", "content", "rows"),
    [
        ("a.tsv", "q\ta\n1, 2\t3\n", [{"q": "1, 2", "a": "3"}]),
        ("a.jsonl", '{"q": 1, "a": ["x"]}\n\n{"q": 2}\n', [{"q": 1, "a": ["x"]}, {"q": 2}]),
        ("a.json", '[{"q": 1},\n {"q": 2}]', [{"q": 1}, {"q": 2}]),
        ("a.csv", "q\n\u2028x\n", [{"q": "\u2028x"}]),
    ],
)
def test_other_forms(tmp_path: Path, name: str, content: str, rows: list[object]) -> None:
    (tmp_path / name).write_text(content, encoding="utf-8")
    assert read_rows(tmp_path / name) == rows


@pytest.mark.parametrize(
    ("name", "content", "problem"),
    [
        ("a.csv", b"", "a.csv has no rows."),
        ("a.csv", b"q,a\n", "a.csv has no rows."),
        ("a.csv", b"q,a\n1,2\n3\n", "a.csv:3 has 1 cell, but the header has 2."),
        ("a.csv", b'q,a\n"x\ny",2\n1,2,3\n', "a.csv:4 has 3 cells, but the header has 2."),
        ("a.csv", b'q,a\n"open,2\n3,4\n', "a.csv:2 cannot be read as CSV: unexpected end of data."),
        ("a.csv", b"q,q\n1,2\n", "a.csv:1: the header names the column 'q' twice."),
        ("a.csv", b"q,\n1,2\n", "a.csv:1: column 2 of the header has no name."),
        ("a.csv", b"q,a\n1,2\ncaf\xe9,x\n", "a.csv:3 is not UTF-8 text; save the file in the encoding UTF-8."),
        ("a.jsonl", b'{"q": 1}\n{"q": \n', "a.jsonl:2 is not valid JSON: Expecting value at column 7."),
        ("a.jsonl", b'{"q": 1}\n[1]\n', 'a.jsonl:2 is not a JSON object such as {"text": "…"}.'),
        ("a.json", b'{"q": 1}', "a.json must hold a JSON array of objects; for an object a line, name it .jsonl."),
        ("a.json", b'[\n{"q" 1}]', "a.json:2 is not valid JSON: Expecting ':' delimiter at column 6."),
        ("a.json", b"", "a.json has no rows."),
        ("a.xlsx", b"PK", "a.xlsx must be a .csv, .tsv, .json or .jsonl file for its rows to be read."),
    ],
)
def test_what_cannot_be_read_is_named(tmp_path: Path, name: str, content: bytes, problem: str) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(DataError) as caught:
        read_rows(tmp_path / name)
    assert str(caught.value) == f"{tmp_path}/{problem}"


def test_missing_file_suggests_a_sibling(tmp_path: Path) -> None:
    (tmp_path / "train.csv").write_text("q\n1\n")
    with pytest.raises(DataError, match=r"There is no file '.*trian\.csv'\. Did you mean '.*train\.csv'\?"):
        read_rows(tmp_path / "trian.csv")


def test_a_folder_is_no_file(tmp_path: Path) -> None:
    (tmp_path / "a.csv").mkdir()
    with pytest.raises(DataError, match=r"a\.csv cannot be read: Is a directory\."):
        read_rows(tmp_path / "a.csv")
