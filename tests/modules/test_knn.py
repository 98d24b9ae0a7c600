"""KNN: the examples most like an input."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import pytest

import weft
from weft.errors import BudgetExceeded, DataError, InputError, OptionError, PluginContractError

if TYPE_CHECKING:
    from collections.abc import Sequence

ROWS = [("Where is my card?", "delivery"), ("Which rate do I get?", "exchange"), ("I lost my card!", "lost")]
TRAIN = [weft.Example(text=text, label=label).with_inputs("text") for text, label in ROWS]
TEXTS = [text for text, _ in ROWS]


@pytest.fixture(autouse=True)
def _nothing_kept() -> None:
    weft.clear_cache()


class Letters(weft.LM):
    """Embeds a text as how often it has each letter, and keeps what it was asked."""

    def __init__(self) -> None:
        prices = weft.Prices(input=1.0, output=1.0)
        super().__init__("letters", provider="test", capabilities=weft.Capabilities(prices=prices))
        self.asked: list[list[str]] = []

    async def generate(self, request: weft.Request) -> weft.Response:
        raise AssertionError("only vectors are wanted")

    async def embed(self, texts: Sequence[str]) -> weft.Embeddings:
        self.asked.append(list(texts))
        await asyncio.sleep(0)
        return weft.Embeddings(letters(texts), weft.Usage(input_tokens=len(texts)))


def letters(texts: Sequence[str]) -> tuple[tuple[float, ...], ...]:
    return tuple(tuple(float(text.lower().count(letter)) for letter in "abcdefghijklmnopqrstuvwxyz") for text in texts)


async def letters_later(texts: Sequence[str]) -> tuple[tuple[float, ...], ...]:
    await asyncio.sleep(0)
    return letters(texts)


@pytest.mark.parametrize("vectorizer", [None, letters, letters_later, weft.Embedder(letters), Letters()])
def test_the_nearest_come_first_with_any_vectorizer(vectorizer: Any) -> None:
    knn = weft.KNN(2, TRAIN, vectorizer)
    assert [example.label for example in knn(text="my card was lost")] == ["lost", "delivery"]
    assert asyncio.run(knn.acall(text="a rate"))[0].label == "exchange"
    assert weft.KNN(9, TRAIN, vectorizer)(text="Where is my card?")[0] is TRAIN[0]
    assert len(weft.KNN(9, TRAIN, vectorizer)(text="Where is my card?")) == 3


def test_the_examples_are_embedded_once_and_a_query_is_one_call() -> None:
    lm = Letters()
    knn = weft.KNN(1, TRAIN, lm)
    assert lm.asked == []
    with weft.track_usage() as ledger:
        knn(text="a")
        knn(text="b")
    assert lm.asked == [TEXTS, ["a"], ["b"]]
    assert ledger.total.calls == 3


def test_queries_that_come_together_wait_for_one_index_from_any_loop_and_thread() -> None:
    lm = Letters()
    knn = weft.KNN(1, TRAIN, weft.Embedder(lm))

    async def many() -> list[Any]:
        return list(await asyncio.gather(*(knn.acall(text=text) for text in TEXTS)))

    with ThreadPoolExecutor(4) as pool:
        loops = [pool.submit(asyncio.run, many()) for _ in range(2)]
        plain = [pool.submit(lambda: knn(text=TEXTS[1])) for _ in range(2)]
        assert all([found[0].label for found in loop.result()] == [label for _, label in ROWS] for loop in loops)
        assert all(one.result()[0].label == "exchange" for one in plain)
    assert lm.asked.count(TEXTS) == 1


def test_an_index_that_failed_is_made_at_the_next_query() -> None:
    lm = Letters()
    knn = weft.KNN(1, TRAIN, weft.Embedder(lm, batch_size=1, concurrency=1))
    with weft.budget(calls=2), pytest.raises(BudgetExceeded):
        knn(text="a")
    assert knn(text=TEXTS[2])[0].label == "lost"


def test_several_inputs_are_compared_together_and_may_be_of_any_type() -> None:
    train = [
        weft.Example(place=place, tags=tags, n=1).with_inputs("place", "tags")
        for place, tags in (("Rome", ["food"]), ("Rome", ["art"]), ("Oslo", ["art"]))
    ]
    knn = weft.KNN(1, train)
    assert knn(place="Rome", tags=["art"])[0] is train[1]
    assert knn(tags=["food"])[0] is train[0]


def test_wrong_inputs_and_examples_are_refused_before_any_call() -> None:
    lm = Letters()
    knn = weft.KNN(1, TRAIN, lm)
    with pytest.raises(InputError, match=r"The examples of KNN have no input 'txet'\. Did you mean 'text'"):
        knn(txet="a")
    with pytest.raises(InputError, match="KNN needs the inputs to compare with: text"):
        knn()
    assert lm.asked == []
    with pytest.raises(DataError, match="KNN has no examples"):
        weft.KNN(1, [])
    with pytest.raises(DataError, match="Example 1: The example does not say which"):
        weft.KNN(1, [weft.Example(text="a")])
    with pytest.raises(DataError, match="trainset: row 1 must be an Example, not "):
        weft.KNN(1, [{}])  # type: ignore[list-item]
    with pytest.raises(OptionError, match="k of KNN must be a whole number of at least 1, not 0"):
        weft.KNN(0, TRAIN)
    with pytest.raises(OptionError, match="An Embedder needs an LM, a reference or a function, not 3"):
        weft.KNN(1, TRAIN, 3)  # type: ignore[arg-type]
    with pytest.raises(OptionError, match="Did you mean 'trainset'"):
        weft.KNN(k=1, trianset=TRAIN)  # type: ignore[call-arg]


def test_vectors_that_do_not_belong_together_are_an_error() -> None:
    knn = weft.KNN(1, TRAIN, lambda texts: [[1.0] * len(texts)] * len(texts))
    with pytest.raises(DataError, match="A vector of 1 numbers is compared with vectors of 3"):
        knn(text="a")
    with pytest.raises(PluginContractError):
        weft.KNN(1, TRAIN, lambda texts: [])(text="a")
