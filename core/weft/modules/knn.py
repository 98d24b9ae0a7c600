"""KNN: the train examples that are most like an input."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..data.example import Example
from ..data.similarity import NgramIndex
from ..data.vectors import VectorIndex, unit
from ..errors import DataError, InputError
from ..lm.cache_flight import single_flight
from ..lm.embedder import Embedder
from ..program.batch import inputs_of
from ..program.demos import inputs_text
from ..program.options import whole_number
from ..runtime.loop import run_sync
from ..spelling import hint, spelled

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from ..lm.base import LM


class KNN:
    """Finds the `k` examples whose inputs are most like given ones, best first.

    Without a vectorizer, likeness is that of words and character n-grams, and no model is called. With one, all
    examples are embedded at the first query, once however many queries come together; a query is one call more.

    Args:
        k: how many examples are found.
        trainset: examples with declared inputs.
        vectorizer: an `Embedder`, or what one can be made of: an LM that can embed, its reference, or a function from a
            list of texts to a list of vectors, sync or async.

    Raises:
        OptionError: `k` is no whole number of at least 1, or `vectorizer` is none.
        DataError: there are no examples, or one does not declare its inputs.

    Example:
        >>> import weft
        >>> rows = [("Where is my card?", "delivery"), ("Which rate do I get?", "exchange")]
        >>> train = [weft.Example(text=text, label=label).with_inputs("text") for text, label in rows]
        >>> weft.KNN(1, train)(text="My card is late")[0].label
        'delivery'
    """

    @spelled
    def __init__(
        self,
        k: int,
        trainset: Sequence[Example],
        vectorizer: Embedder | LM | str | Callable[[list[str]], Any] | None = None,
    ) -> None:
        self.k = whole_number("KNN", "k", k, 1)
        self.trainset = tuple(trainset)
        if not self.trainset:
            raise DataError("KNN has no examples to choose from.")
        rows = [_inputs(row, number) for number, row in enumerate(self.trainset, 1)]
        self._names = tuple(dict.fromkeys(name for row in rows for name in row))
        self._texts = [inputs_text(row, self._names) for row in rows]
        self._vectors: VectorIndex | None = None
        self._embedder: Embedder | None = None
        self._words: NgramIndex | None = None
        if vectorizer is None:
            self._words = NgramIndex(self._texts)
        else:
            self._embedder = vectorizer if isinstance(vectorizer, Embedder) else Embedder(vectorizer)

    def __call__(self, **inputs: Any) -> list[Example]:
        """Return the nearest examples; blocking.

        Raises:
            InputError: an input that no example has, or none at all; before any call.
        """
        return run_sync(self.acall(**inputs))

    async def acall(self, **inputs: Any) -> list[Example]:
        """Return the nearest examples; see `__call__`."""
        text = inputs_text(self._checked(inputs), self._names)
        return [self.trainset[position] for position, _ in await self._nearest(text)]

    def _checked(self, inputs: dict[str, Any]) -> dict[str, Any]:
        for name in inputs:
            if name not in self._names:
                raise InputError(f"The examples of KNN have no input {name!r}.{hint(name, self._names)}")
        if not inputs:
            raise InputError(f"KNN needs the inputs to compare with: {', '.join(self._names)}.")
        return inputs

    async def _nearest(self, text: str) -> list[tuple[int, float]]:
        if self._words is not None:
            return self._words.nearest(text, self.k)
        assert self._embedder is not None
        index = await self._indexed(self._embedder)
        return index.nearest(await self._embedder.acall(text), self.k)

    async def _indexed(self, embedder: Embedder) -> VectorIndex:
        """Return the index, made by whoever comes first while the others wait."""
        if self._vectors is None:

            async def built() -> VectorIndex:
                return self._vectors or VectorIndex(map(unit, await embedder.acall(self._texts)))

            self._vectors, _ = await single_flight((KNN, id(self)), built, lambda: float("inf"))
        return self._vectors


def _inputs(row: Any, number: int) -> dict[str, Any]:
    if not isinstance(row, Example):
        raise DataError(f"trainset: row {number} must be an Example, not {row!r}.")
    return dict(inputs_of(row, number))
