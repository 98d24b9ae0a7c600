"""llama.cpp's own server, with a tiny model of random weights: everything is real but the sense of what it says."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING, Any, ClassVar

import pytest
from conftest import HI, SCHEMA, TOOLS

import weft
from weft.errors import ContextWindowExceeded, LMInvalidRequestError

pytest.importorskip("pytest_weft.llama", reason="the kit has no fixtures for llama.cpp's server")
pytest.importorskip("gguf", reason="writing a GGUF file needs pytest-weft[llama]")

from pytest_weft import LMConformance, waived
from pytest_weft.llama import SLOT_TOKENS

if TYPE_CHECKING:
    from collections.abc import Mapping

WORDS = "one two three four five"


@pytest.fixture
def lm(llama_server: str) -> weft.LM:
    return weft.LM("llamacpp/tiny", base_url=f"{llama_server}/v1", cache="off", temperature=0.0, seed=1, max_tokens=12)


def complete(lm: weft.LM, **fields: Any) -> weft.Response:
    return asyncio.run(lm.complete(weft.Request((HI,), **fields)))


@pytest.mark.parametrize("api", ["chat", "responses", "completions"])
def test_it_answers_and_streams_the_same(llama_server: str, api: str) -> None:
    options: dict[str, Any] = {"base_url": f"{llama_server}/v1", "cache": "off", "temperature": 0.0, "max_tokens": 12}
    lm = weft.LM("llamacpp/tiny", api=api, **options)
    whole = lm(WORDS)
    assert whole.text
    ending = "stop" if api == "responses" else "length"  # there this server never says that it was cut off
    assert (whole.completions[0].finish_reason, whole.usage.output_tokens) == (ending, 12)
    assert whole.usage.input_tokens > 0
    assert whole.usage.cost == 0
    pieces = list(lm.streaming(WORDS))
    last = pieces.pop()
    assert isinstance(last, weft.Response)
    assert len(pieces) > 3
    assert last.text == whole.text
    assert (last.usage.input_tokens, last.usage.output_tokens) == (whole.usage.input_tokens, 12)


def test_seeds_repeat_and_several_answers_differ(lm: weft.LM) -> None:
    warm = lm.copy(temperature=1.5)
    first, again = warm(WORDS, n=3), warm(WORDS, n=3)
    texts = [answer.text for answer in first.completions]
    assert texts == [answer.text for answer in again.completions]
    assert len(set(texts)) == 3


def test_logprobs_are_of_the_tokens(lm: weft.LM) -> None:
    answer = lm(WORDS, logprobs=3).completions[0]
    assert answer.logprobs is not None
    assert "".join(token.token for token in answer.logprobs).startswith(answer.text)
    assert all(token.top[0] == (token.token, token.logprob) for token in answer.logprobs)


@pytest.mark.parametrize("form", ["json_schema", "json_object"])
def test_answers_are_held_to_a_schema(llama_server: str, form: str) -> None:
    lm = weft.LM("llamacpp/tiny", base_url=f"{llama_server}/v1", cache="off", schema_form=form, max_tokens=200)
    schema = {**SCHEMA, "properties": {"city": {"type": "string", "maxLength": 8}}}
    answer = complete(lm, response_schema=schema, seed=3)
    assert set(json.loads(answer.text)) == {"city"}


def test_answers_are_held_to_a_grammar(lm: weft.LM) -> None:
    assert lm(WORDS, grammar='root ::= "yes" | "no"').text in ("yes", "no")


def test_tools_are_offered_and_a_free_answer_is_read(lm: weft.LM) -> None:
    answer = complete(lm, tools=TOOLS, tool_choice="auto").completions[0]
    assert answer.text or answer.tool_calls


def test_a_prompt_that_is_too_long(lm: weft.LM) -> None:
    with pytest.raises(ContextWindowExceeded, match="exceeds the available context size") as caught:
        lm("word " * 2 * SLOT_TOKENS)
    assert caught.value.status == 400


def test_an_unreadable_grammar_is_a_wrong_request(lm: weft.LM) -> None:
    with pytest.raises(LMInvalidRequestError):
        lm(WORDS, grammar="root ::= (")


def test_vectors(llama_embedding_server: str) -> None:
    embedder = weft.Embedder(weft.LM("llamacpp/tiny", base_url=f"{llama_embedding_server}/v1"))
    one, two, same = embedder(["one", "two", "one"])
    assert len(one) == len(two) == 64
    assert one == pytest.approx(same, abs=1e-3)
    assert one != pytest.approx(two, abs=1e-3)


def test_a_server_without_embeddings_says_so(lm: weft.LM) -> None:
    with pytest.raises(LMInvalidRequestError, match="--embeddings"):
        weft.Embedder(lm)("one")


def test_llama_cpp_pythons_server(python_llama_server: str) -> None:
    """It counts nothing in streams, and knows one form of schemas."""
    options: dict[str, Any] = {"base_url": f"{python_llama_server}/v1", "cache": "off", "max_tokens": 100}
    lm = weft.LM("llamacpp/tiny", schema_form="json_object", temperature=0.0, **options)
    whole = lm(WORDS, max_tokens=8)
    assert (whole.usage.output_tokens, whole.completions[0].finish_reason) == (8, "length")
    (*_, last) = lm.streaming(WORDS, max_tokens=8)
    assert isinstance(last, weft.Response)
    assert last.text == whole.text
    schema = {"type": "object", "properties": {"ok": {"type": "boolean"}}, "required": ["ok"]}
    assert json.loads(complete(lm, response_schema=schema).text)["ok"] in (True, False)
    with pytest.raises(ContextWindowExceeded):
        lm("word " * 2 * SLOT_TOKENS)


def test_it_is_asked_how_it_is(lm: weft.LM) -> None:
    probe = asyncio.run(lm.probe())
    assert probe.problems == ()
    assert probe.version
    assert [model.context_window for model in probe.models] == [SLOT_TOKENS]


def test_a_program_runs_on_it(lm: weft.LM) -> None:
    """Random weights write no sense, but a schema makes them write the fields."""
    program = weft.Predict("question -> answer: bool")
    with weft.context(lm=lm.copy(max_tokens=200), adapter="json"):
        assert program(question="Is it?").answer in (True, False)


class TestConformance(LMConformance):
    ref = "llamacpp/tiny"
    secret_option: ClassVar[str] = "api_key"
    failing_options: ClassVar[Mapping[str, Any]] = {"base_url": "http://127.0.0.1:9/v1", "retries": 0}
    deterministic: ClassVar[bool] = True
    prompt: ClassVar[str] = "Go."
    test_count_holds_what_is_reported = waived(
        LMConformance.test_count_holds_what_is_reported,
        "every letter is a token of the tiny model, which weft learns from its first answer and cannot know before",
    )

    @pytest.fixture(autouse=True)
    def _server(self, llama_server: str) -> None:
        self.base_url = f"{llama_server}/v1"

    def make(self, **options: Any) -> Any:
        fixed = {"base_url": self.base_url, "context_window": SLOT_TOKENS, "temperature": 0.0, "max_tokens": 16}
        return super().make(**{**fixed, **options})
