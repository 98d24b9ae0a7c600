"""A real server that speaks the Messages API: llama.cpp's ``llama-server``, with a tiny model of random weights."""

from __future__ import annotations

import pytest
from conftest import ask

import weft
from weft.errors import ContextWindowExceeded, LMTransportError

SLOT_TOKENS = 1024


@pytest.fixture
def llama(llama_server: str) -> weft.LM:
    """The tiny model behind its server; it is asked the same every time."""
    return weft.LM("anthropic/tiny", base_url=llama_server, temperature=0.0, max_tokens=12, cache="off")


def test_it_answers(llama: weft.LM) -> None:
    response = llama([weft.Message.of("system", "Be brief."), weft.Message.of("user", "Hi")])
    assert response.text
    assert response.completions[0].finish_reason == "length"
    assert 0 < response.usage.output_tokens <= 12
    assert response.usage.input_tokens > 8
    assert response.usage.cost is None


def test_it_streams_the_same(llama: weft.LM) -> None:
    whole = llama("Hi")
    *deltas, last = llama.streaming("Hi")
    assert isinstance(last, weft.Response)
    assert last.completions == whole.completions
    assert last.usage.output_tokens == whole.usage.output_tokens
    assert len([delta for delta in deltas if isinstance(delta, weft.Delta) and delta.text]) > 1


def test_it_reads_blocks_tools_and_results(llama: weft.LM) -> None:
    search = weft.ToolSpec("search", "Finds pages.", {"type": "object", "properties": {"query": {"type": "string"}}})
    call = weft.ToolCall("t-1", "search", '{"query": "weft"}')
    turns = (
        weft.Message("system", (weft.Part("instructions", "Be brief.", cache_point=True),)),
        weft.Message.of("user", "Look it up."),
        weft.Message("assistant", (weft.Part("text", ""),), tool_calls=(call,)),
        weft.Message("tool", (weft.Part("text", "crosswise threads"),), tool_call_id="t-1"),
    )
    few, many = ask(llama, *turns[:2]), ask(llama, *turns, tools=(search,))
    assert many.usage.input_tokens > few.usage.input_tokens


def test_a_prompt_that_is_too_long_is_refused(llama: weft.LM) -> None:
    with pytest.raises(ContextWindowExceeded):
        llama("word " * SLOT_TOKENS)


def test_nothing_there(llama: weft.LM) -> None:
    with pytest.raises(LMTransportError, match=r"Nothing answers at http://127\.0\.0\.1:9"):
        weft.LM("anthropic/tiny", base_url="http://127.0.0.1:9", max_output=5, retries=0)("Hi")
