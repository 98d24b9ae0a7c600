"""Several models behind one."""

from __future__ import annotations

import asyncio
import json

import pytest
from flaky_provider import Flaky, Streaming

import weft
from weft.errors import (
    ContextWindowExceeded,
    LMAuthError,
    LMContentFilterError,
    LMError,
    LMInvalidRequestError,
    LMServerError,
    LMTransportError,
    OptionError,
    UnsupportedModelError,
)

pytestmark = pytest.mark.usefixtures("short_waits")


def no(kind: type[LMError]) -> Flaky:
    return Flaky([kind("no")], retries=0)


@pytest.mark.parametrize(
    "kind", [LMServerError, LMTransportError, LMAuthError, ContextWindowExceeded, UnsupportedModelError]
)
def test_the_next_model_answers_when_one_fails(kind: type[LMError]) -> None:
    first, second = no(kind), Flaky(["yes"])
    with weft.track_usage() as ledger:
        assert weft.Router([first, second])("Hi").text == "yes"
    assert ledger.total.calls == 2


@pytest.mark.parametrize("kind", [LMInvalidRequestError, LMContentFilterError])
def test_what_no_model_can_mend_is_raised_at_once(kind: type[LMError]) -> None:
    second = Flaky(["yes"])
    with pytest.raises(kind):
        weft.Router([no(kind), second])("Hi")
    assert not second.requests


def test_the_last_error_is_raised_when_all_fail() -> None:
    with pytest.raises(LMAuthError):
        weft.Router([no(LMServerError), no(LMAuthError)])("Hi")


def test_a_model_that_failed_rests() -> None:
    first, second = no(LMServerError), Flaky(["yes"])
    router = weft.Router([first, second], rest=60)
    assert [router("Hi").text for _ in range(3)] == ["yes"] * 3
    assert (len(first.requests), len(second.requests)) == (1, 3)


def test_a_prompt_that_is_too_long_is_no_reason_to_rest() -> None:
    small = Flaky([ContextWindowExceeded("too long"), "small"], retries=0)
    router = weft.Router([small, Flaky(["large"])])
    assert [router("Hi").text, router("Hi").text] == ["large", "small"]


def test_round_robin_takes_turns() -> None:
    router = weft.Router([Flaky(["a"]), Flaky(["b"]), Flaky(["c"])], policy="round-robin")
    assert [router("Hi").text for _ in range(5)] == ["a", "b", "c", "a", "b"]


def test_the_cheapest_is_asked_first_and_unknown_prices_last() -> None:
    def priced(name: str, price: float | None) -> weft.LM:
        lm = Flaky([name])
        prices = None if price is None else weft.Prices(input=price, output=price)
        lm.capabilities = weft.Capabilities(prices=prices)
        return lm

    models = [priced("unknown", None), priced("dear", 10.0), priced("cheap", 1.0)]
    assert weft.Router(models, policy="cheapest")("Hi").text == "cheap"
    assert weft.Router(models[:2], policy="cheapest")("Hi").text == "dear"


def test_a_slow_model_is_overtaken_and_both_are_counted() -> None:
    slow, quick = Flaky([None]), Flaky(["quick"])
    with weft.track_usage() as ledger:
        assert weft.Router([slow, quick], policy="hedge", hedge_after=0.01)("Hi").text == "quick"
    assert slow.cancelled == 1
    assert ledger.total.calls == 2


def test_a_quick_model_is_alone() -> None:
    second = Flaky(["second"])
    assert weft.Router([Flaky(["first"]), second], policy="hedge", hedge_after=60)("Hi").text == "first"
    assert not second.requests


def test_hedging_goes_on_at_once_when_a_model_fails() -> None:
    router = weft.Router([no(LMServerError), Flaky(["yes"])], policy="hedge", hedge_after=60)
    assert router("Hi").text == "yes"
    with pytest.raises(LMAuthError):
        weft.Router([no(LMServerError), no(LMAuthError)], policy="hedge", hedge_after=60)("Hi")


@pytest.mark.parametrize("policy", ["fallback", "hedge"])
def test_streams_begin_again_with_the_next_model(policy: str) -> None:
    broken = Streaming([["Hal", LMTransportError("gone")]], retries=0)
    router = weft.Router([broken, Streaming([["Hel", "lo."]])], policy=policy, hedge_after=60)
    *deltas, whole = router.streaming("Hi")
    assert [delta.text if not delta.restart else "<again>" for delta in deltas] == ["Hal", "<again>", "Hel", "lo.", ""]
    assert whole.text == "Hello."


def test_a_router_can_do_what_all_its_models_can() -> None:
    def able(**abilities: object) -> weft.LM:
        lm = Flaky(["x"])
        lm.capabilities = weft.Capabilities(**abilities)
        return lm

    both = weft.Router(
        [
            able(context_window=8000, tools=True, response_schema=True, parameters=frozenset({"seed", "n"})),
            able(context_window=4000, tools=True),
        ]
    ).capabilities
    assert (both.context_window, both.tools, both.response_schema) == (4000, True, False)
    assert both.parameters == {"seed", "n"}


def test_a_router_is_described_and_made_again_by_name() -> None:
    router = weft.Router(["scripted/a", weft.LM("scripted/b")], policy="round-robin", temperature=0.5)
    described = json.loads(json.dumps(router.describe()))
    made = weft.LM(described.pop("ref"), **described)
    assert isinstance(made, weft.Router)
    assert [model.ref for model in made.models] == ["scripted/a", "scripted/b"]
    assert made.describe() == router.describe()


def test_programs_use_it_like_any_model() -> None:
    models = [no(LMServerError), weft.LM("scripted/x", answers=[{"answer": "4"}, {"answer": "5"}])]
    ask = weft.Predict("question -> answer", lm=weft.Router(models))
    assert ask(question="2+2?").answer == "4"
    assert asyncio.run(ask.acall(question="2+3?")).answer == "5"


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (lambda: weft.Router([]), "needs a list of at least one model"),
        (lambda: weft.Router("openai/x"), "needs a list of at least one model"),
        (lambda: weft.Router(["scripted/x"], policy="fastest"), "is one of 'fallback', 'round-robin'"),
        (lambda: weft.Router(["scripted/x"], polcy="hedge"), "Did you mean 'policy'"),
    ],
)
def test_senseless_routers_are_refused(make: object, says: str) -> None:
    with pytest.raises(OptionError, match=says):
        make()  # type: ignore[operator]
