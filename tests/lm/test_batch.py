"""Calls in a batch block: the same answers as live ones, in as few batches as can be, each paid for once."""

from __future__ import annotations

import asyncio
import tempfile
from collections import Counter
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from bureau import Bureau, Steps, digest
from hypothesis import given, settings
from hypothesis import strategies as st

import weft
from weft.errors import (
    BudgetExceeded,
    LMInvalidRequestError,
    LMRateLimitError,
    LMServerError,
    LMTimeoutError,
    LMTransportError,
    OptionError,
)
from weft.lm.batch_journal import RunNotes
from weft.lm.cache import CACHE
from weft.lm.wave import Wave

if TYPE_CHECKING:
    from collections.abc import Iterator

    from virtual_time import VirtualTime

pytestmark = pytest.mark.usefixtures("short_waits")


@pytest.fixture(autouse=True)
def _empty_cache() -> Iterator[None]:
    CACHE.clear_memory()
    yield
    CACHE.clear_memory()


@contextmanager
def batching(*lms: weft.LM, **options: Any) -> Iterator[list[weft.Event]]:
    """A batch block that looks often, and what happened of its batches."""
    events: list[weft.Event] = []
    with weft.listening(events.append), weft.batch(*lms, **{"poll": 0.001, "journal": None, **options}):
        yield events


def rows(count: int) -> list[dict[str, str]]:
    return [{"text": f"row {number}"} for number in range(count)]


def outs(results: list[Any]) -> list[str]:
    return [result.out for result in results]


def kinds(events: list[weft.Event]) -> Counter[str]:
    return Counter(event.kind for event in events)


def test_each_step_of_a_program_is_one_batch_and_answers_are_those_of_live_calls(tmp_path: Path) -> None:
    lm = Bureau(folder=tmp_path, cache="off")
    with weft.context(lm=lm):
        live = outs(Steps().batch(rows(20)))
        with batching(lm):
            batched = outs(Steps().batch(rows(20)))
    assert batched == live
    assert lm.batch_sizes() == [20, 20, 20]


def test_a_program_with_a_blocking_forward_is_batched_as_well(tmp_path: Path) -> None:
    class Blocking(weft.Module):
        def __init__(self) -> None:
            self.step = weft.Predict("text -> out")

        def forward(self, text: str) -> Any:
            return self.step(text=self.step(text=text).out)

    lm = Bureau(folder=tmp_path, cache="off")
    with weft.context(lm=lm), batching(lm):
        batched = outs(Blocking().batch(rows(12)))
    with weft.context(lm=lm):
        assert batched == outs(Blocking().batch(rows(12)))
    assert lm.batch_sizes() == [12, 12]


def test_a_program_that_fans_out_sends_all_its_calls_together(tmp_path: Path) -> None:
    class Fan(weft.Module):
        def __init__(self) -> None:
            self.ask = weft.Predict("text -> out")

        async def aforward(self, text: str) -> str:
            async def asked(number: int) -> str:
                return (await self.ask.acall(text=f"{text}, {number}")).out

            return " ".join(await asyncio.gather(*[asked(number) for number in range(3)]))

    lm = Bureau(folder=tmp_path)
    with weft.context(lm=lm), batching(lm):
        Fan().batch(rows(5))
    assert lm.batch_sizes() == [15]


def test_several_answers_of_one_call_are_several_requests(tmp_path: Path) -> None:
    lm = Bureau(folder=tmp_path)
    with batching(lm, linger=0.05):
        response = lm("text", n=3)
    assert len(response.completions) == 3
    assert lm.batch_sizes() == [3]
    assert response.usage.calls == 3


def test_calls_of_plain_tasks_go_when_none_has_come_for_a_while(tmp_path: Path) -> None:
    lm = Bureau(folder=tmp_path)

    async def main() -> list[weft.Response]:
        return await asyncio.gather(*[lm.acall(f"question {number}") for number in range(4)])

    with batching(lm, linger=0.05):
        texts = [response.text for response in asyncio.run(main())]
    assert [digest(f"question {number}") in texts[number] for number in range(4)] == [True] * 4
    assert lm.batch_sizes() == [4]


