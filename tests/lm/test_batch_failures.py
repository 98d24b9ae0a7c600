"""Batches and calls in them that fail: what is tried again, what is told, and what is paid."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import pytest
from batch_block import batching, kinds, outs, rows
from bureau import Bureau

import weft
from weft.errors import (
    LMInvalidRequestError,
    LMRateLimitError,
    LMServerError,
    LMTimeoutError,
    LMTransportError,
)
from weft.lm.batch_journal import RunNotes
from weft.lm.wave import Wave

if TYPE_CHECKING:
    from pathlib import Path

    from virtual_time import VirtualTime

pytestmark = pytest.mark.usefixtures("short_waits", "empty_cache")


class TestFailures:
    def test_an_item_that_fails_in_passing_goes_into_the_next_batch(self, tmp_path: Path) -> None:
        lm = Bureau(
            folder=tmp_path, habit=lambda text, before: "server" if "row 1" in text and not before else "answer"
        )
        with batching(lm) as events, weft.track_usage() as ledger:
            results = weft.Predict("text -> out", lm=lm).batch(rows(3))
        assert len(set(outs(results))) == 3
        assert lm.batch_sizes() == [3, 1]
        assert ledger.total.calls == 4
        assert results[1].usage.calls == 2
        assert kinds(events)["lm.retry"] == 1

    def test_an_item_that_goes_on_failing_is_that_calls_error(self, tmp_path: Path) -> None:
        lm = Bureau(folder=tmp_path, retries=2, habit=lambda text, before: "server" if "row 1" in text else "answer")
        with batching(lm):
            results = weft.Predict("text -> out", lm=lm).batch(rows(3), on_error="return")
        assert [isinstance(result, weft.Err) for result in results] == [False, True, False]
        assert isinstance(results[1].error, LMServerError)
        assert lm.batch_sizes() == [3, 1, 1]

    def test_an_error_that_will_not_pass_is_not_tried_again(self, tmp_path: Path) -> None:
        lm = Bureau(folder=tmp_path, habit=lambda text, before: "invalid" if "row 1" in text else "answer")
        with batching(lm), weft.track_usage() as ledger:
            results = weft.Predict("text -> out", lm=lm).batch(rows(2), on_error="return")
        assert isinstance(results[1].error, LMInvalidRequestError)
        assert lm.batch_sizes() == [2]
        assert ledger.total.calls == 2

    def test_what_was_not_processed_goes_into_the_next_batch_and_counts_nothing(self, tmp_path: Path) -> None:
        lm = Bureau(folder=tmp_path, habit=lambda text, before: "leave" if not before else "answer")
        with batching(lm), weft.track_usage() as ledger:
            weft.Predict("text -> out", lm=lm).batch(rows(3))
        assert lm.batch_sizes() == [3, 3]
        assert ledger.total.calls == 3

    def test_what_is_never_processed_fails_in_the_end(self, tmp_path: Path) -> None:
        lm = Bureau(folder=tmp_path, retries=2, habit=lambda text, before: "leave")
        with batching(lm, linger=0.01), pytest.raises(LMTimeoutError, match="unprocessed in 3 batches"):
            lm("Hi")
        assert lm.bills() == {}

    @pytest.mark.parametrize(("status", "said"), [("failed", "the file is empty"), ("cancelled", "was cancelled")])
    def test_a_batch_that_fails_or_is_cancelled_by_others_is_its_calls_error(
        self, tmp_path: Path, status: str, said: str
    ) -> None:
        lm = Bureau(folder=tmp_path, looks=1)
        lm._tell = lambda step: lm.set_status(None, status) if step == "reading" else None
        with batching(lm), weft.track_usage() as ledger:
            results = weft.Predict("text -> out", lm=lm).batch(rows(2), on_error="return")
        assert all(said in str(result.error) for result in results)
        assert ledger.total == weft.Usage()

    def test_a_provider_that_does_not_answer_is_asked_again_without_handing_in_twice(self, tmp_path: Path) -> None:
        lm = Bureau(folder=tmp_path)
        lm.failures = [LMTransportError("no route"), LMTransportError("no route")]
        with batching(lm, linger=0.01):
            lm("Hi")
        assert lm.batch_sizes() == [1]

    def test_a_provider_that_stalls_is_asked_again(self, tmp_path: Path) -> None:
        class Stalling(Bureau):
            stalls = 2

            async def read_batch(self, batch: str) -> weft.BatchState:
                self.stalls -= 1
                if self.stalls >= 0:
                    await asyncio.Event().wait()
                return await super().read_batch(batch)

        lm = Stalling(folder=tmp_path, attempt_timeout=0.01)
        with batching(lm, linger=0.01):
            assert lm("Hi").text
        lm.stalls, lm.retries = 2, 1
        with batching(lm, linger=0.01), pytest.raises(LMTimeoutError, match=r"did not answer within 0\.01 seconds"):
            lm("Ho")

    def test_a_provider_that_asks_for_time_is_given_it(self, tmp_path: Path, virtual_time: VirtualTime) -> None:
        class Busy(Bureau):
            async def read_batch(self, batch: str) -> weft.BatchState:
                if virtual_time.now < 600:
                    raise LMRateLimitError("Look again later.", retry_after=600.0)
                return await super().read_batch(batch)

        run, request = RunNotes(None), weft.Request((weft.Message.of("user", "Hi"),))
        lm = Busy(folder=tmp_path, retries=1)
        wave = Wave(lm, run, run.new_wave("w", ["key"]), requests=[request], poll=(1.0, 1.0))
        assert isinstance(virtual_time.run(wave.outcomes)[0], weft.Response)
        assert virtual_time.now == pytest.approx(601, rel=0.01)

    def test_a_batch_that_arrived_although_its_answer_was_lost_is_found(self, tmp_path: Path) -> None:
        class Lossy(Bureau):
            async def submit_batch(self, requests: Any) -> str:
                await super().submit_batch(requests)
                raise LMTransportError("The connection broke.")

        lm = Lossy(folder=tmp_path)
        with batching(lm, linger=0.01):
            lm("Hi")
        assert lm.batch_sizes() == [1]

    def test_a_batch_that_is_refused_fails_each_call_and_costs_nothing(self, tmp_path: Path) -> None:
        lm = Bureau(folder=tmp_path)
        lm.failures = [weft.errors.LMAuthError("The key is wrong.")]
        with batching(lm) as events, weft.track_usage() as ledger:
            results = weft.Predict("text -> out", lm=lm).batch(rows(3), on_error="return")
        assert {str(result.error) for result in results} == {"The key is wrong."}
        assert len({id(result.error) for result in results}) == 3
        assert ledger.total == weft.Usage()
        assert kinds(events)["batch.failed"] == 1

    def test_a_provider_that_breaks_its_contract_fails_the_calls_and_hangs_nothing(self, tmp_path: Path) -> None:
        class Broken(Bureau):
            async def read_batch(self, batch: str) -> weft.BatchState:
                raise KeyError(batch)

        with batching(lm := Broken(folder=tmp_path), linger=0.01), pytest.raises(KeyError):
            lm("Hi")

    def test_a_call_that_is_cancelled_leaves_the_others_alone(self, tmp_path: Path) -> None:
        lm = Bureau(folder=tmp_path, cache="off")

        async def main() -> list[str]:
            calls = [asyncio.ensure_future(lm.acall(f"question {number}")) for number in range(3)]
            await asyncio.sleep(0)
            calls[0].cancel()
            done = await asyncio.gather(*calls, return_exceptions=True)
            return [type(each).__name__ for each in done]

        with batching(lm, linger=0.05), weft.track_usage() as ledger:
            assert asyncio.run(main()) == ["CancelledError", "Response", "Response"]
        assert lm.batch_sizes() == [2]
        assert ledger.total.calls == 2
