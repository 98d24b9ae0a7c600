"""The records, and the parameters of a call: nothing unknown is ignored, nothing senseless is sent."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import weft
from weft.errors import OptionError
from weft.lm.records import PARAMETERS

requests = st.builds(
    weft.Request,
    messages=st.lists(st.builds(weft.Message.of, st.sampled_from(["user", "assistant"]), st.text()), max_size=3).map(
        tuple
    ),
    temperature=st.none() | st.floats(0, 2),
    stop=st.lists(st.text(max_size=3), max_size=2).map(tuple),
    n=st.integers(1, 3),
    rollout_id=st.none() | st.integers(0, 3),
    extra=st.dictionaries(st.text(max_size=2), st.integers(), max_size=2),
)


class Heard:
    """A model that keeps what reached it."""

    def __init__(self, **options: Any) -> None:
        self.requests: list[weft.Request] = []
        self.lm = weft.LM("scripted/heard", answers=self._answer, **options)

    def _answer(self, request: weft.Request) -> str:
        self.requests.append(request)
        return "heard"


@given(requests, requests)
def test_equal_keys_mean_equal_requests(one: weft.Request, other: weft.Request) -> None:
    texts = [[(message.role, message.text) for message in request.messages] for request in (one, other)]
    same = texts[0] == texts[1] and one.replace(messages=()) == other.replace(messages=())
    assert (one.key() == other.key()) == same
    assert hash(one.key()) == hash(one.replace().key())


def test_parts_make_the_text_of_a_message() -> None:
    message = weft.Message("user", (weft.Part("input", "one"), weft.Part("input", "two")))
    assert message.text == "one\n\ntwo"
    assert weft.Message.of("user", "one").parts[0].text == "one"


def test_records_are_immutable() -> None:
    with pytest.raises(AttributeError):
        weft.Request(messages=()).temperature = 1.0  # type: ignore[misc]


def test_prices() -> None:
    assert weft.Prices(input=2.0, output=10.0).cost(1_000_000, 500_000) == pytest.approx(7.0)


def test_parameters_reach_the_model_with_the_nearest_winning() -> None:
    heard = Heard(temperature=0.5, max_tokens=10)
    predict = weft.Predict("question -> answer", lm=heard.lm, temperature=0.6, seed=1, stop="\n")
    predict(question="?")
    predict(question="?", config={"temperature": 0.7})
    with predict.using(parameters={"temperature": 0.8, "rollout_id": 3}):
        predict(question="?", config={"temperature": 0.7})
    heard.lm("Hi", temperature=0.9)
    heard.lm("Hi", temperature=None)
    assert [request.temperature for request in heard.requests] == [0.6, 0.7, 0.8, 0.9, 0.5]
    assert [request.max_tokens for request in heard.requests] == [10] * 5
    assert heard.requests[0].stop == ("\n",)
    assert (heard.requests[2].seed, heard.requests[2].rollout_id) == (1, 3)


def test_copy_changes_defaults_and_takes_them_away() -> None:
    heard = Heard(temperature=0.5, seed=3)
    changed = heard.lm.copy(temperature=None, max_tokens=5)
    changed("Hi")
    assert (heard.requests[0].temperature, heard.requests[0].seed, heard.requests[0].max_tokens) == (None, 3, 5)
    assert heard.lm.parameters == {"temperature": 0.5, "seed": 3}


class Small(weft.LM):
    """A model that takes two parameters and one of its own."""

    def __init__(self, model: str, /, *, endpoint: str = "", **parameters: Any) -> None:
        abilities = weft.Capabilities(parameters=frozenset({"temperature", "n"}), extra=frozenset({"mood"}))
        self.endpoint = endpoint
        super().__init__(model, provider="small", capabilities=abilities, **parameters)

    async def generate(self, request: weft.Request) -> weft.Response:
        return weft.Response.of(f"{request.temperature} {dict(request.extra)}")


def test_a_providers_own_parameters() -> None:
    assert Small("x", mood="gay")("Hi").text == "None {'mood': 'gay'}"
    assert Small("x", mood="gay")("Hi", mood="sad", temperature=1).text == "1 {'mood': 'sad'}"


@pytest.mark.parametrize(
    ("use", "message"),
    [
        (lambda: Small("x", temprature=1), "small/x has no parameter 'temprature'. Did you mean 'temperature'?"),
        (lambda: Small("x", modo="gay"), "small/x has no parameter 'modo'. Did you mean 'mood'?"),
        (lambda: Small("x", endpont="y"), "small/x has no parameter 'endpont'. Did you mean 'endpoint'?"),
        (lambda: Small("x", cahce="on"), "small/x has no parameter 'cahce'. Did you mean 'cache'?"),
        (lambda: Small("x", seed=1), "small/x has no parameter 'seed'. Known: 'attempt_timeout', 'cache', 'endpoint'"),
        (lambda: Small("x").copy(modo=1), "Did you mean 'mood'?"),
        (lambda: Small("x")("Hi", modo=1), "Did you mean 'mood'?"),
        (lambda: Small("x", cache="sometimes"), "cache must be one of 'on', 'off', 'read', 'refresh'"),
        (lambda: weft.Predict("q -> a", lm=Small("x"), seed=1)(q="?"), "small/x has no parameter 'seed'"),
        (lambda: weft.Predict("q -> a", lm=Small("x"))(q="?", config=3), "are a dict such as"),
    ],
)
def test_what_a_model_does_not_take_is_refused_by_name(use: Any, message: str) -> None:
    with pytest.raises(OptionError) as caught:
        use()
    assert message in str(caught.value)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("temperature", -0.1),
        ("temperature", "hot"),
        ("temperature", True),
        ("top_p", 0),
        ("top_p", 1.1),
        ("max_tokens", 0),
        ("max_tokens", 1.5),
        ("n", 0),
        ("seed", "x"),
        ("rollout_id", 1.0),
        ("stop", [1]),
    ],
)
def test_senseless_values_are_refused_wherever_they_are_given(name: str, value: Any) -> None:
    heard = Heard()
    predict = weft.Predict("q -> a", lm=heard.lm)
    for give in (
        lambda: weft.LM("scripted/x", **{name: value}),
        lambda: heard.lm("Hi", **{name: value}),
        lambda: weft.Predict("q -> a", **{name: value}),
        lambda: predict(q="?", config={name: value}),
        lambda: predict.using(parameters={name: value}),
    ):
        with pytest.raises(OptionError, match=f"{name} for .* must be "):
            give()
    assert name in PARAMETERS
    assert heard.requests == []


def test_one_answer_can_be_asked_for_where_several_are_the_default() -> None:
    lm = weft.LM("scripted/x", answers=["a"], cycle=True, n=3)
    assert len(lm("Hi").completions) == 3
    assert len(lm("Hi", n=1).completions) == 1
