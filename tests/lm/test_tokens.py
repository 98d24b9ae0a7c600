"""Counting tokens without a tokenizer: bounds that hold before the first answer, and what is learned from answers."""

from __future__ import annotations

import random
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from statistics import median
from typing import Any

import pytest

import weft

from .token_texts import texts, true_tokens

_NAMES = count()
_TURN_TOKENS = 7
ALL = [(kind, text) for kind, found in texts().items() for text in found]


class Tokenizing(weft.LM):
    """A provider without `count_tokens` that reports what a real tokenizer makes of its prompts."""

    def __init__(self, vocabulary: str = "o200k_base", /, *, name: str = "", **options: Any) -> None:
        super().__init__(f"{vocabulary}-{name or next(_NAMES)}", provider="tokenizing", cache="off", **options)
        self._vocabulary = vocabulary

    def true_count(self, request: weft.Request) -> int:
        spoken = sum(true_tokens(message.text, self._vocabulary) + _TURN_TOKENS for message in request.messages)
        tools = sum(true_tokens(repr(tool), self._vocabulary) for tool in request.tools)
        return spoken + tools + (true_tokens(repr(request.response_schema)) if request.response_schema else 0)

    async def generate(self, request: weft.Request) -> weft.Response:
        return weft.Response.of("Yes.", usage=weft.Usage(self.true_count(request), 2))


def asked(text: str, **parameters: Any) -> weft.Request:
    turns = (weft.Message.of("system", "Answer the question."), weft.Message.of("user", text))
    return weft.Request(messages=turns, **parameters)


@pytest.mark.parametrize("vocabulary", ["o200k_base", "cl100k_base"])
def test_the_bound_holds_before_the_first_answer(vocabulary: str) -> None:
    lm = Tokenizing(vocabulary)
    below = [kind for kind, text in ALL if lm.count_tokens(asked(text)) < lm.true_count(asked(text))]
    assert below == []


@pytest.mark.parametrize("vocabulary", ["o200k_base", "cl100k_base"])
def test_what_is_learned_is_seldom_below_the_truth_and_not_far_above(vocabulary: str) -> None:
    lm = Tokenizing(vocabulary)
    shuffled = random.Random(0).sample(ALL, len(ALL))
    ratios: list[float] = []
    for number, (_, text) in enumerate(shuffled):
        if number >= 40:
            ratios.append(lm.count_tokens(asked(text)) / lm.true_count(asked(text)))
        lm(asked(text).messages)
    assert sum(ratio < 1 for ratio in ratios) / len(ratios) <= 0.02
    assert 1.05 < median(ratios) < 1.4


def test_for_one_kind_of_text_few_answers_are_enough() -> None:
    for found in texts().values():
        lm = Tokenizing()
        for text in found[:5]:
            lm(asked(text).messages)
        ratios = [lm.count_tokens(asked(text)) / lm.true_count(asked(text)) for text in found[5:]]
        assert sum(ratio < 1 for ratio in ratios) <= 0.02 * len(ratios) + 1
        assert median(ratios) < 1.5


def test_it_is_never_below_what_was_seen() -> None:
    lm = Tokenizing()
    for _, text in ALL[:200]:
        lm(asked(text).messages)
        assert lm.count_tokens(asked(text)) >= lm.true_count(asked(text))


def test_random_letters_of_any_kind_stay_within_a_token_a_byte_before_the_first_answer() -> None:
    text = "".join(chr(random.Random(1).randrange(0x1F300, 0x1F650)) for _ in range(500))
    lm = Tokenizing()
    assert lm.true_count(asked(text)) <= lm.count_tokens(asked(text)) <= len(text.encode()) + 100


def test_tools_and_schemas_count() -> None:
    schema = {"type": "object", "properties": {f"field_{n}": {"type": "string"} for n in range(20)}}
    tool = weft.ToolSpec("search", "Searches the archive for documents about a topic.", schema)
    lm = Tokenizing()
    bare = lm.count_tokens(asked("Hi"))
    for request in (asked("Hi", tools=(tool,)), asked("Hi", response_schema=schema)):
        assert lm.count_tokens(request) >= lm.true_count(request)
        assert lm.count_tokens(request) > bare + 100


def test_what_was_learned_is_shared_by_all_objects_of_a_model_and_by_nothing_else() -> None:
    request = asked("word " * 200)
    one, same, other = Tokenizing(name="shared"), Tokenizing(name="shared"), Tokenizing(name="other")
    cautious = one.count_tokens(request)
    assert one.copy(temperature=0.5)(request.messages).usage.input_tokens < cautious
    assert same.count_tokens(request) == one.count_tokens(request) < cautious
    assert other.count_tokens(request) == cautious


def test_answers_from_the_cache_teach_nothing() -> None:
    cached = Tokenizing()
    cached("one two three", cache="refresh")
    learned = cached.count_tokens(asked("one two three"))
    assert [cached("one two three", cache="on").cached for _ in range(3)] == [True] * 3
    assert cached.count_tokens(asked("one two three")) == learned


def test_a_provider_that_reports_what_weft_counts_teaches_nothing() -> None:
    class Echoing(Tokenizing):
        async def generate(self, request: weft.Request) -> weft.Response:
            return weft.Response.of("Yes.", usage=weft.Usage(self.count_tokens(request), 2))

    lm = Echoing()
    counts = [lm("one two three").usage.input_tokens for _ in range(20)]
    assert len(set(counts)) == 1


def test_threads_learn_together() -> None:
    lm = Tokenizing()
    found = [text for _, text in ALL[:120]]
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda text: lm(asked(text).messages), found))
    assert all(lm.count_tokens(asked(text)) >= lm.true_count(asked(text)) for text in found[:8])


def test_a_provider_with_a_tokenizer_counts_itself() -> None:
    class Exact(Tokenizing):
        def count_tokens(self, request: weft.Request) -> int:
            return self.true_count(request)

    lm = Exact()
    lm("something that teaches nothing")
    assert lm.counts_exactly
    assert not Tokenizing().counts_exactly
    assert lm.count_tokens(asked("Hi")) == lm.true_count(asked("Hi"))
