"""Adding, replacing, deleting, counting and filtering, for retrievers that can."""

from __future__ import annotations

import asyncio

from weft import Passage
from weft.errors import OptionError

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
        """A passage with a known id replaces the old one."""
        rm = self.able()
        finished(rm.add(PASSAGES))
        finished(rm.add([Passage("Cats purr when they are fed.", "cats")]))
        texts = [passage.text for passage in rm("Cats purr", k=_ALL) if passage.id == "cats"]
        assert texts == ["Cats purr when they are fed."], f"the id 'cats' has the texts {texts}"

    def test_passages_without_ids_are_kept_apart(self) -> None:
        """Passages without an id get one each, also after others were deleted."""
        rm = self.able("delete")
        finished(rm.add([Passage("Cats purr."), Passage("Cats sleep.")]))
        first = next(passage.id for passage in rm("Cats purr.", k=_ALL) if passage.text == "Cats purr.")
        finished(rm.delete([first]))
        finished(rm.add([Passage("Cats hunt.")]))
        texts = sorted(passage.text for passage in rm("Cats", k=_ALL))
        assert texts == ["Cats hunt.", "Cats sleep."], f"the retriever holds {texts}"

    def test_deleted_is_gone(self) -> None:
        """A deleted passage is not found any more; deleting an unknown id is no error."""
        rm = self.able("delete")
        finished(rm.add(PASSAGES))
        finished(rm.delete(["cats"]))
        finished(rm.delete(["cats", "no such id"]))
        ids = {passage.id for passage in rm(self.query, k=_ALL)}
        assert "cats" not in ids, "a deleted passage is found"

    def test_counts(self) -> None:
        """`count` is the number of passages, from 0 on, with replaced ones counted once."""
        rm = self.able("count")
        counts = [finished(rm.count())]
        for _ in range(2):
            finished(rm.add(PASSAGES))
            counts.append(finished(rm.count()))
        assert counts == [0, len(PASSAGES), len(PASSAGES)], f"empty, filled and filled again, count gives {counts}"

    def test_adding_at_once_loses_nothing(self) -> None:
        """Passages that are added at the same time are all there afterwards."""
        rm = self.able()

        async def add_all() -> None:
            await asyncio.gather(*(rm.add([Passage(f"Cats number {n} purr.", f"c{n}")]) for n in range(_WRITERS)))

        finished(add_all())
        ids = {passage.id for passage in rm("Cats purr", k=_ALL)}
        assert len(ids) == _WRITERS, f"of {_WRITERS} passages added at once, {len(ids)} are found"

    def test_filters_hold_or_are_refused(self) -> None:
        """Filters leave only passages with that metadata, chosen before the k best; or they are an OptionError."""
        self.able()
        rm = self.filled()
        try:
            found = rm(self.query, k=1, filters={"lang": "de"})
        except OptionError:
            return
        ids = [passage.id for passage in found]
        assert ids == ["katzen"], f"with filters={{'lang': 'de'}} and k=1, {ids} are found and not ['katzen']"
