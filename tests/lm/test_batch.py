"""Calls in a batch block: the same answers as live ones, in as few batches as can be, each paid for once."""

from __future__ import annotations

import asyncio
import tempfile
from pathlib import Path
from typing import Any

import pytest
from batch_block import batching, kinds, outs, rows
from bureau import Bureau, Steps, digest
from hypothesis import given, settings
from hypothesis import strategies as st

import weft
from weft.errors import (
    BudgetExceeded,
    OptionError,
)

pytestmark = pytest.mark.usefixtures("short_waits", "empty_cache")


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
