"""What is asked through litellm and what comes back: whole answers, streams, vectors."""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING, Any

import pytest

import weft
from pytest_weft.server import Answer, Fault, Limits, ModelServer, ToolCall
from weft.errors import LMInvalidRequestError, LMTransportError, OptionError

if TYPE_CHECKING:
    from collections.abc import Callable

    Make = Callable[..., weft.LM]

SCHEMA = {
    "type": "object",
    "properties": {"city": {"type": "string"}},
    "required": ["city"],
    "additionalProperties": False,
}
TOOLS = tuple(weft.ToolSpec(name, f"Does {name}.", {"type": "object", "properties": {}}) for name in ("f", "g"))
CALLS = Answer("Let me see.", tool_calls=[ToolCall("f", {"x": 1}), ToolCall("g", {"y": "é"})])


def asked(lm: weft.LM, **fields: Any) -> weft.Response:
    """Make one call with what the adapters put into requests."""
    request = weft.Request(messages=(weft.Message.of("user", "hello there"),), **fields)
    return asyncio.run(lm.complete(request))


def test_parameters_arrive_as_they_were_given(make: Make, server: ModelServer) -> None:
    make(temperature=0.25)("hi", top_p=0.5, max_tokens=7, stop=["end"], seed=3, frequency_penalty=0.1)
    sent = server.requests[0].body
    assert sent.pop("messages") == [{"role": "user", "content": "hi"}]
    assert sent == {
        "model": "tiny", "temperature": 0.25, "top_p": 0.5, "max_tokens": 7, "stop": ["end"], "seed": 3,
        "frequency_penalty": 0.1,
    }  # fmt: skip


def test_unset_means_unset(make: Make, server: ModelServer) -> None:
    make()("hi")
    assert server.requests[0].body.keys() == {"model", "messages"}
    assert server.requests[0].headers["authorization"] == "Bearer sk-canary-0123456789"


def test_several_answers_come_from_one_call(make: Make, server: ModelServer) -> None:
    server.change(answer=["one", "two", "three"])
    answers = make()("hi", n=3).completions
    assert [answer.text for answer in answers] == ["one", "two", "three"]
    assert len(server.requests) == 1


def test_logprobs_and_reasoning(make: Make, server: ModelServer) -> None:
    server.change(answer=Answer("a b", reasoning="because", logprobs=[-0.5, -1.5]))
    answer = make()("hi", logprobs=2).completions[0]
    assert answer.reasoning == "because"
    assert answer.logprobs is not None
    assert [(token.token, token.logprob, len(token.top)) for token in answer.logprobs] == [
        ("a ", -0.5, 2),
        ("b", -1.5, 2),
    ]


def test_tools_are_offered_and_calls_come_back(make: Make, server: ModelServer) -> None:
    server.change(answer=CALLS)
    answer = asked(make(), tools=TOOLS, tool_choice="f").completions[0]
    assert answer.finish_reason == "tool_calls"
    assert [(call.name, call.arguments) for call in answer.tool_calls] == [("f", '{"x":1}'), ("g", '{"y":"é"}')]
    assert len({call.id for call in answer.tool_calls}) == 2
    assert server.requests[0].tools == ("f", "g")
    assert server.requests[0].body["tool_choice"] == {"type": "function", "function": {"name": "f"}}


def test_turns_with_calls_and_their_answers_arrive(make: Make, server: ModelServer) -> None:
    call = weft.ToolCall("call-1", "f", '{"x": 1}')
    turns = (
        weft.Message.of("user", "hi"),
        weft.Message("assistant", (), tool_calls=(call,)),
        weft.Message("tool", (weft.Part("text", "42"),), tool_call_id="call-1"),
    )
    make()(turns)
    _, assistant, tool = server.requests[0].body["messages"]
    assert assistant["tool_calls"] == [
        {"id": "call-1", "type": "function", "function": {"name": "f", "arguments": '{"x": 1}'}}
    ]
    assert tool == {"role": "tool", "tool_call_id": "call-1", "content": "42"}


@pytest.mark.parametrize(("schema", "is_strict"), [(SCHEMA, True), ({**SCHEMA, "required": []}, None)])
def test_schema_is_sent_and_strict_where_it_can_be(
    make: Make, server: ModelServer, schema: dict[str, Any], is_strict: bool | None
) -> None:
    asked(make(response_schema=True), response_schema=schema)
    sent = server.requests[0].body["response_format"]["json_schema"]
    assert sent["schema"] == schema
    assert sent.get("strict") == is_strict


def test_predict_holds_the_answer_to_the_schema(make: Make, server: ModelServer) -> None:
    predict = weft.Predict("country -> city, people: int", lm=make(response_schema=True), adapter="json")
    answer = predict(country="Spain")  # the server makes up an instance of the schema
    assert isinstance(answer.people, int)
    assert set(server.requests[0].schema["properties"]) == {"city", "people"}  # type: ignore[index]


def test_reported_limits_reach_the_limiter(make: Make, server: ModelServer) -> None:
    server.change(limits=Limits(requests=600, tokens=9000))
    lm = make()
    for response in (lm("hi"), list(lm.streaming("hi"))[-1]):
        assert isinstance(response, weft.Response)
        assert response.limits is not None
        assert (response.limits.requests, response.limits.tokens) == (600, 9000)


