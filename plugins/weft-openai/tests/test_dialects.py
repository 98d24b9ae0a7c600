"""What servers say in their own ways, as their documentation shows it."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from conftest import KEY

import weft
from pytest_weft.canned import CannedServer
from weft.errors import (
    LMContentFilterError,
    LMError,
    LMInvalidRequestError,
    LMRateLimitError,
    LMServerError,
    LMTransportError,
)


def chat(message: dict[str, Any], finish: str | None = "stop", **fields: Any) -> dict[str, Any]:
    choice = {"index": 0, "message": {"role": "assistant", **message}, "finish_reason": finish}
    return {"choices": [choice], "model": "m", **fields}


def chunk(delta: dict[str, Any], finish: str | None = None) -> dict[str, Any]:
    return {"model": "m", "choices": [{"index": 0, "delta": delta, "finish_reason": finish}]}


def lm_of(server: CannedServer, ref: str, api: str | None) -> weft.LM:
    return weft.LM(ref, base_url=f"{server.url}/v1", api_key=KEY, api=api, cache="off", retries=0)


def said(answer: Any, ref: str = "openai/m", *, api: str | None = None, status: int = 200) -> weft.Response:
    """Return what weft makes of an answer."""
    with CannedServer(answer, status=status) as server:
        return lm_of(server, ref, api)("Hi")


def streamed(events: list[Any], ref: str = "openai/m", *, api: str | None = None) -> weft.Response:
    """Return what weft makes of a stream."""
    with CannedServer(events=events) as server:
        request = weft.Request((weft.Message.of("user", "Hi"),))
        return asyncio.run(lm_of(server, ref, api).complete(request, lambda piece: None))


def test_a_refusal_in_words() -> None:
    usage = {"prompt_tokens": 5, "completion_tokens": 3}
    answer = chat({"content": None, "refusal": "I cannot help."}, usage=usage)
    with pytest.raises(LMContentFilterError, match=r"openai/m refuses to answer: I cannot help\.") as caught:
        said(answer, "openai/m")
    assert caught.value.usage.total_tokens == 8
    answer = [chunk({"refusal": "I cannot "}), chunk({"refusal": "help."}), chunk({}, "stop")]
    with pytest.raises(LMContentFilterError, match=r"refuses to answer: I cannot help\."):
        streamed(answer, "openai/m")


def test_a_refusal_of_the_responses_api() -> None:
    part = {"type": "refusal", "refusal": "I cannot help."}
    answer = {"status": "completed", "output": [{"type": "message", "content": [part]}]}
    with pytest.raises(LMContentFilterError, match="I cannot help"):
        said(answer, api="responses")
    response = {"status": "completed", "usage": {"input_tokens": 2, "output_tokens": 1}}
    answer = [
        {"type": "response.created", "response": {}},
        {"type": "response.refusal.delta", "delta": "I cannot help."},
        {"type": "response.completed", "response": response},
    ]
    with pytest.raises(LMContentFilterError, match="I cannot help") as caught:
        streamed(answer, api="responses")
    assert caught.value.usage.total_tokens == 3


def test_a_response_that_failed() -> None:
    error = {"code": "rate_limit_exceeded", "message": "Slow down."}
    answer = {"status": "failed", "error": error, "output": []}
    with pytest.raises(LMRateLimitError, match="Slow down"):
        said(answer, api="responses")
    answer = [{"type": "response.failed", "response": {"error": error}}]
    with pytest.raises(LMRateLimitError, match="Slow down"):
        streamed(answer, api="responses")


def test_mistrals_parts_and_thoughts() -> None:
    thinking = {"type": "thinking", "thinking": [{"type": "text", "text": "Hm."}]}
    answer = chat({"content": [thinking, {"type": "text", "text": "Yes."}]}, "model_length")
    answer = said(answer, "mistral/m").completions[0]
    assert (answer.text, answer.reasoning, answer.finish_reason) == ("Yes.", "Hm.", "length")
    answer = [chunk({"content": [thinking]}), chunk({"content": "Yes."}), chunk({}, "stop")]
    answer = streamed(answer, "mistral/m").completions[0]
    assert (answer.text, answer.reasoning) == ("Yes.", "Hm.")


@pytest.mark.parametrize("name", ["reasoning_content", "reasoning"])
def test_both_names_of_thoughts(name: str) -> None:
    answer = chat({"content": "Yes.", name: "Hm."})
    assert said(answer, "vllm/m").completions[0].reasoning == "Hm."


def test_openrouters_own_price_and_its_errors_in_answers() -> None:
    answer = chat({"content": "x"}, usage={"prompt_tokens": 1, "completion_tokens": 1, "cost": 0.25})
    assert said(answer, "openrouter/m").usage.cost == 0.25
    answer = {"error": {"code": 429, "message": "Upstream is busy."}}
    with pytest.raises(LMRateLimitError, match="Upstream is busy"):
        said(answer, "openrouter/m")
    answer = [chunk({"content": "x"}), {"error": {"code": 502, "message": "Upstream died."}}]
    with pytest.raises(LMServerError, match="Upstream died"):
        streamed(answer, "openrouter/m")


@pytest.mark.parametrize(
    ("word", "expected"),
    [("eos_token", "stop"), ("stop_sequence", "stop"), ("abort", "error"), (None, "stop"), ("new_word", "stop")],
)
def test_words_for_the_end(word: str | None, expected: str) -> None:
    answer = chat({"content": "x"}, word)
    assert said(answer, "tgi/m").completions[0].finish_reason == expected


def test_arguments_that_were_read_already() -> None:
    call = {"id": "0", "type": "function", "function": {"name": "f", "arguments": {"a": 1}}}
    answer = chat({"content": None, "tool_calls": [call]}, "tool_calls")
    assert said(answer, "tgi/m").completions[0].tool_calls[0].arguments == '{"a": 1}'


@pytest.mark.parametrize(("ref", "cost"), [("openai/m", None), ("openai/gpt-4o", None), ("vllm/m", 0.0)])
def test_a_server_that_counts_nothing(ref: str, cost: float | None) -> None:
    usage = said(chat({"content": "x"}), ref).usage
    assert (usage.calls, usage.total_tokens, usage.cost) == (1, 0, cost)


@pytest.mark.parametrize(
    "answer", [{}, {"choices": 3}, {"choices": [{}]}, {"choices": [{"message": 1}]}, {"a": [1, 2]}, "text", None, 7]
)
def test_other_shapes_are_the_server_s_fault(answer: Any) -> None:
    for api in ("chat", "responses", "completions"):
        with pytest.raises(LMServerError):
            said(answer, api=api)


def test_a_stream_without_an_end() -> None:
    answer = [chunk({"content": "x"})]
    with pytest.raises(LMTransportError, match="ended in the middle"):
        streamed(answer)


def test_vectors_of_tokens() -> None:
    answer = {"data": [{"index": 0, "embedding": [[0.1, 0.2], [0.3, 0.4]]}]}
    with CannedServer(answer) as server, pytest.raises(LMInvalidRequestError, match="start the server with pooling"):
        weft.Embedder(lm_of(server, "llamacpp/m", None))("one")


def test_unknown_errors_are_still_lm_errors() -> None:
    with pytest.raises(LMError, match=r"status 418.*says no more"):
        said({"error": {"message": None, "code": 7}}, status=418)
