"""From text files to passages: each is cut where it makes sense, and knows where it stands."""

from __future__ import annotations

import re
from bisect import bisect_right
from importlib import import_module
from operator import itemgetter
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..data.files import read_text
from ..errors import DataError, NotConfiguredError, OptionError
from ..spelling import spelled
from .passages import Passage

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

MARKDOWN = (".md", ".markdown")
_HEADING_OR_FENCE = re.compile(
    r"^ {0,3}(?:(?P<fence>`{3,}|~{3,})|#{1,6}[ \t]+(?P<heading>.*?)(?:[ \t]+#+)?[ \t]*\r?$)", re.MULTILINE
)


@spelled
def passages_from(
    files: str | PathLike[str] | Iterable[str | PathLike[str]], *, chunk: int = 1200, overlap: int = 0
) -> Iterator[Passage]:
    """Yield the passages of text files in order; each file is read, as UTF-8, when its turn comes.

    A passage has the id ``file#number``, with the file as it was named, so that the same files give the same ids
    again. Its metadata are ``file``, ``start`` (where it begins, in characters) and, in Markdown, ``title``, the
    heading it stands under. Files without text give none.

    Args:
        files: a file, or several; those named ``.md`` or ``.markdown`` are cut as Markdown.
        chunk: how long a passage is at most, in characters.
        overlap: how much of the end of a passage the next one repeats at most, in characters.

    Raises:
        OptionError: `chunk` is below 1, or `overlap` below 0 or not below `chunk`.
        NotConfiguredError: semantic-text-splitter is not installed.
        DataError: a file cannot be read, or is no text; says which.
    """
    _check_sizes(chunk, overlap)
    splitters = _splitters(chunk, overlap)
    return _passages([files] if isinstance(files, str | PathLike) else files, splitters)


def _check_sizes(chunk: Any, overlap: Any) -> None:
    if not isinstance(chunk, int) or isinstance(chunk, bool) or chunk < 1:
        raise OptionError(f"chunk must be a whole number of at least 1, not {chunk!r}.")
    if not isinstance(overlap, int) or isinstance(overlap, bool) or not 0 <= overlap < chunk:
        raise OptionError(f"overlap must be a whole number from 0 to below chunk, which is {chunk}, not {overlap!r}.")


def _splitters(chunk: int, overlap: int) -> tuple[Any, Any]:
    """Return what cuts Markdown, and what cuts other texts."""
    try:
        library = import_module("semantic_text_splitter")
    except ImportError as error:
        raise NotConfiguredError(
            "Files are cut into passages by semantic-text-splitter, which is not installed: pip install 'weft[index]'."
        ) from error
    return library.MarkdownSplitter(chunk, overlap), library.TextSplitter(chunk, overlap)


def _passages(files: Iterable[str | PathLike[str]], splitters: tuple[Any, Any]) -> Iterator[Passage]:
    for file in map(Path, files):
        text = read_text(file)
        if "\0" in text:
            raise DataError(f"{file} is not a text file.")
        is_markdown = file.suffix.lower() in MARKDOWN
        headings = _headings(text) if is_markdown else []
        for number, (start, piece) in enumerate(splitters[0 if is_markdown else 1].chunk_indices(text)):
            above = bisect_right(headings, start, key=itemgetter(0))
            title = {"title": headings[above - 1][1]} if above else {}
            facts = {"file": file.as_posix(), "start": start, **title}
            yield Passage(piece, id=passage_id(file, number), metadata=facts)


def passage_id(file: Path, number: int) -> str:
    """Return the id of a file's passage; numbers begin at 0."""
    return f"{file.as_posix()}#{number}"


def _headings(text: str) -> list[tuple[int, str]]:
    """Return where headings begin, and what they say; a line with ``#`` in a block of code is none."""
    found: list[tuple[int, str]] = []
    fence = ""
    for line in _HEADING_OR_FENCE.finditer(text):
        mark = line["fence"] or ""
        if fence:
            fence = "" if mark.startswith(fence) else fence
        elif mark:
            fence = mark
        elif line["heading"]:
            found.append((line.start(), line["heading"]))
    return found
