"""The scripted provider in all its forms."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest

import weft
from weft.errors import LMError, LMRateLimitError, OptionError


def test_a_list_is_used_in_order_and_ends() -> None:
    lm = weft.LM("scripted/x", answers=["one", "two"])
    assert [lm("Hi").text, lm("Hi").text] == ["one", "two"]
    with pytest.raises(LMError, match="The script of scripted/x has 2 answers, and this is call 3"):
        lm("Hi")


def test_a_list_may_start_again() -> None:
    lm = weft.LM("scripted/x", answers=["one", "two"], cycle=True)
    assert [lm("Hi").text for _ in range(5)] == ["one", "two", "one", "two", "one"]


def test_a_mapping_answers_by_the_last_turn_or_a_part_of_it() -> None:
    lm = weft.LM("scripted/x", answers={"Spain": "Madrid", "Spain?": "Madrid!", "Say: Spain": "Spain"})
    assert lm("Say: Spain").text == "Spain"
    assert lm("Capital of Spain?").text == "Madrid!"
    with pytest.raises(LMError, match="has no answer for 'Capital of Peru"):
        lm("Capital of Peru?")


def test_calls_of_tools_are_an_answer_too() -> None:
    calls = weft.ToolCalls([{"name": "add", "arguments": {"a": 1}}])
    completion = weft.Completion("Adding.", "tool_calls", calls.calls)
    lm = weft.LM("scripted/x", answers=[completion, {"note": "Adding.", "calls": calls}, {"calls": calls}], tools=True)
    assert lm.capabilities.tools
    request = weft.Request((weft.Message.of("user", "Hi"),), tools=(weft.ToolSpec("add", "", {}),))
    whole, written, bare = [asyncio.run(lm.generate(request)) for _ in range(3)]
    assert whole.completions == written.completions == (completion,)
    assert bare.completions[0].text == ""
    assert whole.usage.output_tokens == (len("Adding.") + len('{"a": 1}')) // 4


def test_a_function_sees_the_request_and_may_be_async() -> None:
    async def slowly(request: weft.Request) -> str:
        await asyncio.sleep(0)
        return request.messages[-1].text.upper()

    class Slowly:
        async def __call__(self, request: weft.Request) -> str:
            return await slowly(request)

    for answers in (
        slowly,
        Slowly(),
        lambda request: slowly(request),
        lambda request: request.messages[-1].text.upper(),
    ):
        assert weft.LM("scripted/x", answers=answers)("hi").text == "HI"


def test_fields_are_written_in_the_form_the_prompt_asks_for() -> None:
    heard: list[str] = []
    answers: list[Any] = [{"answer": "4", "steps": ["2", "2"]}]
    for adapter, schema in (("chat", False), ("json", False), ("json", True)):
        lm = weft.LM("scripted/x", answers=answers, response_schema=schema)
        predict = weft.Predict("question -> answer: int, steps: list[int]", adapter=adapter, lm=lm)
        with weft.trace() as steps:
            result = predict(question="2+2?")
        assert (result.answer, result.steps) == (4, [2, 2])
        heard.append(steps[0].response.text)
    assert heard[0].startswith("[[ ## answer ## ]]\n4")
    assert json.loads(heard[1]) == json.loads(heard[2]) == answers[0]


def test_exceptions_are_raised_and_responses_passed_on() -> None:
    whole = weft.Response.of("a", "b", usage=weft.Usage(7, 8, calls=1, cost=0.0), model="other")
    lm = weft.LM("scripted/x", answers=[LMRateLimitError("slow down", retry_after=2.0), whole])
    with pytest.raises(LMRateLimitError) as caught:
        lm("Hi")
    assert caught.value.retry_after == 2.0
    assert lm("Hi", n=1) == whole


def test_usage_and_latency_can_be_chosen() -> None:
    lm = weft.LM("scripted/x", answers=["a", "b"], usage=weft.Usage(7, 8), latency=0.001)
    assert lm("Hi").usage == weft.Usage(7, 8, calls=1)
    counted = weft.LM("scripted/x", answers=["four"])("eight ch").usage
    assert (counted.input_tokens, counted.output_tokens) == (2, 1)


def test_declared_abilities() -> None:
    lm = weft.LM("scripted/x", context_window=100, response_schema=True)
    assert (lm.capabilities.context_window, lm.capabilities.response_schema) == (100, True)


def test_copies_go_on_with_the_same_script() -> None:
    lm = weft.LM("scripted/x", answers=["one", "two"])
    assert [lm("Hi").text, lm.copy(temperature=1.0)("Hi").text] == ["one", "two"]
    with pytest.raises(LMError, match="has 2 answers, and this is call 3"):
        lm("Hi")


@pytest.mark.parametrize("answers", ["just text", 3, None])
def test_other_scripts_are_refused(answers: Any) -> None:
    with pytest.raises(OptionError, match="answers must be a list, a mapping or a function"):
        weft.LM("scripted/x", answers=answers)


def test_a_misspelt_option_is_corrected() -> None:
    with pytest.raises(OptionError, match="Did you mean 'answers'"):
        weft.LM("scripted/x", answer=["a"])


def test_messages_may_be_given_instead_of_a_text() -> None:
    lm = weft.LM("scripted/x", answers=lambda request: " | ".join(message.role for message in request.messages))
    assert lm([weft.Message.of("system", "Be brief."), weft.Message.of("user", "Hi")]).text == "system | user"
    assert asyncio.run(lm.acall("Hi")).text == "user"


def test_answers_are_streamed_in_pieces_where_that_is_asked_for() -> None:
    def texts(lm: weft.LM) -> list[str]:
        return [piece.text for piece in lm.streaming("Hi") if isinstance(piece, weft.Delta) and piece.text]

    assert texts(weft.LM("scripted/x", answers=["Hello."])) == ["Hello."]
    assert texts(weft.LM("scripted/x", answers=["Hello."], pieces=4)) == ["Hell", "o."]
    assert texts(weft.LM("scripted/x", answers=["a b c"], pieces=str.split, latency=0.001)) == ["a", "b", "c"]
    *_, whole = weft.LM("scripted/x", answers=["Hello."], pieces=4).streaming("Hi")
    assert whole == weft.LM("scripted/x", answers=["Hello."])("Hi")


@pytest.mark.parametrize("pieces", [0, -1, True])
def test_pieces_have_a_size(pieces: Any) -> None:
    with pytest.raises(OptionError, match="pieces must be a number of characters or a function"):
        weft.LM("scripted/x", pieces=pieces)
