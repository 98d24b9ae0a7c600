"""What a prediction says it took: all steps, attempts and completions of the program that returned it."""

from __future__ import annotations

from itertools import count
from typing import Any

import pytest

import weft
from weft.errors import LMServerError

_NAMES = count()
PRICES = weft.Prices(input=1e6, output=1e6)
ONE = weft.Usage(10, 2, 4, 1, calls=1, cost=12.0)


class Paid(weft.LM):
    """A model that is paid, of which some attempts fail; of those, some were paid for as well."""

    def __init__(self, script: str = "", /, *, n: bool = False, **options: Any) -> None:
        able = weft.Capabilities(prices=PRICES, n=n)
        options = {"cache": "off", **options}
        super().__init__(f"m{next(_NAMES)}", provider="paid", capabilities=able, **options)
        self._script = iter(script)

    async def generate(self, request: weft.Request) -> weft.Response:
        outcome = next(self._script, "")
        if outcome:
            spent = weft.Usage(10, 0) if outcome == "p" else None
            raise LMServerError("failed", provider="paid", model=self.model, usage=spent, retry_after=0.001)
        return weft.Response.of(*["[[ ## b ## ]]\nyes"] * request.n, usage=weft.Usage(10, 2, 4, 1))


class Two(weft.Module):
    def __init__(self, **options: Any) -> None:
        self.one, self.two = weft.Predict("a -> b", **options), weft.Predict("a -> b", **options)

    def forward(self, a: str) -> Any:
        self.one(a=a)
        return self.two(a=a)


class Outer(weft.Module):
    def __init__(self, **options: Any) -> None:
        self.inner, self.last = Two(**options), weft.ChainOfThought("a -> b", **options)

    async def aforward(self, a: str) -> Any:
        await self.inner.acall(a=a)
        return await self.inner.acall(a=a)


def test_of_a_predictor_it_is_its_call() -> None:
    assert weft.Predict("a -> b", lm=Paid())(a="x").usage == ONE


def test_of_a_program_it_is_all_its_steps() -> None:
    lm = Paid()
    with weft.track_usage() as ledger:
        assert Two(lm=lm)(a="x").usage == ONE + ONE
        assert Outer(lm=lm)(a="x").usage == ONE + ONE + ONE + ONE
    assert ledger.total.calls == 6


@pytest.mark.parametrize(
    ("script", "more"),
    [
        ("f", weft.Usage(calls=1)),
        ("pf", weft.Usage(10, calls=2, cost=10.0)),
        ("pp", weft.Usage(20, calls=2, cost=20.0)),
    ],
)
def test_attempts_that_failed_count_with_what_they_cost(script: str, more: weft.Usage) -> None:
    with weft.track_usage() as ledger:
        assert weft.Predict("a -> b", lm=Paid(script))(a="x").usage == ONE + more
    assert ledger.total == ONE + more
    assert Two(lm=Paid(script))(a="x").usage == ONE + ONE + more


@pytest.mark.parametrize(("native", "calls"), [(True, 1), (False, 3)])
def test_several_completions_count_as_the_calls_that_they_took(*, native: bool, calls: int) -> None:
    with weft.track_usage() as ledger:
        prediction = weft.Predict("a -> b", lm=Paid(n=native), n=3)(a="x")
    assert len(prediction.completions) == 3
    assert prediction.usage == ledger.total == sum([ONE] * calls, weft.Usage())


def test_what_came_from_the_cache_is_free() -> None:
    program = Two(lm=Paid(cache="on"))
    assert program(a="x").usage == ONE  # the second step asks what the first one asked
    assert program(a="x").usage == weft.Usage()