def test_who_waits_for_an_equal_call_does_not_hold_the_batch_up(tmp_path: Path) -> None:
    lm = Bureau(folder=tmp_path)
    with weft.context(lm=lm), batching(lm, linger=600):
        same = weft.Predict("text -> out").batch([{"text": "the same"}] * 6)
    assert len(set(outs(same))) == 1
    assert lm.batch_sizes() == [1]


def test_equal_calls_with_the_cache_off_are_each_made(tmp_path: Path) -> None:
    lm = Bureau(folder=tmp_path, cache="off")
    with weft.context(lm=lm), batching(lm):
        weft.Predict("text -> out").batch([{"text": "the same"}] * 6)
    assert lm.batch_sizes() == [6]


def test_work_that_waits_for_something_else_lets_the_batch_go_after_a_while(tmp_path: Path) -> None:
    lm = Bureau(folder=tmp_path)
    answered = asyncio.Event()

    class Waits(weft.Module):
        def __init__(self) -> None:
            self.ask = weft.Predict("text -> out")

        async def aforward(self, text: str) -> Any:
            if text == "row 0":  # not a call, and nothing weft could know of
                await answered.wait()
            result = await self.ask.acall(text=text)
            answered.set()
            return result

    with weft.context(lm=lm), batching(lm, linger=0.01):
        Waits().batch(rows(3))
    assert lm.batch_sizes() == [2, 1]


@pytest.mark.parametrize(
    ("options", "limits"), [({"max_requests": 4}, {}), ({}, {"batch_requests": 4}), ({}, {"batch_bytes": 5000})]
)
def test_batches_are_no_larger_than_they_may_be(tmp_path: Path, options: Any, limits: Any) -> None:
    lm = Bureau(folder=tmp_path, limits=limits)
    with weft.context(lm=lm), batching(lm, **options):
        weft.Predict("text -> out").batch(rows(10), concurrency=10)
    sizes = lm.batch_sizes()
    assert sum(sizes) == 10
    assert max(sizes) <= 4


@settings(max_examples=25)
@given(st.integers(1, 9), st.integers(1, 12), st.integers(0, 2), st.data())
def test_however_calls_are_parted_into_batches_the_results_are_those_of_live_calls(
    most: int, concurrency: int, looks: int, data: st.DataObject
) -> None:
    left_out = data.draw(st.sets(st.integers(0, 8)))
    failing = data.draw(st.sets(st.integers(0, 8)))

    def habit(text: str, before: int) -> str:
        number = next(
            (number for number in range(9) if digest(f"row {number}")[:6] in text or f"row {number}" in text), 0
        )
        if before == 0 and number in left_out:
            return "leave"
        return "server" if before < 2 and number in failing else "answer"

    with tempfile.TemporaryDirectory() as folder:
        lm = Bureau(folder=Path(folder), cache="off", looks=looks, habit=habit)
        with weft.context(lm=lm):
            live = outs(Steps().batch(rows(9)))
            with batching(lm, max_requests=most, linger=0.005):
                assert outs(Steps().batch(rows(9), concurrency=concurrency)) == live
        assert max(lm.batch_sizes()) <= most
        assert set(lm.bills().values()) == {2}  # once live, once in a batch