def test_stream_comes_in_pieces_and_is_the_whole(make: Make, server: ModelServer) -> None:
    server.change(answer=Answer("one two three", reasoning="hm", logprobs=[-1.0, -2.0, -3.0]))
    *pieces, whole = make().streaming("hi", logprobs=0)
    assert [piece.text for piece in pieces if piece.text] == ["one ", "two ", "three"]
    assert isinstance(whole, weft.Response)
    answer = whole.completions[0]
    assert (answer.text, answer.reasoning, answer.finish_reason) == ("one two three", "hm", "stop")
    assert [token.logprob for token in answer.logprobs or ()] == [-1.0, -2.0, -3.0]
    assert (whole.usage.input_tokens, whole.usage.output_tokens, whole.usage.calls) == (1, 4, 1)


def test_streamed_calls_of_tools_are_put_together(make: Make, server: ModelServer) -> None:
    server.change(answer=CALLS)
    request = weft.Request(messages=(weft.Message.of("user", "hi"),), tools=TOOLS)
    pieces: list[weft.Delta] = []
    response = asyncio.run(make().complete(request, pieces.append))
    calls = response.completions[0].tool_calls
    assert [(call.name, call.arguments) for call in calls] == [("f", '{"x":1}'), ("g", '{"y":"é"}')]
    assert sum(piece.tool_call is not None for piece in pieces) > len(calls)


def test_several_streamed_answers_are_all_whole(make: Make, server: ModelServer) -> None:
    server.change(answer=["one", Answer("two", finish="length")])
    *_, whole = make().streaming("hi", n=2)
    assert isinstance(whole, weft.Response)
    assert [(answer.text, answer.finish_reason) for answer in whole.completions] == [("one", "stop"), ("two", "length")]


@pytest.mark.parametrize("clean", [False, True])
def test_stream_that_breaks_off_is_no_answer(make: Make, server: ModelServer, clean: bool) -> None:
    server.change(answer="one two three", faults=Fault("cut", after=2, clean=clean))
    with pytest.raises(LMTransportError):
        list(make().streaming("hi"))


def test_stream_that_is_left_early_closes_its_connection(make: Make, server: ModelServer) -> None:
    server.change(answer="one two three four", faults=Fault("stall", after=2))

    async def first_piece() -> str:
        async with contextlib.aclosing(make().astream("hi")) as pieces:
            return next(piece.text for piece in [await anext(pieces)])

    assert asyncio.run(first_piece()) == "one "
    server.wait_for(lambda tally: tally.in_flight == 0 and tally.aborted == 1)


def test_cancelled_call_closes_its_connection(make: Make, server: ModelServer) -> None:
    server.change(faults=Fault("stall"))
    with pytest.raises(weft.errors.LMTimeoutError):
        make()("hi", attempt_timeout=0.2)
    server.wait_for(lambda tally: tally.in_flight == 0 and tally.aborted == 1)


def test_vectors_come_in_the_order_of_the_texts(make: Make, server: ModelServer) -> None:
    server.change(dimensions=4)
    found = asyncio.run(make("openai/embed").embed(["a", "b", "a"]))
    assert [len(vector) for vector in found.vectors] == [4, 4, 4]
    assert found.vectors[0] == found.vectors[2] != found.vectors[1]
    assert found.usage.input_tokens == 3


def claude(server: ModelServer, **options: Any) -> weft.LM:
    where = server.base_url("anthropic")
    return weft.LM("litellm/anthropic/claude-sonnet-4-5", api_base=where, api_key="sk-some-key", **options)


def test_another_wire_format_gives_the_same_records(server: ModelServer) -> None:
    server.change(answer=Answer("Hello.", reasoning="because"))
    lm = claude(server)
    whole, streamed = lm("hi"), list(lm.streaming("hi"))[-1]
    assert isinstance(streamed, weft.Response)
    assert {request.format for request in server.requests} == {"anthropic.messages"}
    for response in (whole, streamed):
        assert (response.text, response.completions[0].finish_reason) == ("Hello.", "stop")
        assert response.usage.cost is not None
        assert response.usage.cost > 0


def test_cache_points_are_marked_for_a_provider_that_must_be_told(server: ModelServer) -> None:
    parts = (
        weft.Part("instructions", "Long.", cache_point=True),
        weft.Part("text", "Short."),
        weft.Part("text", "End."),
    )
    claude(server)([weft.Message("system", parts), weft.Message.of("user", "hi")])
    assert server.requests[0].body["system"] == [
        {"type": "text", "text": "Long.", "cache_control": {"type": "ephemeral"}},
        {"type": "text", "text": "\n\nShort.\n\nEnd."},
    ]


def test_cache_points_are_left_out_where_nobody_knows_them(make: Make, server: ModelServer) -> None:
    make()([weft.Message("user", (weft.Part("text", "a", cache_point=True), weft.Part("text", "b")))])
    assert server.requests[0].body["messages"] == [{"role": "user", "content": "a\n\nb"}]


def test_reasoning_takes_tokens_where_the_model_does(make: Make, server: ModelServer) -> None:
    claude(server)("hi", reasoning_effort=2048, max_tokens=4096)
    assert server.requests[0].body["thinking"] == {"type": "enabled", "budget_tokens": 2048}
    with pytest.raises(LMInvalidRequestError, match="takes no number of tokens as reasoning_effort"):
        make()("hi", reasoning_effort=2048)
    make()("hi", reasoning_effort="low")
    assert server.requests[-1].body["reasoning_effort"] == "low"


def test_parameter_that_the_model_lacks_is_refused_before_the_call(server: ModelServer) -> None:
    with pytest.raises(OptionError, match="claude-sonnet-4-5 has no parameter 'seed'"):
        claude(server, seed=3)("hi")
    assert server.tally.counts == {}
