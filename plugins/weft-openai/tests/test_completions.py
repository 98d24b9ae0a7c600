"""Text completions."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from conftest import SCHEMA, ask, last, lm_of, sent

import weft
from pytest_weft.server import Answer
from weft.errors import OptionError

if TYPE_CHECKING:
    from pytest_weft.server import ModelServer


def test_the_prompt_is_the_text_alone(server: ModelServer) -> None:
    lm = lm_of(server, "openai/gpt-3.5-turbo-instruct")
    turns = (weft.Message.of("system", "Once upon"), weft.Message.of("user", "a time"))
    assert lm(turns, max_tokens=9, stop=".").text == "Hello there"
    assert last(server).path == "/v1/completions"
    assert sent(server) == {
        "model": "gpt-3.5-turbo-instruct",
        "prompt": "Once upon\n\na time",
        "max_tokens": 9,
        "stop": ["."],
    }


def test_logprobs(server: ModelServer) -> None:
    server.change(answer=Answer("a b", logprobs=[-0.5, -1.0]))
    tokens = lm_of(server, api="completions")("Hi", logprobs=3).completions[0].logprobs or ()
    assert [token.logprob for token in tokens] == [-0.5, -1.0]
    assert all(list(token.top) == sorted(token.top, key=lambda pair: -pair[1]) for token in tokens)


def test_it_takes_no_schema(server: ModelServer) -> None:
    lm = lm_of(server, api="completions")
    assert not lm.capabilities.response_schema
    with pytest.raises(OptionError, match="takes no tools and no schema"):
        ask(lm, response_schema=SCHEMA)
