"""Cranfield: 1,400 abstracts on aerodynamics, 225 questions, and who judged what to answer them."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import NamedTuple

from weft import Passage

FOLDER = Path(os.environ.get("WEFT_TEST_DATA") or Path(__file__).parents[2] / "shared" / "data") / "cranfield"


class Cranfield(NamedTuple):
    """The collection; queries and judgments have the same numbers, which are those of the judgments."""

    passages: list[Passage]
    queries: dict[str, str]
    judgments: dict[str, dict[str, int]]


def read() -> Cranfield:
    """Return the collection.

    Queries are numbered in order of appearance: the numbers in their file are not those of the judgments.

    Raises:
        OSError: it is not there.
    """
    passages = [
        Passage(_element("text", document), _element("docno", document))
        for document in re.findall("<doc>(.*?)</doc>", _text("cran.all.1400.xml"), re.DOTALL)
    ]
    asked = re.findall("<title>(.*?)</title>", _text("cran.qry.xml"), re.DOTALL)
    queries = {str(number): " ".join(query.split()) for number, query in enumerate(asked, 1)}
    judgments: dict[str, dict[str, int]] = {number: {} for number in queries}
    for line in _text("cranqrel.trec.txt").splitlines():
        query, _, passage, grade = line.split()
        judgments[query][passage] = int(grade)
    return Cranfield(passages, queries, judgments)


def _text(name: str) -> str:
    return (FOLDER / name).read_text(encoding="utf-8")


def _element(name: str, document: str) -> str:
    found = re.search(f"<{name}>(.*?)</{name}>", document, re.DOTALL)
    return "" if found is None else " ".join(found[1].split())
