"""What is known of models: a plugin's table, and what a user states in its place."""

from __future__ import annotations

import json
from dataclasses import dataclass

import pytest

from weft import Prices
from weft.errors import OptionError
from weft_http import Facts, Stated


@dataclass(frozen=True, slots=True, kw_only=True)
class Row(Facts):
    """A row of a plugin's table, with a column of its own."""

    thinks: bool = False


ROW = Row(
    context_window=200_000,
    max_output=8_000,
    prices=Prices(1, 4, cached_input=0.5),
    long_prompt=100_000,
    long_prices=Prices(2, 8),
    thinks=True,
)


@pytest.mark.parametrize(
    ("tokens", "dollars"),
    [
        ((100_000, 1000), 0.104),
        ((100_001, 1000), 0.208002),
        ((1000, 0, 1000), 0.0005),
        ((1000, 0, 0, 1000), 0.001),
    ],
)
def test_long_prompts_cost_more(tokens: tuple[int, ...], dollars: float) -> None:
    assert ROW.cost(*tokens) == pytest.approx(dollars)


def test_what_is_not_known_has_no_price() -> None:
    assert Facts().cost(1000, 1000) is None
    assert Facts(prices=Prices(1, 1), long_prompt=10).cost(11, 0) is None


def test_what_a_user_states_wins_and_the_rest_stays() -> None:
    said = Stated(1000, None, None).over(ROW)
    assert (said.context_window, said.max_output, said.prices, said.thinks) == (1000, 8_000, ROW.prices, True)
    assert Stated(None, None, None).over(ROW) is ROW


def test_prices_of_ones_own_hold_for_long_prompts_too() -> None:
    said = Stated(None, None, {"input": 3, "output": 15}).over(ROW)
    assert said.cost(1_000_000, 0) == pytest.approx(3)


@pytest.mark.parametrize("prices", [Prices(3, 15, 0.3), {"input": 3, "output": 15, "cached_input": 0.3}])
def test_what_was_stated_can_be_stated_again_from_json(prices: Prices) -> None:
    described = Stated(1000, 500, prices).described()
    assert json.loads(json.dumps(described)) == {
        "context_window": 1000,
        "max_output": 500,
        "prices": {"input": 3, "output": 15, "cached_input": 0.3},
    }
    assert Stated(**described).over(ROW) == Stated(1000, 500, prices).over(ROW)


@pytest.mark.parametrize(
    ("context_window", "max_output", "prices", "named"),
    [
        (0, None, None, "context_window"),
        (None, 1.5, None, "max_output"),
        (None, True, None, "max_output"),
        (None, None, 3, "prices"),
        (None, None, {"input": 3, "outptu": 15}, "output"),
    ],
)
def test_values_that_are_none_are_refused(context_window: int, max_output: int, prices: Prices, named: str) -> None:
    with pytest.raises(OptionError, match=named):
        Stated(context_window, max_output, prices)
