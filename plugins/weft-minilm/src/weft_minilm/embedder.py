"""``minilm``: vectors of all-MiniLM-L6-v2."""

from __future__ import annotations

from typing import TYPE_CHECKING

from weft import Embedder
from weft.errors import OptionError

from .model import MODEL, check_installed, version

if TYPE_CHECKING:
    from collections.abc import Hashable, Sequence

    Vector = tuple[float, ...]


class MiniLMEmbedder(Embedder):
    """Vectors of 384 numbers and length 1, made in this process; texts of like meaning have like vectors.

    The model reads the first 256 tokens of a text. It is loaded at the first use, once for all embedders.

    Args:
        batch_size: how many texts wait for the model together, at most.
        threads: how many threads of the processor torch takes; default: as many as torch takes by itself.

    Raises:
        OptionError: a number is not a whole one of at least 1.
        PluginLoadError: the model is not installed.

    Source: Reimers and Gurevych 2019, "Sentence-BERT"; the model is all-MiniLM-L6-v2.
    """

    concurrency = 1  # the model does one thing at a time

    def __init__(self, *, batch_size: int = 256, threads: int | None = None) -> None:
        for name, number in (("batch_size", batch_size), ("threads", 1 if threads is None else threads)):
            if not isinstance(number, int) or isinstance(number, bool) or number < 1:  # pyright: ignore[reportUnnecessaryIsInstance]
                raise OptionError(f"{name} must be a whole number of at least 1, not {number!r}.")
        check_installed()
        self.batch_size, self._threads = batch_size, threads
        self._identity = ("minilm", version())

    @property
    def cache_identity(self) -> Hashable:
        return self._identity

    async def embed(self, texts: Sequence[str]) -> Sequence[Vector]:
        return await MODEL.encode(list(texts), self._threads)

    def __repr__(self) -> str:
        return "Embedder('minilm')"
