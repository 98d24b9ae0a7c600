"""The beginning of a GGUF file: enough to say what the model is without opening it.

The format: https://github.com/ggml-org/ggml/blob/master/docs/gguf.md
"""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path
    from typing import BinaryIO

_FORMATS = {0: "B", 1: "b", 2: "H", 3: "h", 4: "I", 5: "i", 6: "f", 7: "?", 10: "Q", 11: "q", 12: "d"}
_STRING, _ARRAY = 8, 9
_FIRST_VERSION, _LAST_VERSION = 2, 0xFFFF  # a larger number is a small one in the other order of bytes


class NotGGUF(ValueError):
    """The file cannot be read; the message is the end of a sentence that begins with its name."""


def trained_context(path: Path) -> int:
    """Return the tokens of the context window that the model was trained with.

    Raises:
        NotGGUF: it is no GGUF file, is damaged, or holds no language model.
        OSError: the file cannot be opened.
    """
    with path.open("rb") as file:
        if (magic := file.read(4)) != b"GGUF":
            raise NotGGUF(f"is no GGUF file: it begins with {magic!r} and not with b'GGUF'")
        try:
            return _context_length(_Reader(file, path.stat().st_size))
        except (struct.error, UnicodeDecodeError, KeyError) as error:
            raise NotGGUF("is a damaged GGUF file") from error


def _context_length(reader: _Reader) -> int:
    version, _, entries = reader.unpack("IQQ")
    if not _FIRST_VERSION <= version <= _LAST_VERSION:
        raise NotGGUF("is a GGUF file of a kind that llama.cpp does not read")
    architecture = ""
    for _ in range(entries):
        key, kind = reader.text(), reader.number("I")
        if key == "general.architecture":
            architecture = reader.text()
        elif key == f"{architecture}.context_length":
            return int(reader.number(_FORMATS[kind]))
        else:
            reader.skip(kind)
    raise NotGGUF("is a GGUF file, but holds no language model")


class _Reader:
    """Reads the file's little-endian values one after the other."""

    def __init__(self, file: BinaryIO, size: int) -> None:
        self._file, self._size = file, size

    def unpack(self, form: str) -> tuple[Any, ...]:
        return struct.unpack(f"<{form}", self._file.read(struct.calcsize(f"<{form}")))

    def number(self, form: str) -> Any:
        return self.unpack(form)[0]

    def text(self) -> str:
        return self._file.read(self._length(1)).decode()

    def skip(self, kind: int) -> None:
        if kind == _STRING:
            self._file.seek(self._length(1), 1)
        elif kind == _ARRAY:
            self._skip_array(self.number("I"))
        else:
            self._file.seek(struct.calcsize(_FORMATS[kind]), 1)

    def _skip_array(self, kind: int) -> None:
        if kind in (_STRING, _ARRAY):
            for _ in range(self._length(8)):
                self.skip(kind)
        else:
            size = struct.calcsize(_FORMATS[kind])
            self._file.seek(self._length(size) * size, 1)

    def _length(self, size: int) -> int:
        """Return how many things of at least `size` bytes follow; a file has no more of them than fit into it."""
        length = self.number("Q")
        if length * size > self._size:
            raise struct.error("a length beyond the end of the file")
        return length
