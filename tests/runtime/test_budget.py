"""Budgets: nothing is spent beyond them, and what they leave room for is done."""

from __future__ import annotations

import asyncio
import contextvars
import threading
from itertools import count
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import weft
from weft.errors import BudgetExceeded, LMServerError, OptionError

_NAMES = count()


class Paid(weft.LM):
    """A model with exact counts: a token a word, answers as long as their prompt says, in a number, or a failure."""

    def __init__(self, *, prices: weft.Prices | None = weft.Prices(1e6, 1e6), **options: Any) -> None:  # noqa: B008
        able = weft.Capabilities(prices=prices)
        options = {"cache": "off", "max_tokens": 10, **options}
        super().__init__(f"m{next(_NAMES)}", provider="paid", capabilities=able, **options)
        self.calls = 0
        self.called: asyncio.Event | None = None
        self.gate: asyncio.Event | None = None

    def count_tokens(self, request: weft.Request) -> int:
        return sum(len(message.text.split()) for message in request.messages)

    async def generate(self, request: weft.Request) -> weft.Response:
        self.calls += 1
        await asyncio.sleep(0)
        if self.called is not None and self.gate is not None:
            self.called.set()
            await self.gate.wait()
        word = request.messages[-1].text.split()[0]
        tokens = self.count_tokens(request)
        if word == "fail":
            raise LMServerError("failed", provider="paid", model=self.model, usage=weft.Usage(tokens, 0, calls=1))
        return weft.Response.of("x", usage=weft.Usage(tokens, int(word) if word.isdigit() else 1))


def test_what_was_spent_is_told_and_what_has_no_room_is_refused_before_the_call() -> None:
    lm = Paid()
    with weft.budget(calls=2) as left:
        lm("one two")
        lm("one two")
        with pytest.raises(BudgetExceeded, match=r"The budget of 2 calls has no room for a call of paid/") as caught:
            lm("one two")
    assert caught.value.budget is left
    assert lm.calls == 2
    assert left.spent == weft.Usage(4, 2, calls=2, cost=6.0)


@pytest.mark.parametrize(("limit", "most"), [("usd", 24.0), ("tokens", 24)])
def test_a_call_is_refused_for_what_it_may_take(limit: str, most: Any) -> None:
    """Two words of prompt and ten of answer are held; three are spent."""
    lm, limits = Paid(), {limit: most}
    with weft.budget(**limits) as left:
        for _ in range(5):
            lm("one two")
        with pytest.raises(BudgetExceeded, match=r"15 (dollars|tokens) are spent, and this one may take 12"):
            lm("one two")
    assert left.spent.total_tokens == 15


def test_a_price_must_be_known_for_a_budget_in_dollars() -> None:
    lm = Paid(prices=None)
    with weft.budget(usd=1.0), pytest.raises(OptionError, match=r"paid/m\d+, whose price is not known"):
        lm("Hi")
    with weft.budget(tokens=100):
        lm("Hi")
    assert lm.calls == 1


def test_sums_of_dollars_are_not_refused_for_rounding() -> None:
    lm = Paid(prices=weft.Prices(0.1e6, 0.0))
    with weft.budget(usd=0.3):
        for _ in range(3):
            lm("one")
        with pytest.raises(BudgetExceeded):
            lm("one")


def test_the_inner_of_two_budgets_holds_and_so_does_the_outer() -> None:
    lm = Paid()
    with weft.budget(calls=3) as outer:
        with weft.budget(calls=2) as inner:
            lm("a")
            lm("a")
            with pytest.raises(BudgetExceeded) as caught:
                lm("a")
            assert caught.value.budget is inner
        lm("a")
        with weft.budget(calls=9), pytest.raises(BudgetExceeded) as caught:
            lm("a")
        assert caught.value.budget is outer
    assert (outer.spent.calls, inner.spent.calls) == (3, 2)
    lm("a")


def test_an_answer_from_the_cache_is_free() -> None:
    lm = Paid(cache="on")
    lm("cached answer")
    with weft.budget(calls=1) as left:
        lm("cached answer")
        assert left.spent == weft.Usage()
        lm("paid answer")
        lm("cached answer")


def test_what_a_failure_held_is_given_back_and_what_it_spent_is_not() -> None:
    lm = Paid(retries=0)
    with weft.budget(tokens=25) as left:
        with pytest.raises(LMServerError):
            lm("fail now")
        assert left.spent == weft.Usage(2, 0, calls=1, cost=2.0)
        lm("one two")
        lm("one two")


