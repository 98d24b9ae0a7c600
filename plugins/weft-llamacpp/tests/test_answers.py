"""What a model in a GGUF file answers: sampling, streams, constraints, log-probabilities, limits."""

from __future__ import annotations

import asyncio
import json
import math
import re
from typing import TYPE_CHECKING, Any

import pytest

import weft
from weft.errors import ContextWindowExceeded, LMInvalidRequestError, OptionError

if TYPE_CHECKING:
    from pathlib import Path

_CHOICE = {
    "type": "object",
    "properties": {"sure": {"type": "boolean"}, "colour": {"enum": ["red", "green"]}},
    "required": ["sure", "colour"],
    "additionalProperties": False,
}


def _request(text: str = "Hi", **options: Any) -> weft.Request:
    return weft.Request((weft.Message.of("user", text),), **options)


def test_equal_seeds_give_equal_answers(lm: weft.LM) -> None:
    answers = [lm("Hi", seed=seed).text for seed in (1, 1, 2)]
    assert answers[0] == answers[1] != answers[2]


def test_without_a_seed_answers_differ(tiny_gguf: Path) -> None:
    lm = weft.LM(f"gguf/{tiny_gguf}", cache="off", max_tokens=24)
    assert len({lm("Hi").text for _ in range(4)}) > 1


def test_at_temperature_0_the_seed_does_not_matter(lm: weft.LM) -> None:
    assert len({lm("Hi", temperature=0, seed=seed).text for seed in range(3)}) == 1


def test_top_k_1_is_the_most_likely_answer(lm: weft.LM) -> None:
    assert lm("Hi", top_k=1).text == lm("Hi", temperature=0).text


def test_top_k_must_be_a_whole_number(lm: weft.LM) -> None:
    with pytest.raises(LMInvalidRequestError, match=r"top_k for tiny\.gguf must be a whole number, not 0\.5\."):
        lm("Hi", top_k=0.5)


def test_usage_counts_tokens(lm: weft.LM) -> None:
    response = lm("Hi", max_tokens=5)
    assert response.completions[0].finish_reason == "length"
    assert (response.usage.input_tokens, response.usage.output_tokens) == (lm.count_tokens(_request()), 5)
    assert response.usage.cost == 0


def test_tokens_are_counted_with_the_chat_template(lm: weft.LM) -> None:
    one, two = (lm.count_tokens(weft.Request((weft.Message.of("user", "xyz"),) * turns)) for turns in (1, 2))
    assert two - one == len(["<|im_start|>", "user", "\n", "x", "y", "z", "<|im_end|>", "\n"]) + len("ser")


def test_pieces_make_the_whole(lm: weft.LM) -> None:
    *pieces, response = lm.streaming("Hi")
    assert len(pieces) > 2
    assert "".join(piece.text for piece in pieces) == response.text == lm("Hi").text
    assert pieces[-1].finish_reason == response.completions[0].finish_reason


def test_an_answer_ends_before_a_stop_text(lm: weft.LM) -> None:
    whole = lm("Hi").text
    stop = whole[3:6]
    assert lm("Hi", stop=stop).text == whole[: whole.index(stop)]
    assert "".join(piece.text for piece in list(lm.streaming("Hi", stop=stop))[:-1]) == whole[: whole.index(stop)]


def test_a_schema_is_kept(lm: weft.LM) -> None:
    for seed in range(5):
        answer = json.loads(asyncio.run(lm.complete(_request(seed=seed, max_tokens=200, response_schema=_CHOICE))).text)
        assert set(answer) == {"sure", "colour"}
        assert answer["colour"] in ("red", "green")


def test_a_program_with_a_schema_gets_typed_answers(tiny_gguf: Path) -> None:
    lm = weft.LM(f"gguf/{tiny_gguf}", cache="off", max_tokens=200, seed=1)
    with weft.context(lm=lm, adapter="json"):
        answer = weft.Predict("question -> sure: bool")(question="Is it?")
    assert isinstance(answer.sure, bool)


def test_a_grammar_is_kept(lm: weft.LM) -> None:
    for seed in range(5):
        assert re.fullmatch(
            "[a-c]{4} (yes|no)", lm("Hi", seed=seed, grammar='root ::= [a-c]{4} " " ("yes" | "no")').text
        )


def test_a_wrong_grammar_is_an_error_that_says_where(lm: weft.LM, capfd: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(
        LMInvalidRequestError, match=r"tiny\.gguf was given a grammar that is not GBNF .* expecting '\)'"
    ):
        lm("Hi", grammar="root ::= (")
    assert capfd.readouterr().err == ""


def test_a_schema_and_a_grammar_are_one_too_many(lm: weft.LM) -> None:
    request = _request(response_schema=_CHOICE, extra={"grammar": 'root ::= "a"'})
    with pytest.raises(LMInvalidRequestError, match="a grammar and a response schema"):
        asyncio.run(lm.complete(request))


def test_log_probabilities(lm: weft.LM) -> None:
    completion = lm("Hi", temperature=0, logprobs=3).completions[0]
    assert completion.logprobs is not None
    assert "".join(record.token for record in completion.logprobs) == completion.text
    for record in completion.logprobs:
        assert record.top[0] == (record.token, record.logprob)  # the most likely one, at temperature 0
        assert len(record.top) == 3
        assert 0 < sum(math.exp(logprob) for _, logprob in record.top) <= 1
    assert lm("Hi").completions[0].logprobs is None


def test_a_prompt_that_does_not_fit_is_refused(tiny_gguf: Path) -> None:
    lm = weft.LM(f"gguf/{tiny_gguf}", cache="off", n_ctx=64)
    tokens = lm.count_tokens(_request("x" * 64))
    with pytest.raises(ContextWindowExceeded, match=rf"The {tokens} tokens .* exceed .* of 64 tokens of gguf/"):
        lm("x" * 64)
    with pytest.raises(ContextWindowExceeded, match=rf"has {tokens} tokens, and tiny\.gguf has a context of 64"):
        asyncio.run(lm.generate(_request("x" * 64)))  # as a caller beside weft's pipeline would find it


def test_an_answer_ends_with_the_context(tiny_gguf: Path) -> None:
    lm = weft.LM(f"gguf/{tiny_gguf}", cache="off", n_ctx=64, grammar='root ::= "a"{500}')
    response = lm("Hi")
    assert response.completions[0].finish_reason == "length"
    assert response.usage.total_tokens == 64


def test_tools_are_refused(lm: weft.LM) -> None:
    request = _request(tools=(weft.ToolSpec("t", "", {"type": "object"}),))
    with pytest.raises(LMInvalidRequestError, match="cannot be given tools"):
        asyncio.run(lm.complete(request))


def test_undeclared_parameters_are_refused(lm: weft.LM) -> None:
    with pytest.raises(OptionError, match="no parameter 'reasoning_effort'"):
        lm("Hi", reasoning_effort="low")


def test_a_conversation_without_tokens_is_refused(tiny_gguf: Path) -> None:
    lm = weft.LM(f"gguf/{tiny_gguf}", cache="off", chat_template="{{ messages[0].content }}")
    with pytest.raises(LMInvalidRequestError, match="has no tokens"):
        lm("é")  # the tiny model's vocabulary is ASCII


def test_an_own_chat_template(tiny_gguf: Path) -> None:
    template = "{{ raise_exception('no poems') }}"
    lm = weft.LM(f"gguf/{tiny_gguf}", cache="off", chat_template=template)
    with pytest.raises(LMInvalidRequestError, match="does not take this conversation: no poems"):
        lm("Hi")
