"""What servers say in their own ways, as their documentation shows it."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import pytest
from conftest import ask, lm_of

import weft
from weft.errors import (
    LMContentFilterError,
    LMError,
    LMInvalidRequestError,
    LMRateLimitError,
    LMServerError,
    LMTransportError,
)

if TYPE_CHECKING:
    from conftest import Canned


def chat(message: dict[str, Any], finish: str | None = "stop", **fields: Any) -> dict[str, Any]:
    choice = {"index": 0, "message": {"role": "assistant", **message}, "finish_reason": finish}
    return {"choices": [choice], "model": "m", **fields}


def chunk(delta: dict[str, Any], finish: str | None = None) -> dict[str, Any]:
    return {"model": "m", "choices": [{"index": 0, "delta": delta, "finish_reason": finish}]}


def streamed(lm: weft.LM) -> weft.Response:
    request = weft.Request((weft.Message.of("user", "Hi"),))
    return asyncio.run(lm.complete(request, lambda piece: None))


def test_a_refusal_in_words(canned: Canned) -> None:
    usage = {"prompt_tokens": 5, "completion_tokens": 3}
    canned.answer = chat({"content": None, "refusal": "I cannot help."}, usage=usage)
    with pytest.raises(LMContentFilterError, match=r"openai/m refuses to answer: I cannot help\.") as caught:
        lm_of(canned, "openai/m")("Hi")
    assert caught.value.usage.total_tokens == 8
    canned.answer = [chunk({"refusal": "I cannot "}), chunk({"refusal": "help."}), chunk({}, "stop")]
    with pytest.raises(LMContentFilterError, match=r"refuses to answer: I cannot help\."):
        streamed(lm_of(canned, "openai/m"))


def test_a_refusal_of_the_responses_api(canned: Canned) -> None:
    part = {"type": "refusal", "refusal": "I cannot help."}
    canned.answer = {"status": "completed", "output": [{"type": "message", "content": [part]}]}
    with pytest.raises(LMContentFilterError, match="I cannot help"):
        lm_of(canned, api="responses")("Hi")
    response = {"status": "completed", "usage": {"input_tokens": 2, "output_tokens": 1}}
    canned.answer = [
        {"type": "response.created", "response": {}},
        {"type": "response.refusal.delta", "delta": "I cannot help."},
        {"type": "response.completed", "response": response},
    ]
    with pytest.raises(LMContentFilterError, match="I cannot help") as caught:
        streamed(lm_of(canned, api="responses"))
    assert caught.value.usage.total_tokens == 3


def test_a_response_that_failed(canned: Canned) -> None:
    error = {"code": "rate_limit_exceeded", "message": "Slow down."}
    canned.answer = {"status": "failed", "error": error, "output": []}
    with pytest.raises(LMRateLimitError, match="Slow down"):
        lm_of(canned, api="responses")("Hi")
    canned.answer = [{"type": "response.failed", "response": {"error": error}}]
    with pytest.raises(LMRateLimitError, match="Slow down"):
        streamed(lm_of(canned, api="responses"))


def test_mistrals_parts_and_thoughts(canned: Canned) -> None:
    thinking = {"type": "thinking", "thinking": [{"type": "text", "text": "Hm."}]}
    canned.answer = chat({"content": [thinking, {"type": "text", "text": "Yes."}]}, "model_length")
    answer = lm_of(canned, "mistral/m")("Hi").completions[0]
    assert (answer.text, answer.reasoning, answer.finish_reason) == ("Yes.", "Hm.", "length")
    canned.answer = [chunk({"content": [thinking]}), chunk({"content": "Yes."}), chunk({}, "stop")]
    answer = streamed(lm_of(canned, "mistral/m")).completions[0]
    assert (answer.text, answer.reasoning) == ("Yes.", "Hm.")


@pytest.mark.parametrize("name", ["reasoning_content", "reasoning"])
def test_both_names_of_thoughts(canned: Canned, name: str) -> None:
    canned.answer = chat({"content": "Yes.", name: "Hm."})
    assert lm_of(canned, "vllm/m")("Hi").completions[0].reasoning == "Hm."


def test_openrouters_own_price_and_its_errors_in_answers(canned: Canned) -> None:
    canned.answer = chat({"content": "x"}, usage={"prompt_tokens": 1, "completion_tokens": 1, "cost": 0.25})
    assert lm_of(canned, "openrouter/m")("Hi").usage.cost == 0.25
    canned.answer = {"error": {"code": 429, "message": "Upstream is busy."}}
    with pytest.raises(LMRateLimitError, match="Upstream is busy"):
        lm_of(canned, "openrouter/m")("Hi")
    canned.answer = [chunk({"content": "x"}), {"error": {"code": 502, "message": "Upstream died."}}]
    with pytest.raises(LMServerError, match="Upstream died"):
        streamed(lm_of(canned, "openrouter/m"))


@pytest.mark.parametrize(
    ("said", "expected"),
    [("eos_token", "stop"), ("stop_sequence", "stop"), ("abort", "error"), (None, "stop"), ("new_word", "stop")],
)
def test_words_for_the_end(canned: Canned, said: str | None, expected: str) -> None:
    canned.answer = chat({"content": "x"}, said)
    assert lm_of(canned, "tgi/m")("Hi").completions[0].finish_reason == expected


def test_arguments_that_were_read_already(canned: Canned) -> None:
    call = {"id": "0", "type": "function", "function": {"name": "f", "arguments": {"a": 1}}}
    canned.answer = chat({"content": None, "tool_calls": [call]}, "tool_calls")
    assert lm_of(canned, "tgi/m")("Hi").completions[0].tool_calls[0].arguments == '{"a": 1}'


def test_a_server_that_counts_nothing(canned: Canned) -> None:
    canned.answer = chat({"content": "x"})
    usage = lm_of(canned)("Hi").usage
    assert (usage.calls, usage.total_tokens, usage.cost) == (1, 0, None)


@pytest.mark.parametrize(
    "answer", [{}, {"choices": 3}, {"choices": [{}]}, {"choices": [{"message": 1}]}, [1, 2], "text", None, 7]
)
def test_other_shapes_are_the_server_s_fault(canned: Canned, answer: Any) -> None:
    canned.answer = {"wrapped": answer} if isinstance(answer, list) else answer
    for api in ("chat", "responses", "completions"):
        with pytest.raises(LMServerError):
            lm_of(canned, api=api)("Hi")


def test_a_stream_without_an_end(canned: Canned) -> None:
    canned.answer = [chunk({"content": "x"})]
    with pytest.raises(LMTransportError, match="ended in the middle"):
        streamed(lm_of(canned))


def test_vectors_of_tokens(canned: Canned) -> None:
    canned.answer = {"data": [{"index": 0, "embedding": [[0.1, 0.2], [0.3, 0.4]]}]}
    with pytest.raises(LMInvalidRequestError, match="a vector for each token; start the server with pooling"):
        weft.Embedder(lm_of(canned, "llamacpp/m"))("one")


def test_unknown_errors_are_still_lm_errors(canned: Canned) -> None:
    canned.status, canned.answer = 418, {"error": {"message": None, "code": 7}}
    with pytest.raises(LMError, match=r"status 418.*says no more"):
        ask(lm_of(canned))
