"""What is on the wire: the request as Anthropic's API documents it, and its answer as weft's records."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from conftest import HAIKU, KEY, OPUS, ask, sent

import weft
from pytest_weft.canned import CannedServer
from pytest_weft.server import Answer
from pytest_weft.server import Usage as Tokens
from weft.errors import LMContentFilterError, LMInvalidRequestError, OptionError

if TYPE_CHECKING:
    from pytest_weft.server import ModelServer

USER = weft.Message.of("user", "Hi")


def test_only_what_is_asked_for_is_sent(server: ModelServer) -> None:
    weft.LM(HAIKU)("Hi")
    assert sent(server) == {
        "model": "claude-haiku-4-5",
        "max_tokens": 64_000,
        "messages": [{"role": "user", "content": "Hi"}],
    }
    headers = server.requests[-1].headers
    assert (headers["x-api-key"], headers["anthropic-version"]) == (KEY, "2023-06-01")
    assert "authorization" not in headers


def test_every_parameter_has_its_place(server: ModelServer) -> None:
    lm = weft.LM(HAIKU, temperature=0.5, top_k=40, metadata={"user_id": "u-1"}, service_tier="standard_only")
    lm("Hi", max_tokens=7, stop=["END", "STOP"], rollout_id=3)
    body = sent(server)
    assert {name: body[name] for name in ("temperature", "top_k", "metadata", "service_tier", "max_tokens")} == {
        "temperature": 0.5,
        "top_k": 40,
        "metadata": {"user_id": "u-1"},
        "service_tier": "standard_only",
        "max_tokens": 7,
    }
    assert body["stop_sequences"] == ["END", "STOP"]
    assert "rollout_id" not in body


def test_system_turns_stand_apart(server: ModelServer) -> None:
    turns = [("system", "Be brief."), ("user", "Hi"), ("system", "Be kind."), ("assistant", "Hello"), ("user", "Bye")]
    weft.LM(HAIKU)([weft.Message.of(role, text) for role, text in turns])  # type: ignore[arg-type]
    body = sent(server)
    assert body["system"] == "Be brief.\n\nBe kind."
    assert [(turn["role"], turn["content"]) for turn in body["messages"]] == [
        ("user", "Hi"),
        ("assistant", "Hello"),
        ("user", "Bye"),
    ]


def test_an_answer_that_was_begun_goes_on(server: ModelServer) -> None:
    weft.LM(HAIKU)([USER, weft.Message.of("assistant", "{")])
    assert sent(server)["messages"][-1] == {"role": "assistant", "content": "{"}


def test_models_that_cannot_go_on_with_an_answer_say_so_before_the_call(server: ModelServer) -> None:
    with pytest.raises(LMInvalidRequestError, match=r"opus-5-5 does not go on with a begun answer; the last turn must"):
        weft.LM(OPUS)([USER, weft.Message.of("assistant", "{")])
    assert server.requests == []


def test_a_request_that_is_not_sent_counts_as_no_call(server: ModelServer) -> None:
    with weft.track_usage() as ledger, pytest.raises(LMInvalidRequestError):
        weft.LM(HAIKU)("Hi", temperature=0.5, top_p=0.5)
    assert ledger.total == weft.Usage()


def test_temperature_and_top_p_as_the_model_takes_them(server: ModelServer) -> None:
    weft.LM(HAIKU)("Hi", top_p=0.5)
    assert sent(server)["top_p"] == 0.5
    with pytest.raises(LMInvalidRequestError, match="claude-haiku-4-5 takes temperature or top_p, and not both"):
        weft.LM(HAIKU, temperature=1.0)("Hi", top_p=0.5)
    for name in ("temperature", "top_p", "top_k"):
        with pytest.raises(OptionError, match=f"claude-opus-5-5 has no parameter '{name}'"):
            weft.LM(OPUS, **{name: 1})


@pytest.mark.parametrize("name", ["seed", "logprobs"])
def test_what_the_api_does_not_have_is_refused(name: str) -> None:
    with pytest.raises(OptionError, match=name):
        weft.LM(HAIKU, **{name: 1})


def test_models_that_are_not_listed_need_to_know_the_length_of_an_answer(server: ModelServer) -> None:
    with pytest.raises(LMInvalidRequestError, match=r"anthropic/new .* pass max_tokens .* or max_output"):
        weft.LM("anthropic/new")("Hi")
    weft.LM("anthropic/new")("Hi", max_tokens=5)
    assert sent(server)["max_tokens"] == 5
    weft.LM("anthropic/new", max_output=9)("Hi")
    assert sent(server)["max_tokens"] == 9


def test_another_length_of_answers_is_another_request_to_the_cache(server: ModelServer) -> None:
    with weft.context(cache="on"):
        for max_output in (111, 222, 111):
            weft.LM("anthropic/new", max_output=max_output)("Which length is remembered?")
    assert [request.body["max_tokens"] for request in server.requests] == [111, 222]


def test_an_answer_is_read(server: ModelServer) -> None:
    server.change(
        answer=Answer("naïve 😀", reasoning="Let me think.", usage=Tokens(100, 20, cached=30, cache_written=10))
    )
    response = weft.LM(HAIKU)("Hi")
    assert response.completions == (weft.Completion("naïve 😀", "stop", (), "Let me think."),)
    assert response.model == "claude-haiku-4-5"
    assert response.usage == weft.Usage(100, 20, 30, calls=1, cost=response.usage.cost)


@pytest.mark.parametrize(
    ("model", "tokens", "dollars"),
    [
        ("claude-haiku-4-5-20251001", Tokens(1000, 100), 0.0015),
        ("claude-haiku-4-5", Tokens(1000, 0, cached=400, cache_written=500), 0.000765),
        ("claude-haiku-5-5", Tokens(100_000, 1000), 0.0105),
        ("claude-haiku-5-5", Tokens(100_001, 1000), 0.0525005),
        ("claude-of-tomorrow", Tokens(1000, 100), None),
    ],
)
def test_calls_cost_what_the_tokens_cost(
    server: ModelServer, model: str, tokens: Tokens, dollars: float | None
) -> None:
    server.change(answer=Answer("Hi", usage=tokens))
    cost = weft.LM(f"anthropic/{model}")("Hi", max_tokens=10).usage.cost
    assert cost == (None if dollars is None else pytest.approx(dollars))


def test_prices_of_your_own_win(server: ModelServer) -> None:
    server.change(answer=Answer("Hi", usage=Tokens(200_000, 1000)))
    lm = weft.LM("anthropic/claude-haiku-5-5", prices={"input": 1, "output": 2})
    assert lm("Hi").usage.cost == pytest.approx(0.202)
    assert weft.LM(lm.describe().pop("ref"), prices=weft.Prices(1, 2)).capabilities == lm.capabilities


@pytest.mark.parametrize(
    ("finish", "expected"), [("length", "length"), ("stop", "stop")], ids=["max_tokens", "end_turn"]
)
def test_answers_say_why_they_ended(server: ModelServer, finish: Any, expected: str) -> None:
    server.change(answer=Answer("Hi", finish=finish))
    assert weft.LM(HAIKU)("Hi").completions[0].finish_reason == expected


def test_a_stop_text_is_an_ordinary_end(server: ModelServer) -> None:
    server.change(answer="alpha omega")
    assert weft.LM(HAIKU)("Hi", stop="omega").completions[0] == weft.Completion("alpha ", "stop")


def test_a_refusal_is_an_error_that_was_paid_for(server: ModelServer) -> None:
    server.change(answer=Answer(finish="content_filter", usage=Tokens(10, 1)))
    with weft.track_usage() as ledger, pytest.raises(LMContentFilterError, match="claude-haiku-4-5 refused to answer"):
        weft.LM(HAIKU)("Hi")
    assert (ledger.total.input_tokens, ledger.total.output_tokens, ledger.total.calls) == (10, 1, 1)


def test_an_answer_is_held_to_a_schema(server: ModelServer) -> None:
    schema = {
        "$defs": {"Pet": {"type": "object", "properties": {"name": {"type": "string", "minLength": 1}}}},
        "type": "object",
        "properties": {
            "age": {"type": "integer", "minimum": 0, "description": "in years"},
            "born": {"type": "string", "format": "date"},
            "home": {"type": "string", "format": "planet"},
            "pets": {"type": "array", "items": {"$ref": "#/$defs/Pet"}, "minItems": 3, "maxItems": 9},
        },
        "required": ["age"],
    }
    ask(weft.LM(HAIKU, reasoning_effort=2048), response_schema=schema)
    form = sent(server)["output_config"]["format"]
    assert form == {
        "type": "json_schema",
        "schema": {
            "$defs": {
                "Pet": {"type": "object", "properties": {"name": {"type": "string"}}, "additionalProperties": False}
            },
            "type": "object",
            "properties": {
                "age": {"type": "integer", "description": "in years"},
                "born": {"type": "string", "format": "date"},
                "home": {"type": "string"},
                "pets": {"type": "array", "items": {"$ref": "#/$defs/Pet"}, "minItems": 1},
            },
            "required": ["age"],
            "additionalProperties": False,
        },
    }
    assert schema["properties"]["pets"]["minItems"] == 3  # type: ignore[index] # the caller's schema stays as it is


@pytest.mark.parametrize("open_object", [{"type": "object"}, {"type": "object", "additionalProperties": {}}])
def test_objects_with_any_keys_cannot_be_asked_for(server: ModelServer, open_object: dict[str, Any]) -> None:
    schema = {"type": "object", "properties": {"counts": open_object}}
    with pytest.raises(LMInvalidRequestError, match="keys that are not named"):
        ask(weft.LM(HAIKU), response_schema=schema)
    assert server.requests == []


def test_schemas_are_declared_for_models_that_have_them() -> None:
    assert weft.LM(HAIKU).capabilities.response_schema
    assert not weft.LM("anthropic/new").capabilities.response_schema


@pytest.mark.parametrize("reason", ["model_context_window_exceeded", "pause_turn", "something_new"])
def test_rare_ends_and_blocks_are_read(server: ModelServer, reason: str) -> None:
    blocks = [{"type": "redacted_thinking", "data": "c2VhbGVk"}, {"type": "text", "text": "Hi"}, {"type": "new_kind"}]
    usage = {"input_tokens": 3, "output_tokens": 1}
    message = {"content": blocks, "stop_reason": reason, "usage": usage, "model": "claude-haiku-4-5"}
    with CannedServer(message) as canned:
        answer = weft.LM(HAIKU, base_url=canned.url)("Hi").completions[0]
    assert answer == weft.Completion("Hi", "stop" if reason == "something_new" else "length")
