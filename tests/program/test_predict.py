"""Predict: what a call takes, which model answers, and what is refused before it."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

import weft
from weft.errors import InputError, LMServerError, OptionError, SignatureError, StateError


def named(name: str) -> weft.LM:
    return weft.LM(f"scripted/{name}", answers=lambda request: name)


def test_the_nearest_model_answers() -> None:
    predict = weft.Predict("q -> a")
    weft.configure(lm=named("configured"))
    assert predict(q="?").a == "configured"
    with weft.context(lm=named("context")):
        assert predict(q="?").a == "context"
        predict.lm = named("own")
        assert predict(q="?").a == "own"
        assert predict(q="?", lm=named("call")).a == "call"
        with predict.using(lm=named("forced")):
            assert predict(q="?").a == "forced"
    predict.lm = None
    assert predict(q="?").a == "configured"


def test_a_model_may_be_given_by_name_everywhere() -> None:
    predict = weft.Predict("text -> label: Literal['refund', 'delivery']", lm="embedded/incontext")
    assert predict(text="When will the delivery come?").label == "delivery"
    other = weft.Predict(predict.signature)
    assert other(text="When will the delivery come?", lm="embedded/incontext").label == "delivery"
    with other.using(lm="embedded/incontext"):
        assert other(text="When will the delivery come?").label == "delivery"


@pytest.mark.parametrize(
    ("inputs", "error", "message"),
    [
        ({"question": "?"}, InputError, "StringSignature has no input 'question'"),
        ({"qq": "?"}, InputError, "Did you mean 'q'"),
        ({}, InputError, "needs the input 'q'"),
        ({"q": "?", "config": {"temprature": 1}}, OptionError, "Did you mean 'temperature'"),
        ({"q": "?", "cofig": {}}, InputError, "Did you mean 'config'"),
    ],
)
def test_nothing_is_paid_for_a_wrong_call(inputs: dict[str, Any], error: type[Exception], message: str) -> None:
    calls: list[Any] = []
    predict = weft.Predict("q -> a", lm=weft.LM("scripted/x", answers=lambda request: calls.append(request) or "a"))
    for call in (
        lambda: predict(**inputs),
        lambda: asyncio.run(predict.acall(**inputs)),
        lambda: predict.render(**inputs),
    ):
        with pytest.raises(error, match=message):
            call()
    assert calls == []


def test_wrong_options_are_refused_when_it_is_made() -> None:
    for make in (weft.Predict, weft.ChainOfThought):
        with pytest.raises(OptionError, match=r"Predict has no option 'temprature'. Did you mean 'temperature'"):
            make("q -> a", temprature=1)  # type: ignore[operator]
        with pytest.raises(OptionError, match="Did you mean 'adapter'"):
            make("q -> a", adaptor="chat")  # type: ignore[operator]


def test_misspelt_attributes_are_refused() -> None:
    predict = weft.Predict("q -> a")
    with pytest.raises(StateError, match=r"Predict has no attribute 'demo'. Did you mean 'demos'"):
        predict.demo = []
    with pytest.raises(StateError, match="The slot 'instructions' holds a text, not 3"):
        predict.instructions = 3  # type: ignore[assignment]
    with pytest.raises(StateError, match="Demo 2 must be an Example or a dict, not 3"):
        predict.demos = [{"q": "?"}, 3]

    class Own(weft.Predict[Any]):
        pass

    own = Own("q -> a")
    own.colour = "red"  # a subclass may have what it likes
    assert own.colour == "red"


def test_instructions_and_demos_can_be_assigned() -> None:
    predict = weft.Predict("q -> a", lm=named("x"))
    predict.instructions, predict.demos = "Be brief.", [{"q": "1", "a": "2"}]
    request = predict.render(q="?")
    assert request.messages[0].text.startswith("Be brief.")
    assert len(request.messages) == 4
    assert predict.demos == (weft.Example(q="1", a="2"),)
    assert "demos=1" in repr(predict)


def test_render_shows_exactly_what_is_sent() -> None:
    heard: list[weft.Request] = []
    lm = weft.LM("scripted/x", answers=lambda request: heard.append(request) or "a", temperature=0.3)
    predict = weft.Predict("q -> a", lm=lm, max_tokens=9)
    predict.demos = [{"q": "1", "a": "2"}]
    shown = predict.render(q="?", config={"seed": 3})
    assert heard == []
    predict(q="?", config={"seed": 3})
    assert heard == [shown]
    assert (shown.temperature, shown.max_tokens, shown.seed) == (0.3, 9, 3)


def test_only_the_nearest_demos_are_shown_the_nearest_last() -> None:
    predict = weft.Predict("text -> label", lm=named("x"))
    demos = [{"text": text, "label": "l"} for text in ("red apple", "blue whale", "green apple", "red rose")]
    state = predict.state.set("self.demos", demos).set("self.neighbours", 2)
    with predict.using(state):
        request = predict.render(text="a green apple")
    shown = [message.text.split("\n")[1] for message in request.messages if message.role == "user"]
    assert shown == ["red apple", "green apple", "a green apple"]


def test_a_trace_has_every_step_with_its_path() -> None:
    class Two(weft.Module):
        def __init__(self) -> None:
            self.steps = [weft.Predict("a -> b", lm=named("B")), weft.ChainOfThought("b -> c", lm=named("C"))]

        def forward(self, a: str) -> Any:
            middle = self.steps[0](a=a).b
            loose = weft.Predict("x -> y", lm=named("Y"))(x=middle)
            return self.steps[0](a=loose.y)

    program = Two()
    with weft.trace() as outer:
        program(a="A")
        with weft.trace() as inner:
            program.steps[0](a="alone")
    assert [step.path for step in outer] == ["steps[0]", "StringSignature", "steps[0]"]
    assert [dict(step.inputs) for step in outer] == [{"a": "A"}, {"x": "B"}, {"a": "Y"}]
    assert [step.prediction.b for step in outer if step.path == "steps[0]"] == ["B", "B"]
    assert [(step.path, step.predictor) for step in inner] == [("self", program.steps[0])]
    assert outer[0].response.text == "B"


def test_a_trace_sees_worker_threads_and_batches() -> None:
    class Sync(weft.Module):
        def __init__(self) -> None:
            self.qa = weft.Predict("q -> a", lm=named("x"))

        def forward(self, q: str) -> Any:
            return self.qa(q=q)

    with weft.trace() as steps:
        Sync().batch([{"q": str(number)} for number in range(20)], concurrency=5)
    assert sorted(int(step.inputs["q"]) for step in steps) == list(range(20))
    assert {step.path for step in steps} == {"qa"}


def test_a_failed_call_leaves_no_step() -> None:
    with weft.trace() as steps, pytest.raises(LMServerError):
        weft.Predict("q -> a", lm=weft.LM("scripted/x", answers=[LMServerError("down")]))(q="?")
    assert steps == []


def test_chain_of_thought_reasons_before_it_answers() -> None:
    lm = weft.LM("scripted/x", answers=[{"reasoning": "2 and 2.", "answer": 4}])
    solve = weft.ChainOfThought("question -> answer: int", lm=lm)
    result = solve(question="2+2?")
    assert list(result) == ["reasoning", "answer"]
    assert result.answer == 4
    assert [path for path, _ in solve.named_predictors()] == ["predict"]
    own = weft.ChainOfThought("q -> reasoning: list[str], a")
    assert own.predict.signature.output_fields["reasoning"].type == list[str]


@weft.predict
def triage(ticket: str, strict: bool = False) -> int:
    """Say how urgent the ticket is."""
    raise AssertionError


def test_a_decorated_function_is_answered_by_the_model() -> None:
    lm = weft.LM("scripted/x", answers=[{"result": 3}], cycle=True)
    with weft.context(lm=lm):
        assert triage("Help!") == 3
        assert triage(ticket="Help!", strict=True) == 3
        assert asyncio.run(triage.acall("Help!")) == 3
    assert triage.__name__ == "triage"
    assert triage.predict.signature.spec == "ticket: str, strict: bool -> result: int"
    assert triage.predict.instructions == "Say how urgent the ticket is."
    assert [path for path, _ in triage.named_predictors()] == ["predict"]


def test_a_decorated_function_is_called_as_it_is_declared() -> None:
    calls: list[Any] = []
    lm = weft.LM("scripted/x", answers=lambda request: calls.append(request) or {"result": 3})
    with weft.context(lm=lm):
        with pytest.raises(InputError, match=r"triage has no input 'tiket'. Did you mean 'ticket'"):
            triage(tiket="Help!")  # type: ignore[call-arg]
        with pytest.raises(InputError, match="triage needs the input 'ticket'"):
            triage()  # type: ignore[call-arg]
        with pytest.raises((InputError, TypeError)):
            triage("Help!", False, 3)  # type: ignore[call-arg]
        with pytest.raises(TypeError, match="multiple values"):
            triage("Help!", ticket="Help!")  # type: ignore[call-arg]
    assert calls == []


def _undocumented(text: str) -> int: ...


def _silent(text: str):
    """Say nothing."""


def _greedy(*texts: str) -> int:
    """Take all."""


def _named_like_the_output(result: str) -> int:
    """Confuse."""


async def _awaited(text: str) -> int:
    """Wait."""


@pytest.mark.parametrize(
    ("function", "message"),
    [
        (_undocumented, "_undocumented needs a docstring"),
        (_silent, "_silent needs a return type"),
        (_greedy, r"_greedy cannot take \*texts"),
        (_named_like_the_output, "cannot take 'result'"),
        (_awaited, r"must be a plain `def`; .*_awaited\.acall"),
    ],
)
def test_functions_that_cannot_be_predicted(function: Any, message: str) -> None:
    with pytest.raises(SignatureError, match=message):
        weft.predict(function)
