"""Estimates of calls: what they are expected to take, what they seldom exceed, and how that is known."""

from __future__ import annotations

from itertools import count
from typing import Any

import pytest

import weft
from weft.errors import ContextWindowExceeded

_NAMES = count()
PRICES = weft.Prices(input=1.0, output=10.0)


class Paid(weft.LM):
    """A model of a word a token, with prices, whose answers are as long as it is told."""

    def __init__(self, *, exact: bool = True, answers: tuple[int, ...] = (10,), n: bool = False, **able: Any) -> None:
        able = {"prices": PRICES, **able}
        super().__init__(f"m{next(_NAMES)}", provider="paid", capabilities=weft.Capabilities(n=n, **able), cache="off")
        self.exact, self._lengths, self._calls = exact, answers, count()

    @property
    def counts_exactly(self) -> bool:
        return self.exact

    def words(self, request: weft.Request) -> int:
        return sum(len(message.text.split()) for message in request.messages)

    def count_tokens(self, request: weft.Request) -> int:
        return self.words(request) if self.exact else super().count_tokens(request)

    async def generate(self, request: weft.Request) -> weft.Response:
        words = self._lengths[next(self._calls) % len(self._lengths)]
        return weft.Response.of("word " * words, usage=weft.Usage(self.words(request), words))


def asked(words: int = 20, **parameters: Any) -> weft.Request:
    return weft.Request((weft.Message.of("user", "word " * words),), **parameters)


def test_with_a_limit_the_most_is_a_bound() -> None:
    estimate = Paid().estimate(asked(max_tokens=100))
    assert estimate.most == weft.Usage(20, 100, calls=1, cost=(20 + 1000) / 1e6)
    assert (estimate.prompt_by, estimate.answer_by) == ("tokenizer", "max_tokens")
    assert estimate.expected.output_tokens <= 100


def test_the_defaults_of_the_model_count() -> None:
    lm = Paid()
    assert lm.copy(max_tokens=30).estimate(asked()).most.output_tokens == 30


def test_the_length_of_answers_is_learned() -> None:
    lm = Paid(answers=(10, 30))
    before = lm.estimate(asked())
    assert before.answer_by == "assumed"
    for _ in range(10):
        lm("Hi")
    after = lm.estimate(asked())
    assert after.answer_by == "learned"
    assert after.output_tokens == 20
    assert 30 <= after.most.output_tokens < 60
    assert lm.estimate(asked(max_tokens=15)).most.output_tokens == 15
    assert lm.estimate(asked(max_tokens=15)).output_tokens == 15


def test_no_answer_is_longer_than_the_model_can_give() -> None:
    estimate = Paid(max_output=50).estimate(asked())
    assert (estimate.output_tokens, estimate.most.output_tokens) == (50, 50)


def test_it_says_how_the_prompt_was_counted() -> None:
    lm = Paid(exact=False)
    assert lm.estimate(asked()).prompt_by == "assumed"
    lm("word " * 20)
    learned = lm.estimate(asked())
    assert learned.prompt_by == "learned"
    assert learned.input_tokens == 20 <= learned.most.input_tokens


@pytest.mark.parametrize(("native", "calls", "prompts"), [(True, 1, 20), (False, 3, 60)])
def test_several_answers_take_several_prompts_where_the_model_gives_one_at_a_time(
    *, native: bool, calls: int, prompts: int
) -> None:
    estimate = Paid(n=native).estimate(asked(n=3, max_tokens=10))
    assert estimate.most == weft.Usage(prompts, 30, calls=calls, cost=(prompts + 300) / 1e6)


def test_an_unknown_price_is_unknown() -> None:
    estimate = Paid(prices=None).estimate(asked())
    assert estimate.cost is None
    assert estimate.most.cost is None


def test_the_parts_add_up_and_tools_and_schema_are_among_them() -> None:
    schema = {"type": "object", "properties": {"a": {"type": "string"}}}
    tool = weft.ToolSpec("search", "Find documents about a topic", schema)
    lm = Paid(exact=False)
    request = asked(response_schema=schema, tools=(tool,))
    estimate = lm.estimate(request)
    rows = {row.name: row.tokens for row in estimate.parts}
    assert set(rows) == {"text", "tools", "response schema"}
    assert 0.7 * estimate.most.input_tokens < sum(rows.values()) <= estimate.most.input_tokens


def test_it_is_of_the_prompt_as_it_would_be_sent() -> None:
    lm = Paid(context_window=60, max_output=10)
    old = weft.Message("user", (weft.Part("history", "old " * 40, "turn 1", "drop"),))
    estimate = lm.estimate(weft.Request((old, *asked().messages)))
    assert estimate.input_tokens == 20
    assert [(row.name, row.done) for row in estimate.parts] == [("turn 1", "dropped"), ("text", "kept")]
    with pytest.raises(ContextWindowExceeded):
        lm.estimate(asked(100))


def test_nothing_is_called_or_counted() -> None:
    lm = Paid()
    with weft.track_usage() as ledger:
        lm.estimate(asked())
    assert ledger.total == weft.Usage()
    assert next(lm._calls) == 0


def test_a_router_is_estimated_by_the_model_that_is_asked_first() -> None:
    cheap, dear = Paid(), Paid(prices=weft.Prices(input=100.0, output=1000.0))
    request = asked(max_tokens=10)
    assert weft.Router([dear, cheap]).estimate(request).lm == dear.ref
    assert weft.Router([dear, cheap], policy="cheapest").estimate(request).lm == cheap.ref


def test_it_prints_as_a_line() -> None:
    assert str(Paid(max_output=50).estimate(asked())).endswith(
        "1 call, 20 + 50 tokens, $0.00052 expected, 1 call, 20 + 50 tokens, $0.00052 at most"
    )