def test_a_call_is_not_made_again_beyond_the_budget() -> None:
    lm = Paid(retries=5)
    with weft.budget(calls=1) as left, pytest.raises(BudgetExceeded, match="no room for another attempt") as caught:
        lm("fail")
    assert left.spent.calls == lm.calls == 1
    assert isinstance(caught.value.__context__, LMServerError)


def test_threads_that_weft_starts_and_tasks_are_counted() -> None:
    lm = Paid()

    class Program(weft.Module):
        def forward(self, text: str) -> Any:
            return weft.Prediction(answer=lm(text).text)

    with weft.budget(calls=5) as left:
        results = Program().batch([{"text": "a"}] * 8, on_error="return")
    errors = [result for result in results if isinstance(result, weft.Err)]
    assert left.spent.calls == lm.calls == 5
    assert [type(error.error) for error in errors] == [BudgetExceeded] * 3


def test_a_call_waits_where_only_calls_under_way_leave_no_room() -> None:
    """Each may take 12 tokens and takes 3; one after the other, all have room."""
    lm = Paid()

    async def run() -> list[weft.Response]:
        return await asyncio.gather(*(lm.acall("one two") for _ in range(8)))

    with weft.budget(tokens=33) as left:
        assert len(asyncio.run(run())) == 8
    assert left.spent.total_tokens == 24


def test_who_is_cancelled_while_waiting_leaves_no_hole() -> None:
    lm = Paid()

    async def run() -> weft.Response:
        lm.called, lm.gate = asyncio.Event(), asyncio.Event()
        first, second, third = (asyncio.ensure_future(lm.acall("one two")) for _ in range(3))
        await lm.called.wait()
        second.cancel()
        await asyncio.gather(second, return_exceptions=True)
        lm.gate.set()
        await first
        return await third

    with weft.budget(tokens=15):
        assert asyncio.run(run()).text == "x"
    assert lm.calls == 2


def test_threads_with_loops_of_their_own_wait_for_each_other() -> None:
    lm, answers = Paid(), list[str]()
    with weft.budget(tokens=33) as left:
        contexts = [contextvars.copy_context() for _ in range(8)]
        threads = [
            threading.Thread(target=context.run, args=(lambda: answers.append(lm("one two").text),))
            for context in contexts
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(timeout=60)
    assert answers == ["x"] * 8
    assert left.spent.total_tokens == 24


def test_a_call_inside_a_call_does_not_wait_for_its_own_end() -> None:
    inner = Paid()

    class Judge(Paid):
        async def generate(self, request: weft.Request) -> weft.Response:
            await inner.acall("one two")
            return weft.Response.of("x", usage=weft.Usage(2, 1))

    with weft.budget(tokens=20), pytest.raises(BudgetExceeded, match="12 are held for calls under way"):
        Judge()("one two")
    with weft.budget(tokens=30):
        Judge()("one two")


@given(
    prompts=st.lists(st.sampled_from(["0 a", "3 a b", "10", "10 a b c d", "fail", "fail a b c"]), max_size=12),
    tokens=st.one_of(st.none(), st.integers(1, 120)),
    calls=st.one_of(st.none(), st.integers(1, 12)),
    outer=st.integers(1, 12),
)
def test_concurrent_calls_never_spend_more_than_the_budget(
    prompts: list[str], tokens: int | None, calls: int | None, outer: int
) -> None:
    lm = Paid(retries=0)

    async def run() -> list[Any]:
        return await asyncio.gather(*(lm.acall(prompt) for prompt in prompts), return_exceptions=True)

    limits = {"calls": calls, "tokens": tokens} if calls or tokens else {"calls": 1}
    with weft.budget(calls=outer) as around, weft.budget(**limits) as left:  # type: ignore[arg-type]
        results = asyncio.run(run())
        for limit, most in {"calls": calls, "tokens": tokens}.items():
            if most is not None:
                assert getattr(left.spent, "total_tokens" if limit == "tokens" else limit) <= most
        assert around.spent == left.spent
        assert around.spent.calls == lm.calls <= outer
        assert {type(result) for result in results} <= {weft.Response, LMServerError, BudgetExceeded}
        assert sum(not isinstance(result, BudgetExceeded) for result in results) == lm.calls
        for prompt, result in zip(prompts, results, strict=True):
            if isinstance(result, BudgetExceeded):  # not for what was under way: it has no room now either
                with pytest.raises(BudgetExceeded):
                    lm(prompt)


def test_a_budget_needs_a_limit_above_nothing() -> None:
    for limits in ({}, {"usd": 0}, {"calls": -1}, {"tokens": True}):
        with pytest.raises(OptionError, match="each a number above 0"), weft.budget(**limits):  # type: ignore[arg-type]
            pass
