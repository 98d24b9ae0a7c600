"""What is on the wire: the request as Gemini's API documents it, and its answer as weft's records."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from conftest import FLASH, KEY, ask, sent

import weft
from pytest_weft.server import Answer, Fault
from pytest_weft.server import Usage as Tokens
from weft.errors import LMContentFilterError, LMInvalidRequestError, LMServerError

if TYPE_CHECKING:
    from pytest_weft.server import ModelServer


def test_only_what_is_asked_for_is_sent(server: ModelServer) -> None:
    weft.LM(FLASH)("Hi")
    assert sent(server) == {"contents": [{"role": "user", "parts": [{"text": "Hi"}]}]}
    request = server.requests[-1]
    assert request.path == "/v1beta/models/gemini-2.5-flash:generateContent"
    assert request.headers["x-goog-api-key"] == KEY
    assert KEY not in f"{request.http.path}?{request.http.query}"
    assert "authorization" not in request.headers


def test_every_parameter_has_its_place(server: ModelServer) -> None:
    safety = [{"category": "HARM_CATEGORY_HARASSMENT", "threshold": "BLOCK_NONE"}]
    lm = weft.LM(FLASH, temperature=0.5, top_k=40, safety_settings=safety, presence_penalty=0.1, frequency_penalty=0.2)
    lm("Hi", max_tokens=7, top_p=0.9, seed=3, stop=["END"], n=2, logprobs=2, rollout_id=5)
    body = sent(server)
    assert body["generationConfig"] == {
        "temperature": 0.5,
        "topP": 0.9,
        "topK": 40,
        "maxOutputTokens": 7,
        "stopSequences": ["END"],
        "seed": 3,
        "candidateCount": 2,
        "responseLogprobs": True,
        "logprobs": 2,
        "presencePenalty": 0.1,
        "frequencyPenalty": 0.2,
    }
    assert body["safetySettings"] == safety


def test_system_turns_stand_apart(server: ModelServer) -> None:
    turns = [("system", "Be brief."), ("user", "Hi"), ("assistant", "Hello"), ("user", "Bye")]
    weft.LM(FLASH)([weft.Message.of(role, text) for role, text in turns])  # type: ignore[arg-type]
    body = sent(server)
    assert body["systemInstruction"] == {"parts": [{"text": "Be brief."}]}
    assert [(turn["role"], turn["parts"]) for turn in body["contents"]] == [
        ("user", [{"text": "Hi"}]),
        ("model", [{"text": "Hello"}]),
        ("user", [{"text": "Bye"}]),
    ]


@pytest.mark.parametrize("name", ["models/gemini-2.5-flash", "tunedModels/mine-1"])
def test_a_name_with_a_path_is_used_as_it_is(name: str, server: ModelServer) -> None:
    if name.startswith("tunedModels"):
        with pytest.raises(LMInvalidRequestError, match=f"/v1beta/{name}:generateContent"):
            weft.LM(f"gemini/{name}")("Hi")
    else:
        assert weft.LM(f"gemini/{name}")("Hi").text
        assert server.requests[-1].path == f"/v1beta/{name}:generateContent"


def test_an_answer_is_read(server: ModelServer) -> None:
    tokens = Tokens(100, 20, cached=30, reasoning=5)
    server.change(answer=Answer("naïve 😀", reasoning="Let me think.", usage=tokens))
    response = weft.LM(FLASH)("Hi")
    assert response.completions == (weft.Completion("naïve 😀", "stop", (), "Let me think."),)
    assert response.model == "gemini-2.5-flash"
    assert response.usage == weft.Usage(100, 20, 30, 5, 1, response.usage.cost)


@pytest.mark.parametrize(
    ("model", "tokens", "dollars"),
    [
        ("gemini-2.5-flash", Tokens(1000, 100, reasoning=40), 0.00055),
        ("gemini-2.5-flash-001", Tokens(1000, 0, cached=400), 0.000192),
        ("gemini-2.5-pro", Tokens(200_000, 1000), 0.26),
        ("gemini-2.5-pro", Tokens(200_001, 1000, cached=200_001), 0.06500025),
        ("gemini-of-tomorrow", Tokens(1000, 100), None),
    ],
)
def test_calls_cost_what_the_tokens_cost(
    server: ModelServer, model: str, tokens: Tokens, dollars: float | None
) -> None:
    server.change(answer=Answer("Hi", usage=tokens))
    cost = weft.LM(f"gemini/{model}")("Hi").usage.cost
    assert cost == (None if dollars is None else pytest.approx(dollars))


def test_several_answers_come_from_one_call(server: ModelServer) -> None:
    server.change(answer=["one", "two", "three"])
    response = weft.LM(FLASH)("Hi", n=3)
    assert [completion.text for completion in response.completions] == ["one", "two", "three"]
    assert len(server.requests) == 1


def test_a_model_that_is_not_listed_is_asked_several_times(server: ModelServer) -> None:
    server.change(answer=["one", "two"])
    response = weft.LM("gemini/gemini-of-tomorrow")("Hi", n=2)
    assert sorted(completion.text for completion in response.completions) == ["one", "two"]
    assert len(server.requests) == 2


def test_log_probabilities_are_read(server: ModelServer) -> None:
    server.change(answer=Answer("one two", logprobs=[-0.5, -1.5]))
    logprobs = weft.LM(FLASH)("Hi", logprobs=2).completions[0].logprobs
    assert logprobs is not None
    assert [(token.token.strip(), token.logprob) for token in logprobs] == [("one", -0.5), ("two", -1.5)]
    assert [logprob for _, logprob in logprobs[0].top] == [-0.5, -1.5]
    chosen = weft.LM(FLASH)("Hi", logprobs=0).completions[0].logprobs
    assert chosen is not None
    assert "logprobs" not in sent(server)["generationConfig"]
    assert [token.top for token in chosen] == [(), ()]


@pytest.mark.parametrize(("finish", "expected"), [("length", "length"), ("stop", "stop")])
def test_answers_say_why_they_ended(server: ModelServer, finish: Any, expected: str) -> None:
    server.change(answer=Answer("Hi", finish=finish))
    assert weft.LM(FLASH)("Hi").completions[0].finish_reason == expected


def test_a_blocked_answer_is_an_error_that_was_paid_for(server: ModelServer) -> None:
    server.change(answer=Answer(finish="content_filter", usage=Tokens(10, 1)))
    with weft.track_usage() as ledger, pytest.raises(LMContentFilterError, match="blocked the answer: SAFETY"):
        weft.LM(FLASH)("Hi")
    assert (ledger.total.input_tokens, ledger.total.calls) == (10, 1)


def test_a_blocked_prompt_is_an_error(server: ModelServer) -> None:
    server.change(faults=Fault("content_filter", status=200))
    with pytest.raises(LMContentFilterError, match="blocked the prompt: SAFETY"):
        weft.LM(FLASH)("Hi")


def test_of_several_answers_one_may_be_blocked(server: ModelServer) -> None:
    server.change(answer=[Answer("Hi"), Answer(finish="content_filter")])
    whole = weft.LM(FLASH)("Hi", n=2)
    assert [completion.finish_reason for completion in whole.completions] == ["stop", "content_filter"]
    *_, streamed = weft.LM(FLASH).streaming("Hi", n=2)
    assert isinstance(streamed, weft.Response)
    assert streamed.completions == whole.completions


def test_no_answer_at_all_is_the_servers_error(server: ModelServer) -> None:
    server.change(faults=Fault("empty"))
    with pytest.raises(LMServerError, match="no answer and no reason why"):
        weft.LM(FLASH)("Hi")


def test_an_answer_is_held_to_a_schema(server: ModelServer) -> None:
    schema = {
        "$defs": {"Pet": {"type": "object", "properties": {"name": {"type": "string", "minLength": 1}}}},
        "type": "object",
        "properties": {
            "age": {"type": "integer", "minimum": 0},
            "pattern": {"type": "string", "pattern": "a+"},
            "pets": {"type": "array", "items": {"$ref": "#/$defs/Pet"}, "minItems": 3},
            "counts": {"type": "object", "additionalProperties": {"type": "integer", "multipleOf": 2}},
        },
        "required": ["age"],
    }
    ask(weft.LM(FLASH), response_schema=schema)
    assert sent(server)["generationConfig"] == {
        "responseMimeType": "application/json",
        "responseJsonSchema": {
            "$defs": {"Pet": {"type": "object", "properties": {"name": {"type": "string"}}}},
            "type": "object",
            "properties": {
                "age": {"type": "integer", "minimum": 0},
                "pattern": {"type": "string"},
                "pets": {"type": "array", "items": {"$ref": "#/$defs/Pet"}, "minItems": 3},
                "counts": {"type": "object", "additionalProperties": {"type": "integer"}},
            },
            "required": ["age"],
        },
    }


def test_schemas_are_declared_for_models_that_have_them() -> None:
    assert weft.LM(FLASH).capabilities.response_schema
    assert not weft.LM("gemini/gemini-of-tomorrow").capabilities.response_schema