class TestMoney:
    def test_usage_and_cost_are_exact_at_half_the_price_and_by_path(self, tmp_path: Path) -> None:
        lm = Bureau(folder=tmp_path)
        with weft.context(lm=lm), batching(lm), weft.track_usage() as ledger:
            results = Steps().batch(rows(4))
        each = 0.5 * (100 * 10.0 + 10 * 20.0) / 1e6
        assert ledger.total == weft.Usage(1200, 120, calls=12, cost=pytest.approx(12 * each))
        assert {path: usage.calls for path, usage in ledger.by_path().items()} == {"first": 4, "second": 4, "third": 4}
        assert results[0].usage == weft.Usage(300, 30, calls=3, cost=pytest.approx(3 * each))

    def test_the_cache_is_asked_before_and_filled_after(self, tmp_path: Path) -> None:
        lm = Bureau(folder=tmp_path)
        ask = weft.Predict("text -> out", lm=lm)
        ask(text="row 0")
        with batching(lm):
            ask.batch(rows(3))
        assert lm.batch_sizes() == [2]
        with weft.track_usage() as ledger:
            ask.batch(rows(3))
        assert ledger.total.calls == 0
        assert set(lm.bills().values()) == {1}

    def test_budgets_hold_at_the_price_of_batches(self, tmp_path: Path) -> None:
        lm = Bureau(folder=tmp_path, max_tokens=10)
        ask = weft.Predict("text -> out", lm=lm)
        expected = lm.estimate(lm.prepared(ask.render(text="row 0"))).most.cost
        assert expected is not None
        with batching(lm):
            with weft.budget(usd=2.1 * expected / 2):  # two calls at half the price
                results = ask.batch(rows(3), on_error="return")
            failed = [result for result in results if isinstance(result, weft.Err)]
            assert [type(result.error) for result in failed] == [BudgetExceeded]
        assert sum(lm.bills().values()) == 2

    def test_who_waits_for_room_in_a_budget_does_not_hold_the_batch_up(self, tmp_path: Path) -> None:
        lm = Bureau(folder=tmp_path, max_tokens=1000)
        ask = weft.Predict("text -> out", lm=lm)
        most = lm.estimate(lm.prepared(ask.render(text="row 0"))).most.total_tokens
        with batching(lm, linger=600), weft.budget(tokens=2 * most):  # while each takes 110
            results = ask.batch(rows(4))
        assert len(set(outs(results))) == 4
        assert sum(lm.batch_sizes()) == 4
        assert lm.batch_sizes()[0] == 2

    def test_a_call_that_failed_is_made_again_only_within_the_budget(self, tmp_path: Path) -> None:
        lm = Bureau(folder=tmp_path, habit=lambda text, before: "server")
        with batching(lm, linger=0.01), weft.budget(calls=2) as left, pytest.raises(BudgetExceeded):
            lm("Hi")
        assert left.spent.calls == 2
        assert lm.batch_sizes() == [1, 1]

    def test_calls_of_a_budget_hold(self, tmp_path: Path) -> None:
        lm = Bureau(folder=tmp_path)
        with batching(lm), weft.budget(calls=5) as left:
            weft.Predict("text -> out", lm=lm).batch(rows(9), on_error="return")
        assert sum(lm.bills().values()) == left.spent.calls == 5

    def test_history_and_events_tell_of_calls_and_batches(self, tmp_path: Path) -> None:
        lm = Bureau(folder=tmp_path, looks=2)
        with batching(lm) as events:
            weft.Predict("text -> out", lm=lm).batch(rows(2))
        told = kinds(events)
        assert told["lm.end"] == 2
        assert told["batch.submitted"] == told["batch.done"] == 1
        assert told["batch.progress"] >= 1
        done = next(event.fields for event in events if event.kind == "batch.done")
        assert (done["answered"], done["failed"], done["unprocessed"], done["status"]) == (2, 0, 0, "done")
        assert "row 0" in weft.inspect_history(2)
        assert "row 1" in weft.inspect_history(2)

    def test_a_stream_gets_its_answer_in_one_piece(self, tmp_path: Path) -> None:
        lm = Bureau(folder=tmp_path)
        with batching(lm, linger=0.01):
            *pieces, response = lm.streaming("Hi")
        assert [piece.text for piece in pieces] == [response.text]


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


