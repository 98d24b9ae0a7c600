"""One model file, opened by llama.cpp to turn texts into vectors. Not for two threads at once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from weft.errors import ContextWindowExceeded

from .library import llama_cpp, opened
from .refusals import refusal

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path


class Embedder:
    """A model that turns texts into vectors; models that say nothing else average over the tokens.

    Args:
        path: the GGUF file.
        window: most tokens of a text.
        options: further options of ``llama_cpp.Llama``.
    """

    def __init__(self, path: Path, window: int, options: Mapping[str, Any]) -> None:
        self.name, self.window = path.name, window
        library = llama_cpp()
        sizes = {"n_ctx": window, "n_batch": window, "n_ubatch": window, "embedding": True}
        self._llama = opened(path, **sizes, **options)
        if self._llama.pooling_type() == library.LLAMA_POOLING_TYPE_NONE:
            self._llama.close()
            self._llama = opened(path, **sizes, **options, pooling_type=library.LLAMA_POOLING_TYPE_MEAN)

    def embed(self, texts: Sequence[str]) -> tuple[tuple[tuple[float, ...], ...], int]:
        """Return a vector of length 1 for each text, and the tokens of all texts.

        Raises:
            ContextWindowExceeded: a text is too long.
            LMInvalidRequestError: a text is empty.
        """
        for number, text in enumerate(texts, 1):
            count = len(self._llama.tokenize(text.encode()))
            if count > self.window:
                problem = (
                    f"Text {number} of {len(texts)} has {count} tokens, and {self.name} embeds at most {self.window}; "
                    f"n_ctx=… makes that more."
                )
                raise refusal(self.name, problem, ContextWindowExceeded)
            if not count:
                raise refusal(self.name, f"Text {number} of {len(texts)} has no tokens.")
        vectors, tokens = self._llama.embed(list(texts), normalize=True, truncate=False, return_count=True)
        return tuple(tuple(map(float, vector)) for vector in vectors), tokens

    def close(self) -> None:
        """Free the memory of the model."""
        self._llama.close()
