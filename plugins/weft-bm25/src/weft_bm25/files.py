"""An index as plain files: each save goes into a folder of its own, and one small file says which holds.

So a save is there whole or not at all, and who reads meanwhile has the old one.
"""

from __future__ import annotations

import json
import os
import shutil
import uuid
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from weft import Passage
from weft.errors import DataError

from .index import WordIndex

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

_FORMAT = 1
_ABOUT, _PASSAGES, _WORDS = "index.json", "passages.jsonl", "bm25s"


def write_files(folder: Path, index: WordIndex, options: Mapping[str, Any]) -> None:
    """Write an index into a folder, which is made if need be, in place of the one that is there.

    Raises:
        DataError: the folder cannot be written.
    """
    name = f"saved-{uuid.uuid4().hex[:12]}"
    about = {"weft_bm25": _FORMAT, "passages": len(index.passages), "saved": name, "options": options}
    try:
        (folder / name).mkdir(parents=True)
        (folder / name / _PASSAGES).write_bytes(_as_lines(index.passages))
        index.write(folder / name / _WORDS)
        (folder / name / _ABOUT).write_text(json.dumps(about, ensure_ascii=False) + "\n", encoding="utf-8")
        os.replace(folder / name / _ABOUT, folder / _ABOUT)
    except OSError as error:
        with suppress(OSError):  # what was begun is of no use, and the first error is the one to tell
            shutil.rmtree(folder / name)
        raise DataError(f"The index cannot be written to {str(folder)!r}: {error.strerror}.") from error
    for old in folder.glob("saved-*"):
        if old.name != name:
            shutil.rmtree(old, ignore_errors=True)


def read_about(folder: Path) -> Mapping[str, Any]:
    """Return what is said of a saved index.

    Raises:
        DataError: there is none, or it cannot be read.
    """
    try:
        about: Any = json.loads((folder / _ABOUT).read_bytes())
        known = {"options": dict(about["options"]), "saved": str(about["saved"]), "passages": int(about["passages"])}
        version = about["weft_bm25"]
    except FileNotFoundError as error:
        raise DataError(f"There is no index in {str(folder)!r}.") from error
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise _unreadable(folder, error) from error
    if version != _FORMAT:
        raise _unreadable(folder, f"its format is {version!r}, and this weft-bm25 knows {_FORMAT}")
    return known


def read_index(folder: Path, about: Mapping[str, Any]) -> WordIndex:
    """Return the index that `read_about` told about.

    Raises:
        DataError: it cannot be read.
    """
    saved = folder / about["saved"]
    try:
        text = (saved / _PASSAGES).read_bytes().decode("utf-8", "surrogatepass")
        passages = [Passage(**json.loads(line)) for line in text.split("\n") if line]
        index = WordIndex.read(passages, saved / _WORDS)
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise _unreadable(folder, error) from error
    if len(passages) != about["passages"]:
        raise _unreadable(folder, "passages are missing")
    return index


def _unreadable(folder: Path, why: object) -> DataError:
    return DataError(f"The index in {str(folder)!r} cannot be read: {why}.")


def _as_lines(passages: Sequence[Passage]) -> bytes:
    lines = [
        json.dumps({"id": one.id, "text": one.text, "metadata": dict(one.metadata)}, ensure_ascii=False) + "\n"
        for one in passages
    ]
    return "".join(lines).encode("utf-8", "surrogatepass")