class TestWhoIsBatched:
    def test_other_models_are_called_at_once(self, tmp_path: Path) -> None:
        lm = Bureau(folder=tmp_path)
        other = Bureau("other", folder=tmp_path)
        with batching(lm, linger=0.01) as events:
            other("Hi")
            assert not kinds(events)["batch.submitted"]
            lm("Hi")
        assert lm.batch_sizes() == [1]

    def test_two_models_make_two_batches_of_a_wave(self, tmp_path: Path) -> None:
        one, two = Bureau("one", folder=tmp_path), Bureau("two", folder=tmp_path)

        class Both(weft.Module):
            def __init__(self) -> None:
                self.ask, self.check = weft.Predict("text -> out", lm=one), weft.Predict("text -> out", lm=two)

            async def aforward(self, text: str) -> str:
                asked, checked = await asyncio.gather(self.ask.acall(text=text), self.check.acall(text=text))
                return asked.out + checked.out

        with batching(one, two), weft.track_usage() as ledger:
            Both().batch(rows(5))
        assert one.batch_sizes() == [5, 5]
        assert {ref: usage.calls for ref, usage in ledger.by_model().items()} == {"bureau/one": 5, "bureau/two": 5}

    def test_copies_with_other_parameters_share_a_batch(self, tmp_path: Path) -> None:
        lm = Bureau(folder=tmp_path)
        asks = [weft.Predict("text -> out", lm=lm), weft.Predict("text -> out", lm=lm.copy(temperature=0.5))]

        class Pair(weft.Module):
            async def aforward(self, text: str) -> str:
                return " ".join([each.out for each in await asyncio.gather(*[ask.acall(text=text) for ask in asks])])

        with batching(lm):
            Pair().batch(rows(2))
        assert lm.batch_sizes() == [4]

    def test_a_router_passes_calls_on_to_the_batch(self, tmp_path: Path) -> None:
        lm = Bureau(folder=tmp_path)
        router = weft.Router([lm, Bureau("spare", folder=tmp_path)])
        with batching():
            weft.Predict("text -> out", lm=router).batch(rows(3))
        assert lm.batch_sizes() == [3]

    def test_without_names_every_model_must_take_batches(self, tmp_path: Path) -> None:
        slow = weft.LM("scripted/x", answers=["Hi"], latency=0.001)
        with batching(), pytest.raises(OptionError, match=r"scripted/x takes no batches\. Name the models that do"):
            slow("Hi")
        with batching(Bureau(folder=tmp_path)):
            assert slow("Hi").text == "Hi"

    def test_models_that_only_compute_are_called_in_any_block(self) -> None:
        with batching():
            assert weft.LM("scripted/x", answers=["Hi"])("Hi").text == "Hi"

    def test_an_inner_block_is_asked_first(self, tmp_path: Path) -> None:
        one, two = Bureau("one", folder=tmp_path), Bureau("two", folder=tmp_path)
        with batching(one, linger=0.01) as outer, batching(two, linger=0.01) as inner:
            one("Hi")
            two("Hi")
        assert [event.fields["lm"] for event in outer if event.kind == "batch.submitted"] == [
            "bureau/one",
            "bureau/two",
        ]
        assert kinds(inner)["batch.submitted"] == 2

    def test_after_the_block_calls_are_made_at_once(self, tmp_path: Path) -> None:
        lm = Bureau(folder=tmp_path, cache="off")
        with batching(lm, linger=0.01):
            lm("Hi")
        lm("Hi")
        assert lm.batch_sizes() == [1]
        assert list(lm.bills().values()) == [2]

    @pytest.mark.parametrize(
        ("options", "said"),
        [
            ({"linger": 0}, "linger must be a number above 0"),
            ({"max_requests": 0}, "max_requests must be a whole number"),
            ({"max_requests": 2.5}, "max_requests must be a whole number"),
            ({"poll": (2, 3, 4)}, "poll is the seconds between two looks"),
            ({"poll": (2, 1)}, "poll is the seconds between two looks"),
            ({"on_interrupt": "stop"}, "on_interrupt is 'leave' or 'cancel'"),
            ({"jurnal": "x"}, "Did you mean 'journal'"),
        ],
    )
    def test_options_are_checked(self, options: Any, said: str) -> None:
        with pytest.raises(OptionError, match=said), weft.batch(**options):
            pass

    def test_a_model_that_takes_no_batches_is_refused(self) -> None:
        lm = weft.LM("scripted/x", answers=["Hi"])
        with pytest.raises(OptionError, match="scripted/x takes no batches"), weft.batch(lm):
            pass

    def test_several_loops_and_threads_share_batches(self, tmp_path: Path) -> None:
        lm = Bureau(folder=tmp_path)

        class Mixed(weft.Module):
            """Whose blocking step runs on weft's own loop, while the rest runs on the caller's."""

            def __init__(self) -> None:
                self.ask = weft.Predict("text -> out")

            async def aforward(self, text: str) -> str:
                blocking = asyncio.to_thread(lambda: self.ask(text=f"{text}, blocking").out)
                return " ".join(await asyncio.gather(blocking, asyncio.ensure_future(self._plain(text))))

            async def _plain(self, text: str) -> str:
                return (await self.ask.acall(text=text)).out

        with weft.context(lm=lm), batching(lm, linger=0.05):
            results = asyncio.run(Mixed().abatch(rows(4)))
        assert len(set(results)) == 4
        assert set(lm.bills().values()) == {1}
