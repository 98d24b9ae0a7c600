"""The ledger: every attempt counted once, in every open scope, whatever thread it ran in."""

from __future__ import annotations

import asyncio
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given
from hypothesis import strategies as st

import weft
from weft.errors import LMServerError
from weft.runtime.ledger import Ledger

USED = weft.Usage(input_tokens=10, output_tokens=2)

usages = st.builds(
    weft.Usage,
    input_tokens=st.integers(0, 1000),
    output_tokens=st.integers(0, 1000),
    calls=st.integers(0, 3),
    cost=st.none() | st.integers(0, 100).map(float),
)


@given(usages, usages, usages)
def test_addition_is_a_sum(a: weft.Usage, b: weft.Usage, c: weft.Usage) -> None:
    assert (a + b) + c == a + (b + c)
    assert a + b == b + a
    assert a + weft.Usage() == a
    assert (a + b).total_tokens == a.total_tokens + b.total_tokens


def test_an_unknown_price_stays_unknown() -> None:
    assert (weft.Usage(cost=None) + weft.Usage(cost=1.0)).cost is None


def test_groups_add_up_to_the_total() -> None:
    ledger = Ledger()
    for model, path in (("a", "x"), ("a", "y"), ("b", "x")):
        ledger.add(model, path, USED)
    assert ledger.total == USED + USED + USED
    assert ledger.by_model() == {"a": USED + USED, "b": USED}
    assert ledger.by_path() == {"x": USED + USED, "y": USED}


def test_it_is_told_by_the_nearest_named_scope_and_by_all_together() -> None:
    lm = weft.LM("scripted/x", answers=lambda request: "a", usage=USED)
    with weft.track_usage() as ledger:
        lm("one")
        with weft.track_usage("drafts"):
            lm("two")
            with weft.track_usage(), weft.budget(calls=9):
                lm("three")
            with weft.track_usage("judge") as judge:
                lm("four")
    once = weft.Usage(10, 2, calls=1)
    assert ledger.by_scope() == {"": once, "drafts": once + once, "judge": once}
    assert judge.by_scope() == {"judge": once}
    assert ledger.entries() == {
        ("scripted/x", "self", ""): once,
        ("scripted/x", "self", "drafts"): once + once,
        ("scripted/x", "self", "judge"): once,
    }


def test_it_prints_as_a_table() -> None:
    ledger = Ledger()
    assert ledger.total == weft.Usage()
    ledger.add("a/large", "qa", weft.Usage(12000, 300, 1000, 20, calls=2, cost=0.5))
    ledger.add("b", "judge.predict", weft.Usage(5, 1, calls=1, cost=None))
    assert str(ledger).split("\n") == [
        "model    path           calls   input  cached  output  reasoning  dollars",
        "a/large  qa                 2  12,000   1,000     300         20      0.5",
        "b        judge.predict      1       5       0       1          0  unknown",
        "total                       3  12,005   1,000     301         20  unknown",
    ]
    assert str(weft.Usage(12000, 300, 1000, 20, calls=2, cost=0.5)) == (
        "2 calls, 12,000 (1,000 cached) + 300 (20 reasoning) tokens, $0.5"
    )


def test_an_inner_scope_pays_into_the_outer_one() -> None:
    lm = weft.LM("scripted/x", answers=["a", "b"], usage=USED)
    with weft.track_usage() as outer:
        lm("one")
        with weft.track_usage() as inner:
            lm("two")
    assert inner.total.input_tokens == 10
    assert outer.total.input_tokens == 20
    assert outer.total.calls == 2


def test_exact_under_threads_and_failures() -> None:
    turns = iter(range(10_000))
    lock = threading.Lock()

    def answer(request: weft.Request) -> object:
        with lock:
            turn = next(turns)
        return LMServerError("down") if turn % 3 == 0 else "fine"

    lm = weft.LM("scripted/x", answers=answer, usage=USED)

    def call(_: int) -> bool:
        try:
            return bool(lm("Hi"))
        except LMServerError:
            return False

    with weft.track_usage() as ledger:
        import contextvars

        contexts = [contextvars.copy_context() for _ in range(900)]
        with ThreadPoolExecutor(16) as pool:
            outcomes = list(pool.map(lambda context: context.run(call, 0), contexts))
    assert outcomes.count(True) == 600
    assert ledger.total.calls == 900
    assert ledger.total.input_tokens == 600 * 10


def test_batch_counts_every_row_into_the_callers_scope() -> None:
    program = weft.Predict("question -> answer", lm=weft.LM("scripted/x", answers=["a"], cycle=True, usage=USED))
    with weft.track_usage() as ledger:
        results = program.batch([{"question": str(number)} for number in range(50)], concurrency=7)
    assert ledger.total.calls == 50
    assert ledger.total.output_tokens == 100
    assert all(result.usage.calls == 1 for result in results)


def test_a_call_that_breaks_the_contract_is_counted_too() -> None:
    lm = weft.LM("scripted/x", answers=[ZeroDivisionError("a bug in a plugin")])
    with weft.track_usage() as ledger, pytest.raises(ZeroDivisionError):
        lm("Hi")
    assert ledger.total.calls == 1


def test_repeated_calls_for_n_answers_keep_what_was_spent_before_a_failure() -> None:
    lm = weft.LM("scripted/x", answers=["a", "b", LMServerError("down")], usage=USED)
    with weft.track_usage() as ledger, pytest.raises(LMServerError):
        lm("Hi", n=3)
    assert ledger.total.calls == 3
    assert ledger.total.input_tokens == 20


def test_scopes_of_concurrent_tasks_are_apart() -> None:
    lm = weft.LM("scripted/x", answers=["a"], cycle=True, usage=USED, latency=0.001)

    async def spend(calls: int) -> int:
        with weft.track_usage() as ledger:
            for _ in range(calls):
                await lm.acall("Hi")
        return ledger.total.calls

    async def main() -> tuple[list[int], int]:
        with weft.track_usage() as ledger:
            spent = await asyncio.gather(*[spend(calls) for calls in range(5)])
        return list(spent), ledger.total.calls

    assert asyncio.run(main()) == ([0, 1, 2, 3, 4], 10)
