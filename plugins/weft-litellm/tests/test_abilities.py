"""What litellm's tables say of models, and what users say in their place."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

import weft
from weft.errors import OptionError, UnsupportedModelError

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytest_weft.server import ModelServer

    Make = Callable[..., weft.LM]

HELLO = weft.Request(messages=(weft.Message.of("user", "Hello there, world. " * 20),))


def test_tables_become_capabilities() -> None:
    found = weft.LM("litellm/openai/gpt-4o-mini").capabilities
    assert (found.context_window, found.max_output) == (128_000, 16_384)
    assert found.response_schema
    assert found.tools
    assert found.vision
    assert found.n
    assert not found.reasoning
    assert {"temperature", "seed", "logprobs", "max_tokens", "stop"} <= found.parameters
    assert "presence_penalty" in found.extra
    assert found.extra.isdisjoint({"tools", "response_format", "stream", "max_retries", "top_logprobs"})
    prices = found.prices
    assert prices is not None
    assert (prices.input, prices.output, prices.cached_input) == pytest.approx((0.15, 0.6, 0.075))


def test_models_differ() -> None:
    claude = weft.LM("litellm/anthropic/claude-sonnet-4-5").capabilities
    assert claude.reasoning
    assert "reasoning_effort" in claude.parameters
    assert claude.parameters.isdisjoint({"seed", "logprobs"})
    assert not claude.n
    assert claude.prices is not None
    assert claude.prices.cache_write == pytest.approx(3.75)


def test_unknown_model_of_a_known_provider_claims_nothing() -> None:
    found = weft.LM("litellm/openai/mine").capabilities
    assert found.context_window is found.prices is None
    assert not found.response_schema


def test_users_know_better() -> None:
    lm = weft.LM("litellm/openai/mine", context_window=4096, response_schema=True, tools=True)
    found = lm.capabilities
    assert (found.context_window, found.response_schema, found.tools) == (4096, True, True)
    stated = {"context_window": 4096, "response_schema": True, "tools": True}
    assert lm.describe() == {"ref": "litellm/openai/mine", **stated}


def test_unknown_provider_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(UnsupportedModelError, match="litellm knows no provider for 'nonsense/x'"):
        weft.LM("litellm/nonsense/x")("hi")
    assert capsys.readouterr().out == ""


def test_tokens_are_counted_exactly_or_bounded_from_above() -> None:
    exact = weft.LM("litellm/openai/gpt-4o").count_tokens(HELLO)
    bound = weft.LM("litellm/openai/mine").count_tokens(HELLO)
    assert 100 <= exact <= 110  # 5 tokens a sentence, and those around the turn
    assert bound > exact


def test_tools_and_schema_are_counted() -> None:
    lm = weft.LM("litellm/openai/gpt-4o")
    tool = weft.ToolSpec("search", "Looks for pages.", {"type": "object", "properties": {"query": {"type": "string"}}})
    plain, more = lm.count_tokens(HELLO), lm.count_tokens(HELLO.replace(tools=(tool,)))
    assert more > plain
    assert lm.count_tokens(HELLO.replace(tools=(tool,), response_schema=tool.parameters)) > more


def test_bound_learns_where_the_tokenizer_is_not_there(make: Make, server: ModelServer) -> None:
    lm = make()
    before = lm.count_tokens(HELLO)
    for _ in range(50):
        lm(HELLO.messages)
    assert lm.count_tokens(HELLO) < before


def test_argument_that_weft_sets_itself_is_refused() -> None:
    with pytest.raises(OptionError, match="must not set 'num_retries'"):
        weft.LM("litellm/openai/mine", arguments={"num_retries": 3})


def test_arguments_and_places_tell_models_apart() -> None:
    plain, there, project = (
        weft.LM("litellm/vertex_ai/gemini-2.5-flash", **options)
        for options in ({}, {"api_base": "http://127.0.0.1:1"}, {"arguments": {"vertex_project": "x"}})
    )
    same = weft.LM("litellm/vertex_ai/gemini-2.5-flash", api_key="sk-another")
    assert len({plain.cache_identity, there.cache_identity, project.cache_identity, same.cache_identity}) == 3


def test_secrets_among_arguments_are_hidden() -> None:
    arguments = {"aws_secret_access_key": "canary-0123456789", "aws_region_name": "eu-central-1"}
    lm = weft.LM("litellm/bedrock/anthropic.claude-3-haiku-20240307-v1:0", api_key="canary-abcdef", arguments=arguments)
    shown = f"{lm!r} {lm.describe()} {lm.cache_identity} {vars(lm)}"
    assert "canary" not in shown
    assert lm.describe()["arguments"] == {"aws_region_name": "eu-central-1"}
