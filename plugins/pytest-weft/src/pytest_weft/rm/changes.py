"""Adding, replacing, deleting and counting, for retrievers that can."""

from __future__ import annotations

import asyncio

from weft import Passage

from ..running import finished
from .subject import PASSAGES, RMSubject

_WRITERS = 20
_ALL = 50


class ChangeChecks(RMSubject):
    """The optional methods; each check is skipped where its methods are missing."""

    def test_empty_index_finds_nothing(self) -> None:
        """A search in a retriever without passages gives an empty list, not an error."""
        found = self.able()(self.query, k=3)
        assert found == [], f"an empty retriever found {found!r}"

    def test_passages_come_back_whole(self) -> None:
        """Text of every script, id and metadata come back as they were added."""
        self.able()
        rm = self.filled()
        for passage in PASSAGES:
            found = {other.id: other for other in rm(passage.text, k=len(PASSAGES))}.get(passage.id)
            assert found is not None, f"the passage {passage.id!r} is not found by its own text"
            assert found.text == passage.text, f"the text {passage.text!r} came back as {found.text!r}"
            assert dict(found.metadata) == dict(passage.metadata), f"the metadata came back as {found.metadata!r}"

    def test_adding_again_replaces(self) -> None:
        """A passage with a known id replaces the old one, its metadata included."""
        rm = self.able()
        rm.index(PASSAGES)
        rm.index([Passage("Cats purr when they are fed.", "cats", metadata={"lang": "en"})])
        found = [passage for passage in rm("Cats purr", k=_ALL) if passage.id == "cats"]
        texts = [passage.text for passage in found]
        assert texts == ["Cats purr when they are fed."], f"the id 'cats' has the texts {texts}"
        assert dict(found[0].metadata) == {"lang": "en"}, f"the id 'cats' has the metadata {found[0].metadata!r}"

    def test_indexing_the_same_again_changes_nothing(self) -> None:
        """Passages without an id are known by their content, so none is there twice."""
        rm = self.able()
        texts = ["Cats purr.", "Cats sleep."]
        first = rm.index(texts, batch_size=1)
        second = rm.index(texts)
        found = sorted(passage.text for passage in rm("Cats purr.", k=_ALL))
        assert first.ids == second.ids, f"the same passages are called {first.ids} and {second.ids}"
        assert found == texts, f"indexed twice, the retriever holds {found}"

    def test_deleted_is_gone(self) -> None:
        """A deleted passage is not found any more; deleting an unknown id is no error."""
        rm = self.able("delete")
        rm.index(PASSAGES)
        rm.remove(["cats"])
        rm.remove(["cats", "no such id"])
        ids = {passage.id for passage in rm(self.query, k=_ALL)}
        assert "cats" not in ids, "a deleted passage is found"

    def test_counts(self) -> None:
        """`count` is the number of passages, from 0 on, with replaced ones counted once."""
        rm = self.able("count")
        counts = [rm.size()]
        for _ in range(2):
            rm.index(PASSAGES)
            counts.append(rm.size())
        assert counts == [0, len(PASSAGES), len(PASSAGES)], f"empty, filled and filled again, count gives {counts}"

    def test_adding_at_once_loses_nothing(self) -> None:
        """Passages that are added at the same time are all there afterwards."""
        rm = self.able()

        async def add_all() -> None:
            await asyncio.gather(*(rm.aindex([Passage(f"Cats number {n} purr.", f"c{n}")]) for n in range(_WRITERS)))

        finished(add_all())
        ids = {passage.id for passage in rm("Cats purr", k=_ALL)}
        assert len(ids) == _WRITERS, f"of {_WRITERS} passages added at once, {len(ids)} are found"
