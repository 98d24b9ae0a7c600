"""The way of every call: cache, repetition, cost, history; and the LM in force."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

import weft
from weft.errors import LMError, NotConfiguredError, OptionError, PluginContractError, PluginNotFound
from weft.lm.history import history


class Counted(weft.LM):
    """A provider that counts what it answers, and may be given prices."""

    def __init__(self, model: str, /, *, prices: Any = None, cost: float = 0.0, **options: Any) -> None:
        super().__init__(model, provider="counted", capabilities=weft.Capabilities(prices=prices), **options)
        self.calls = 0
        self._cost = cost

    async def generate(self, request: weft.Request) -> weft.Response:
        self.calls += 1
        return weft.Response.of(f"answer {self.calls}", usage=weft.Usage(100, 10, cost=self._cost))


def test_cache_modes(request: pytest.FixtureRequest) -> None:
    lm = Counted(request.node.name)
    assert [lm("Hi").text, lm("Hi").text, lm("Ho").text] == ["answer 1", "answer 1", "answer 2"]
    with weft.context(cache="off"):
        assert lm("Hi").text == "answer 3"
    assert lm("Hi").text == "answer 1"
    with weft.context(cache="refresh"):
        assert lm("Hi").text == "answer 4"
    assert lm("Hi").text == "answer 4"
    with weft.context(cache="read"):
        assert [lm("Hi").text, lm("new").text, lm("new").text] == ["answer 4", "answer 5", "answer 6"]


def test_the_models_own_cache_mode_wins(request: pytest.FixtureRequest) -> None:
    lm = Counted(request.node.name, cache="off")
    assert [lm("Hi").text, lm("Hi").text] == ["answer 1", "answer 2"]


def test_a_cached_answer_costs_nothing_and_says_so(request: pytest.FixtureRequest) -> None:
    lm = Counted(request.node.name, prices=weft.Prices(input=1.0, output=1.0))
    first = lm("Hi")
    with weft.track_usage() as ledger:
        second = lm("Hi")
    assert (first.cached, second.cached) == (False, True)
    assert first.text == second.text
    assert ledger.total == second.usage == weft.Usage()


def test_what_differs_is_not_shared(request: pytest.FixtureRequest) -> None:
    lm = Counted(request.node.name)
    texts = [
        lm("Hi").text,
        lm("Hi", temperature=0.5).text,
        lm("Hi", rollout_id=1).text,
        lm("Hi", stop=["x"]).text,
        lm.copy(seed=1)("Hi").text,
    ]
    assert len(set(texts)) == 5
    assert Counted("another")("Hi").text == "answer 1"


def test_scripts_do_not_answer_for_each_other() -> None:
    one, other = (weft.LM("scripted/same", answers=[text], cycle=True, cache="on") for text in ("one", "other"))
    assert (one("Hi").text, other("Hi").text, one.copy(seed=None)("Hi").text) == ("one", "other", "one")


def test_a_smaller_window_is_not_served_from_a_larger_ones_cache() -> None:
    prompt = "word " * 50
    weft.LM("embedded/incontext")(prompt)
    with pytest.raises(LMError, match="exceed the context window of 10"):
        weft.LM("embedded/incontext", context_window=10)(prompt)


def test_n_answers_from_a_model_that_gives_one_at_a_time() -> None:
    heard: list[weft.Request] = []

    def answer(request: weft.Request) -> str:
        heard.append(request)
        return f"answer {len(heard)}"

    lm = weft.LM("scripted/x", answers=answer, usage=weft.Usage(10, 1))
    with weft.track_usage() as ledger:
        response = lm("Hi", n=3, seed=5, rollout_id=2)
    assert [completion.text for completion in response.completions] == ["answer 1", "answer 2", "answer 3"]
    assert [request.n for request in heard] == [1, 1, 1]
    assert [request.seed for request in heard] == [5, 6, 7]
    assert len({request.rollout_id for request in heard}) == 3
    assert response.usage == ledger.total == weft.Usage(30, 3, calls=3, cost=0.0)


def test_costs_come_from_the_provider_else_from_its_prices() -> None:
    prices = weft.Prices(input=1000.0, output=0.0)
    with weft.track_usage() as ledger:
        Counted("a", prices=prices, cache="off")("Hi")
    assert ledger.total.cost == pytest.approx(0.1)
    with weft.track_usage() as ledger:
        Counted("a", prices=prices, cost=0.7, cache="off")("Hi")
    assert ledger.total.cost == pytest.approx(0.7)
    with weft.track_usage() as ledger:
        Counted("a", cache="off")("Hi")
    assert ledger.total.cost is None


def test_usage_is_kept_by_model_and_by_path() -> None:
    class Two(weft.Module):
        def __init__(self) -> None:
            self.first = weft.Predict("a -> b", lm=Counted("x", cache="off"))
            self.second = weft.Predict("b -> c", lm=Counted("y", cache="off"))

        def forward(self, a: str) -> Any:
            return self.second(b=self.first(a=a).b)

    with weft.track_usage() as ledger:
        result = Two()(a="?")
    assert {model: usage.calls for model, usage in ledger.by_model().items()} == {"counted/x": 1, "counted/y": 1}
    assert {path: usage.calls for path, usage in ledger.by_path().items()} == {"first": 1, "second": 1}
    assert result.usage.calls == 2


def test_history_keeps_the_last_calls_and_no_more() -> None:
    weft.configure(history=3)
    lm = weft.LM("scripted/x", answers=lambda request: f"to {request.messages[-1].text}")
    for number in range(5):
        lm(f"call {number}")
    assert [call.response.text for call in history(10)] == ["to call 2", "to call 3", "to call 4"]
    text = weft.inspect_history(2)
    assert "--- user ---\ncall 3" in text
    assert text.rstrip().endswith("--- scripted/x answered ---\nto call 4")
    assert weft.inspect_history(0) == ""
    with weft.context(history=0):
        lm("last")
        assert history(10) == []


def test_history_is_bounded_under_threads() -> None:
    weft.configure(history=5)
    lm = weft.LM("scripted/x", answers=["a"], cycle=True)
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lm, ["Hi"] * 200))
    assert len(history(1000)) == 5


def test_a_provider_must_return_a_response() -> None:
    class Wrong(weft.LM):
        async def generate(self, request: weft.Request) -> weft.Response:
            return "text"  # type: ignore[return-value]

    class Empty(weft.LM):
        async def generate(self, request: weft.Request) -> weft.Response:
            return weft.Response(())

    for lm in (Wrong("x", provider="wrong"), Empty("x", provider="empty")):
        with pytest.raises(PluginContractError, match="must return a Response with a completion"):
            lm("Hi")


def test_no_model_is_said_before_anything_else_happens() -> None:
    with pytest.raises(NotConfiguredError, match=r"weft\.configure\(lm='provider/model'\)"):
        weft.Predict("q -> a")(q="?")


def test_the_model_in_force_may_be_a_name() -> None:
    weft.configure(lm="embedded/incontext")
    assert weft.Predict("q -> a").render(q="?").messages
    weft.configure(lm="embeded/incontext")
    with pytest.raises(PluginNotFound, match="Did you mean 'embedded'"):
        weft.Predict("q -> a")(q="?")
    weft.configure(lm=3)
    with pytest.raises(NotConfiguredError, match="not 3"):
        weft.Predict("q -> a")(q="?")


def test_an_instance_passes_through_but_takes_no_options() -> None:
    lm = weft.LM("scripted/x")
    assert weft.LM(lm) is lm
    with pytest.raises(OptionError, match="was given an instance"):
        weft.LM(lm, temperature=1)
