"""Sizes in the words of servers that refuse a prompt: weft makes it fit by them."""

from __future__ import annotations

import pytest

from weft_http.excess import excess


@pytest.mark.parametrize(
    ("message", "tokens", "window"),
    [
        (
            "This model's maximum context length is 8192 tokens. However, your messages resulted in 9001 tokens.",
            9001,
            8192,
        ),
        (
            "This model's maximum context length is 4097 tokens, however you requested 5360 tokens "
            "(4360 in the messages, 1000 in the completion).",
            4360,
            4097,
        ),
        (
            "This model's maximum context length is 4096 tokens. However, you requested 5000 tokens in the messages",
            5000,
            4096,
        ),
        ("context length is 600 tokens. However, your request has 1035 input tokens.", 1035, None),
        ("prompt is too long: 208310 tokens > 200000 maximum", 208310, 200000),
        ("input length and `max_tokens` exceed context limit: 188240 + 21333 > 200000", 188240, 200000),
        ("request (9001 tokens) exceeds the available context size (8192 tokens), try increasing it", 9001, 8192),
        ("The input (9001 tokens) is longer than the model's context length (8192 tokens).", 9001, 8192),
        ("The input token count (1196265) exceeds the maximum number of tokens allowed (1048575).", 1196265, 1048575),
        ("`inputs` must have less than 1024 tokens. Given: 1500", 1500, None),
        ("prompt is too long: 208,310 tokens > 200,000 maximum", 208310, 200000),
        ("the request exceeds the available context size", None, None),
    ],
)
def test_sizes_are_read(message: str, tokens: int | None, window: int | None) -> None:
    found = {"tokens": tokens, "window": window}
    assert excess(message) == {name: size for name, size in found.items() if size is not None}


def test_sizes_in_fields_of_their_own_are_read() -> None:
    body = {"error": {"message": "exceeds the available context size", "n_prompt_tokens": 9001, "n_ctx": 8192}}
    assert excess("exceeds the available context size", body) == {"tokens": 9001, "window": 8192}
    assert excess("x", {"error": "x"}) == excess("x", "x") == {}
