"""Searching: what comes back, how much of it, in which order."""

from __future__ import annotations

import asyncio
import math

import pytest

from weft import Passage
from weft.errors import OptionError

from ..levels import advisory
from ..running import finished, in_running_loop, within
from .subject import PASSAGES, RMSubject

_PATIENCE_SECONDS = 60.0


class SearchChecks(RMSubject):
    """The one method that every retriever has."""

    def test_finds_passages(self) -> None:
        """`search` returns a list of Passages with text, id and a finite score."""
        found = self.filled()(self.query, k=3)
        assert isinstance(found, list), f"search returns a list, not {type(found).__name__}"
        assert found, f"nothing is found for {self.query!r}"
        for passage in found:
            assert isinstance(passage, Passage), f"search returns Passages, not {passage!r}"
            assert isinstance(passage.text, str), f"a passage's text is a str: {passage!r}"
            assert isinstance(passage.id, str), f"a passage's id is a str: {passage!r}"
            assert math.isfinite(passage.score), f"a passage's score is a finite number: {passage!r}"

    def test_k_bounds_the_results(self) -> None:
        """At most ``k`` passages come back, for a k below, at and far above the number of passages."""
        rm = self.filled()
        for k in (1, 2, 5, 100):
            found = len(rm(self.query, k=k))
            assert found <= k, f"k={k} gave {found} passages"

    def test_senseless_k_is_refused(self) -> None:
        """A ``k`` of 0 or below is an OptionError."""
        rm = self.filled()
        for k in (0, -1):
            with pytest.raises(OptionError):
                rm(self.query, k=k)

    def test_best_comes_first(self) -> None:
        """Passages come in falling order of score: higher is better, so distances must be turned around."""
        scores = [passage.score for passage in self.filled()(self.query, k=5)]
        assert scores == sorted(scores, reverse=True), f"scores do not fall: {scores}"

    def test_batch_agrees(self) -> None:
        """A batch of queries finds for each what a search of its own finds."""
        rm = self.filled()
        queries = [self.query, *(passage.text for passage in PASSAGES), self.query]
        alone = [[passage.id for passage in rm(query, k=2)] for query in queries]
        together = [[passage.id for passage in found] for found in rm.batch(queries, k=2)]
        assert together == alone, f"one after another: {alone}, in a batch: {together}"
        assert rm.batch([], k=2) == [], "a batch of no queries is an empty list"

    @advisory
    def test_exact_text_is_found(self) -> None:
        """The passage whose very text is asked for is the first result."""
        self.able()
        rm = self.filled()
        for passage in PASSAGES[:2]:
            found = rm(passage.text, k=1)
            assert [best.id for best in found] == [passage.id], f"{passage.text!r} found {found}"

    def test_sync_and_async_agree(self) -> None:
        """Blocking and awaited searches of one object work in turn and find the same."""
        rm = self.filled()
        blocking = [passage.id for passage in rm(self.query, k=3)]
        awaited = [passage.id for passage in asyncio.run(rm.acall(self.query, k=3))]
        again = [passage.id for passage in rm(self.query, k=3)]
        assert awaited == blocking == again, f"blocking: {blocking}, awaited: {awaited}, blocking again: {again}"

    def test_searches_inside_a_running_loop(self) -> None:
        """A blocking search works where an event loop runs already, as in a notebook."""
        rm = self.filled()
        assert within(_PATIENCE_SECONDS, lambda: in_running_loop(lambda: rm(self.query, k=1)))

    def test_searches_at_once(self) -> None:
        """Searches that run at once on one object each get their own results."""
        rm = self.filled()
        queries = [passage.text for passage in PASSAGES] * 4
        alone = [[passage.id for passage in rm(query, k=2)] for query in queries]

        async def all_at_once() -> list[list[Passage]]:
            return await asyncio.gather(*(rm.acall(query, k=2) for query in queries))

        together = [[passage.id for passage in found] for found in finished(all_at_once())]
        assert together == alone, "searches that run at once get other results than one after another"
