"""Filling a retriever: batches, ids, what is refused, and what is said when the store fails half-way."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

import weft
from weft.errors import IndexingError, InputError, OptionError, RMTransportError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence


class Store(weft.RM):
    """Holds passages in a dict, takes notes, and fails at a batch if told so."""

    def __init__(self, *, failing: Exception | None = None, at: int = 1) -> None:
        self.batches: list[list[str]] = []
        self.held: dict[str, weft.Passage] = {}
        self._failing, self._at = failing, at

    async def search(self, query: str, k: int, filters: Any = None) -> list[weft.Passage]:
        return list(self.held.values())[:k]

    async def add(self, passages: Sequence[weft.Passage]) -> None:
        if self._failing is not None and len(self.batches) == self._at:
            raise self._failing
        self.batches.append([passage.id for passage in passages])
        self.held.update({passage.id: passage for passage in passages})


def nothing(query: str, k: int) -> list[str]:
    return []


def test_passages_are_written_in_batches_as_they_are_read() -> None:
    store = Store()
    read: list[int] = []

    def passages() -> Iterator[dict[str, Any]]:
        for number in range(5):
            read.append(len(store.batches))
            yield {"id": str(number), "text": f"Text {number}"}

    done = store.index(passages(), batch_size=2)
    assert store.batches == [["0", "1"], ["2", "3"], ["4"]]
    assert read == [0, 0, 1, 1, 2]
    assert (done.ids, len(done)) == (("0", "1", "2", "3", "4"), 5)


def test_the_same_content_has_the_same_id_everywhere() -> None:
    first = Store().index(["Cats purr.", {"text": "Cats purr.", "metadata": {"page": 1}}])
    again = Store().index([{"text": "Cats purr.", "metadata": {"page": 1}}, "Cats purr.", "Cats purr."])
    assert len(first) == 2
    assert set(first.ids) == set(again.ids)


@pytest.mark.parametrize(
    ("passages", "sentence"),
    [
        ([3], "A passage is a weft.Passage, a text or a dict with 'text', not 3"),
        ([{"title": "x"}], "A passage has no 'title'"),
        ([{"id": "x"}], "has no 'text'"),
        ([{"text": "x", "metadata": {"tags": ["a"]}}], "The metadata 'tags' of the passage 'x' must be a text"),
        ([{"text": "x", "metadata": {"year": float("nan")}}], "not nan"),
        ([{"text": "a", "id": "1"}, {"text": "b", "id": "1"}], "Two different passages have the id '1'"),
        ([{"text": "a", "id": 1}], "The text and the id of a passage are texts"),
    ],
)
def test_what_is_no_passage_is_refused(passages: list[Any], sentence: str) -> None:
    store = Store()
    with pytest.raises(InputError, match=sentence):
        store.index(passages)
    assert store.batches == []


def test_wrong_use_is_corrected() -> None:
    with pytest.raises(OptionError, match="index takes a list of passages, not the text"):
        Store().index("Cats purr.")
    with pytest.raises(OptionError, match="batch_size must be a whole number of at least 1, not 0"):
        Store().index(["a"], batch_size=0)
    with pytest.raises(OptionError, match="remove takes a list of ids, not 'a'"):
        weft.RM("memory").remove("a")
    with pytest.raises(OptionError, match="nothing does not take passages"):
        weft.RM(nothing).index(["a"])


def test_an_account_is_given_when_the_store_fails() -> None:
    store = Store(failing=RMTransportError("The server is gone."))
    with pytest.raises(IndexingError) as caught:
        store.index([f"Text {number}" for number in range(5)], batch_size=2)
    assert str(caught.value).startswith(
        "Store failed while it indexed: The server is gone. 2 passages are written for certain, the last of them "
    )
    assert "of the next 2 some may be" in str(caught.value)
    assert list(caught.value.written) == store.batches[0]
    assert isinstance(caught.value.__cause__, RMTransportError)
    store._failing = None
    assert len(store.index([f"Text {number}" for number in range(5)])) == 5
    assert len(store.held) == 5


def test_what_the_store_refused_is_told_by_id() -> None:
    refusing = IndexingError("One is too long.", written=["0"], failed={"1": "too long"})
    with pytest.raises(IndexingError) as caught:
        Store(failing=refusing, at=0).index([{"id": str(number), "text": str(number)} for number in range(2)])
    assert caught.value.written == ("0",)
    assert caught.value.failed == {"1": "too long"}


def test_searches_and_writes_are_events() -> None:
    heard: list[weft.Event] = []
    store = Store()
    with weft.listening(heard.append):
        store.index(["a", "b", "c"], batch_size=2)
        store("a", k=2)
    told = [(event.kind, event.fields.get("written"), event.fields.get("k")) for event in heard]
    assert told == [("rm.index", 2, None), ("rm.index", 3, None), ("rm.end", None, 2)]
    assert heard[-1].fields["rm"] == "Store"
