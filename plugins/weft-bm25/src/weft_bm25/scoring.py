"""How texts become words, and words become scores: bm25s's options, checked."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Any, cast

import bm25s

from weft.errors import DataError, OptionError

if TYPE_CHECKING:
    from pathlib import Path

METHODS = ("lucene", "robertson", "atire", "bm25l", "bm25+")
_OWN_STEMMER = "a function"


@dataclass(frozen=True, slots=True)
class Scoring:
    """The options of an index; the defaults are bm25s's own.

    Attributes:
        method: the variant of BM25, one of `METHODS`.
        k1: how long a word that comes again goes on to count.
        b: how much long passages are held back, from 0 to 1.
        delta: what a word counts at least, in ``bm25l`` and ``bm25+``.
        stopwords: words that are left out: a language that bm25s has a list for, or words.
        stemmer: a language of PyStemmer's, a function from words to stems, or None.
    """

    method: str = "lucene"
    k1: float = 1.5
    b: float = 0.75
    delta: float = 0.5
    stopwords: str | tuple[str, ...] = "english"
    stemmer: Any = None

    def __post_init__(self) -> None:
        if self.method not in METHODS:
            raise OptionError(f"method is one of {', '.join(METHODS)}, not {self.method!r}.")
        for name, value, most in (("k1", self.k1, None), ("b", self.b, 1), ("delta", self.delta, None)):
            if not _is_number(value) or value < 0 or (most is not None and value > most):
                room = "of at least 0" if most is None else f"from 0 to {most}"
                raise OptionError(f"{name} is a number {room}, not {value!r}.")

    def empty_index(self) -> Any:
        """Return an index of bm25s's with nothing in it."""
        return bm25s.BM25(method=self.method, k1=self.k1, b=self.b, delta=self.delta)

    def as_data(self) -> dict[str, Any]:
        """Return the options as JSON has them; a stemmer that is a function is only said to be one."""
        named = self.stemmer is None or isinstance(self.stemmer, str)
        stopwords = self.stopwords if isinstance(self.stopwords, str) else list(self.stopwords)
        return {**asdict(self), "stopwords": stopwords, "stemmer": self.stemmer if named else _OWN_STEMMER}


def scoring_of(given: Mapping[str, Any], saved: Mapping[str, Any], path: Path | None) -> Scoring:
    """Return the options that were given, else those that an index was saved with, else the defaults.

    Raises:
        OptionError: one is no such thing.
        DataError: the saved index needs a function that was not given.
    """
    chosen = {**saved, **{name: value for name, value in given.items() if value is not None}}
    if chosen.get("stemmer") == _OWN_STEMMER:
        raise DataError(f"The index in {str(path)!r} was made with a stemmer that is a function; give it: stemmer=….")
    if not isinstance(chosen.get("stopwords", ""), str):
        chosen["stopwords"] = _words(chosen["stopwords"])
    return Scoring(**chosen)


class Words:
    """Turns texts into words, as bm25s does.

    Raises:
        OptionError: there is no such list of stop words, no such stemmer, or PyStemmer is missing.
    """

    def __init__(self, scoring: Scoring) -> None:
        library: Any = bm25s  # whose types are half unknown
        self._tokenize = library.tokenize
        self._options: dict[str, Any] = {"stemmer": _stemmer(scoring.stemmer), "show_progress": False}
        named = isinstance(scoring.stopwords, str)
        self._options["stopwords"] = scoring.stopwords if named else list(scoring.stopwords)
        try:
            self.of([""])
        except ValueError as error:
            raise OptionError(f"bm25s has no stop words for {scoring.stopwords!r}. Give a list of words.") from error

    def of(self, texts: Sequence[str]) -> Any:
        """Return the words of texts as bm25s's numbers, with its vocabulary."""
        return self._tokenize(list(texts), **self._options)

    def of_query(self, query: str) -> list[str]:
        """Return the words of a query; one that comes twice counts twice."""
        return self._tokenize([query], return_ids=False, **self._options)[0]


def _stemmer(value: Any) -> Any:
    if value is None or callable(value):
        return value
    if not isinstance(value, str):
        raise OptionError(f"stemmer is a language such as 'english', or a function, not {value!r}.")
    try:
        stemmers: Any = import_module("Stemmer")
    except ImportError as error:
        raise OptionError(f"stemmer={value!r} needs PyStemmer: pip install 'weft-bm25[stemmer]'.") from error
    try:
        return stemmers.Stemmer(value)
    except KeyError as error:
        raise OptionError(
            f"PyStemmer has no stemmer for {value!r}; it has {', '.join(stemmers.algorithms())}."
        ) from error


def _words(value: Any) -> tuple[str, ...]:
    words = tuple(cast("Iterable[Any]", value)) if isinstance(value, Iterable) else (value,)
    if not all(isinstance(word, str) for word in words):
        raise OptionError(f"stopwords are a language such as 'english', or a list of words, not {value!r:.80}.")
    return words


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and value == value
