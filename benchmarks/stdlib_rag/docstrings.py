"""Functions of Python's standard library with what their docstrings say, read from the Python that runs."""

from __future__ import annotations

import inspect
import re
from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

MODULES = (
    "base64",
    "bisect",
    "calendar",
    "copy",
    "difflib",
    "fnmatch",
    "functools",
    "glob",
    "gzip",
    "heapq",
    "html",
    "inspect",
    "json",
    "math",
    "os",
    "os.path",
    "random",
    "shlex",
    "shutil",
    "statistics",
    "tempfile",
    "textwrap",
    "urllib.parse",
    "zlib",
)
_LEAST_WORDS = 4
_SENTENCE_END = re.compile(r"(?<=[.!?])\s")


def documented() -> Iterator[tuple[str, str, str]]:
    """Yield the module, the name and the docstring of every public function that has one."""
    for module in MODULES:
        for name, value in sorted(vars(import_module(module)).items()):
            doc = inspect.getdoc(value) if inspect.isroutine(value) else None
            if doc and not name.startswith("_"):
                yield module, name, doc


def sentences(doc: str) -> list[str]:
    """Return the sentences of a docstring with at least four words."""
    paragraphs = (" ".join(paragraph.split()) for paragraph in doc.split("\n\n"))
    found = [sentence for paragraph in paragraphs for sentence in _SENTENCE_END.split(paragraph)]
    return [sentence for sentence in found if len(sentence.split()) >= _LEAST_WORDS]


def summary(doc: str) -> str:
    """Return the first paragraph of a docstring in one line."""
    return " ".join(doc.split("\n\n")[0].split())
