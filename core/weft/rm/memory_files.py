"""In-memory retrievers as plain files: passages as JSON lines, vectors as numbers of 4 bytes."""

from __future__ import annotations

import json
import sys
from array import array
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..data.passages import Passage
from ..errors import DataError
from ..runtime.writing import write_whole

if TYPE_CHECKING:
    from collections.abc import Sequence


_FORMAT = 1
_ABOUT, _PASSAGES, _VECTORS = "index.json", "passages.jsonl", "vectors.f32"


def write_files(path: str | Path, passages: Sequence[Passage], vectors: Sequence[array[float]], embedder: str) -> None:
    """Write passages, and a vector for each where there are any, into a folder, which is made if need be.

    Raises:
        DataError: the folder cannot be written.
    """
    folder = Path(path)
    about = {"weft_index": _FORMAT, "passages": len(passages), "embedder": embedder}
    lines = [
        json.dumps({"id": one.id, "text": one.text, "metadata": dict(one.metadata)}, ensure_ascii=False) + "\n"
        for one in passages
    ]
    try:
        folder.mkdir(parents=True, exist_ok=True)
        write_whole(folder / _VECTORS, b"".join([_swapped(vector).tobytes() for vector in vectors]))
        write_whole(folder / _PASSAGES, "".join(lines).encode("utf-8", "surrogatepass"))
        write_whole(folder / _ABOUT, (json.dumps(about) + "\n").encode())
    except OSError as error:
        raise DataError(f"The index cannot be written to {str(path)!r}: {error.strerror}.") from error


def read_files(path: str | Path, embedder: str) -> tuple[dict[str, Passage], dict[str, array[float]]]:
    """Return passages and vectors by id.

    Raises:
        DataError: they cannot be read, or were made with another embedder.
    """
    folder = Path(path)
    try:
        about: Any = json.loads((folder / _ABOUT).read_bytes())
        text = (folder / _PASSAGES).read_bytes().decode("utf-8", "surrogatepass")
        passages = [Passage(**json.loads(line)) for line in text.split("\n") if line]
        numbers = _numbers((folder / _VECTORS).read_bytes())
        made_with, count = about["embedder"], (about["weft_index"], about["passages"])
    except FileNotFoundError as error:
        raise DataError(f"There is no index in {str(path)!r}.") from error
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise DataError(f"The index in {str(path)!r} cannot be read: {error}.") from error
    if count != (_FORMAT, len(passages)):
        raise DataError(f"The index in {str(path)!r} cannot be read: its files do not belong together.")
    if made_with != embedder:
        named = made_with or "no embedder"
        raise DataError(f"The index in {str(path)!r} was made with {named}, not with {embedder or 'none'}.")
    length = len(numbers) // max(1, len(passages))
    vectors = {one.id: numbers[number * length : (number + 1) * length] for number, one in enumerate(passages)}
    return {one.id: one for one in passages}, vectors if length else {}


def _numbers(data: bytes) -> array[float]:
    numbers = array("f")
    numbers.frombytes(data)
    return _swapped(numbers)


def _swapped(numbers: array[float]) -> array[float]:
    """Return numbers in little-endian order, whatever the machine's is."""
    if sys.byteorder == "little":
        return numbers
    turned = numbers[:]
    turned.byteswap()
    return turned
