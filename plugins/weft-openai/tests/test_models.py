"""What is known of OpenAI's models by name."""

from __future__ import annotations

import pytest
from conftest import lm_of

import weft
from pytest_weft.server import Answer, ModelServer, Usage
from weft.errors import OptionError


@pytest.mark.parametrize("name", ["gpt-4o", "gpt-4o-2024-08-06", "gpt-5-mini", "o3", "text-embedding-3-small"])
def test_models_and_their_snapshots_are_known(name: str) -> None:
    can = weft.LM(f"openai/{name}").capabilities
    assert can.context_window is not None
    assert can.prices is not None


def test_a_snapshot_may_have_prices_of_its_own() -> None:
    old, new = (weft.LM(f"openai/{name}").capabilities.prices for name in ("gpt-4o-2024-05-13", "gpt-4o-2024-08-06"))
    assert old is not None
    assert new is not None
    assert old.input == 2 * new.input


def test_an_unknown_model_has_no_price_and_takes_everything() -> None:
    can = weft.LM("openai/gpt-99").capabilities
    assert (can.prices, can.context_window) == (None, None)
    assert {"temperature", "reasoning_effort", "max_tokens"} <= can.parameters


def test_what_the_user_says_wins() -> None:
    lm = weft.LM("openai/gpt-4o", context_window=1000, max_output=10, prices=weft.Prices(input=9.0, output=9.0))
    can = lm.capabilities
    assert (can.context_window, can.max_output) == (1000, 10)
    assert can.prices == weft.Prices(input=9.0, output=9.0)
    assert lm.describe()["prices"] == {"input": 9.0, "output": 9.0}


def test_models_that_always_reason_take_no_sampling_parameters() -> None:
    can = weft.LM("openai/o4-mini").capabilities
    assert can.parameters == {"max_tokens", "seed", "n", "rollout_id", "reasoning_effort"}
    assert can.reasoning
    assert not weft.LM("openai/gpt-4o").capabilities.reasoning
    with pytest.raises(OptionError, match="no parameter 'stop'"):
        weft.LM("openai/o4-mini", stop="x")


def test_several_answers_of_a_reasoning_model_are_several_calls() -> None:
    assert not weft.LM("openai/gpt-5").capabilities.n
    assert weft.LM("openai/gpt-4o").capabilities.n


@pytest.mark.parametrize(
    ("prompt", "dollars"), [(272_000, 272_000 * 2.5 + 10 * 15.0), (300_000, 300_000 * 5 + 10 * 22.5)]
)
def test_long_prompts_cost_more(server: ModelServer, prompt: int, dollars: float) -> None:
    server.change(answer=Answer("x", usage=Usage(prompt=prompt, completion=10)))
    lm = lm_of(server, "openai/gpt-5.4")
    assert lm("Hi").usage.cost == pytest.approx(dollars / 1e6)
    (*_, whole) = lm.streaming("Hi")
    assert isinstance(whole, weft.Response)
    assert whole.usage.cost == pytest.approx(dollars / 1e6)
