"""Batches, of models that take them."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, ClassVar

import pytest

import weft
from weft.errors import LMError

from ..levels import advisory
from ..running import finished
from .subject import LMSubject

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_OVER = ("done", "failed", "cancelled")
_FIRST_WAIT_SECONDS, _LONGEST_WAIT_SECONDS = 0.01, 5.0


class BatchChecks(LMSubject):
    """What `weft.batch` relies on. Each check is skipped where the model takes no batches."""

    batch_seconds: ClassVar[float | None] = 60.0

    @advisory
    def test_batch_answers_by_key(self) -> None:
        """A batch ends as ``done``, and under each key it has what that request was answered, with its usage."""
        lm, words = self._batching(), _keyed("red", "green", "blue")
        state = self._seen(lm, self._submit(lm, words))[-1]
        assert state.status == "done", f"the batch ended as {state.status!r}: {state.problem or 'nobody says why'}"
        assert set(state.results) == set(words), f"of {sorted(words)}, these have results: {sorted(state.results)}"
        for key, word in words.items():
            result = state.results[key]
            assert isinstance(result, weft.Response), f"under {key!r}, a Response is wanted, not {result!r}"
            assert result.usage.input_tokens > 0, "a prompt has tokens; report usage.input_tokens"
            assert self.echo(word) is None or word in result.text, f"{key!r} has the answer {result.text!r}"

    @advisory
    def test_batch_tells_how_far_it_is(self) -> None:
        """`BatchState` counts the requests, never more of them as finished, and has no results while it goes on."""
        lm, words = self._batching(), _keyed("red", "green")
        seen = self._seen(lm, self._submit(lm, words))
        for state in seen:
            assert 0 <= state.finished <= len(words), f"of {len(words)} requests, {state.finished} are finished"
            assert state.status != "running" or not state.results, "there are results while the status is 'running'"
        assert seen[-1].total == len(words), f"a batch of {len(words)} requests says that it has {seen[-1].total}"

    @advisory
    def test_batch_is_found_by_its_keys_only(self) -> None:
        """`find_batch` returns the batch that was handed in with the keys, or None; never one with other keys."""
        lm, words = self._batching(), _keyed("red", "green")
        batch = self._submit(lm, words)
        found = finished(lm.find_batch(list(words)))
        assert found in (batch, None), f"the batch {batch!r} was found as {found!r}"
        others = _keyed("one", "two", "three")  # more of them: some providers tell the number sooner than the keys
        assert finished(lm.find_batch(list(others))) is None, "a batch was found by keys that were never handed in"

    @advisory
    def test_batch_that_is_cancelled_ends(self) -> None:
        """`cancel_batch` stops a batch; it ends, with results for no other keys than its own."""
        lm, words = self._batching(), _keyed("red", "green")
        batch = self._submit(lm, words)
        finished(lm.cancel_batch(batch))
        state = self._seen(lm, batch)[-1]
        assert set(state.results) <= set(words), f"there are results of other keys: {sorted(state.results)}"

    @advisory
    def test_unknown_batch_is_an_lm_error(self) -> None:
        """To read a batch that is not there is an `LMError`, and not an empty batch."""
        lm = self._batching()
        with pytest.raises(LMError):
            finished(lm.read_batch("batch-that-was-never-handed-in"))

    def _batching(self) -> weft.LM:
        lm = self.lm()
        if not lm.batches:
            pytest.skip("the model takes no batches")
        return lm

    def _submit(self, lm: weft.LM, words: Mapping[str, str]) -> str:
        """Hand in a request for each word; where the model repeats what it is told, each has an answer of its own."""
        prompts = {key: self.echo(word) or self.prompt for key, word in words.items()}
        return finished(lm.submit_batch({key: lm.prepared(_request(prompt)) for key, prompt in prompts.items()}))

    def _seen(self, lm: weft.LM, batch: str) -> list[weft.BatchState]:
        """Return the states of a batch at each look until it is over."""
        if self.batch_seconds is None:
            pytest.skip("batch_seconds is None: batches take too long to be waited for")
        return finished(_looked_at(lm, batch, self.batch_seconds))


def _keyed(*words: str) -> dict[str, str]:
    return {f"key-{word}": word for word in words}


def _request(prompt: str | Sequence[weft.Message]) -> weft.Request:
    return weft.Request((weft.Message.of("user", prompt),) if isinstance(prompt, str) else tuple(prompt))


async def _looked_at(lm: weft.LM, batch: str, seconds: float) -> list[weft.BatchState]:
    seen: list[weft.BatchState] = []
    wait = _FIRST_WAIT_SECONDS
    async with asyncio.timeout(seconds):
        while not seen or seen[-1].status not in _OVER:
            seen.append(await lm.read_batch(batch))
            await asyncio.sleep(wait)
            wait = min(2 * wait, _LONGEST_WAIT_SECONDS)
    return seen
