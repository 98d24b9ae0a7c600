from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest
from conftest import demo_countries

import weft
from weft.errors import DataError

if TYPE_CHECKING:
    from pathlib import Path

TEXTS = ["my card was stolen", "the card is lost", "exchange rate of the euro", "what rate do I get", "top up failed"]


def data() -> list[weft.Example]:
    return [weft.Example(text=text, label=text.split()[-1]).with_inputs("text") for text in TEXTS]


def optimized(k: int = 2) -> weft.Predict[weft.Prediction]:
    return weft.Optimizer("knn-few-shot", k=k).compile(weft.Predict("text -> label"), trainset=data())


def test_the_neighbours_of_the_input_are_shown_nearest_last_at_one_call_an_answer() -> None:
    requests: list[weft.Request] = []

    def answer(request: weft.Request) -> dict[str, str]:
        requests.append(request)
        return {"label": "x"}

    with weft.context(lm=weft.LM("scripted/x", answers=answer)):
        optimized()(text="somebody has stolen the card")
        asyncio.run(optimized().acall(text="the exchange rate please"))
    assert demo_countries(requests[0]) == ["the card is lost", "my card was stolen"]
    assert demo_countries(requests[1]) == ["what rate do I get", "exchange rate of the euro"]
    assert len(requests) == 2


def test_compiling_makes_no_call() -> None:
    with weft.track_usage() as ledger:
        optimized()
    assert ledger.total.calls == 0


def test_the_choice_is_saved_and_loaded(tmp_path: Path) -> None:
    optimized().save(tmp_path / "program.json")
    loaded = weft.Predict("text -> label").load(tmp_path / "program.json")
    with weft.context(lm=weft.LM("scripted/x", answers=[{"label": "x"}])):
        shown = demo_countries(loaded.render(text="stolen card"))
    assert shown == ["the card is lost", "my card was stolen"]


def test_more_neighbours_than_examples_shows_them_all() -> None:
    with weft.context(lm=weft.LM("scripted/x")):
        assert sorted(demo_countries(optimized(k=50).render(text="card"))) == sorted(TEXTS)


def test_data_of_another_program_is_refused() -> None:
    with pytest.raises(DataError, match="any predictor"):
        weft.Optimizer("knn-few-shot").compile(weft.Predict("a -> b"), trainset=data())


def test_it_makes_the_embedded_model_better() -> None:
    words = {"fruit": ["apple", "pear", "plum", "grape"], "tool": ["hammer", "saw", "drill", "pliers"]}
    rows = [
        weft.Example(text=f"we bought a {word} and another {word}", kind=kind).with_inputs("text")
        for kind, members in words.items()
        for word in members
    ]
    test = [
        weft.Example(text=f"that {word} is here", kind=kind).with_inputs("text")
        for kind, all_ in words.items()
        for word in all_
    ]
    program = weft.Predict("text -> kind")
    evaluate = weft.Evaluate(test, weft.exact_match)
    with weft.context(lm="embedded/incontext"):
        before = evaluate(program).score
        after = evaluate(weft.Optimizer("knn-few-shot", k=1).compile(program, trainset=rows)).score
    assert before < 50
    assert after == 100


def test_a_plan_counts_the_neighbours_and_not_the_pool() -> None:
    big = [weft.Example(text=f"text {number} " * 20, label="x").with_inputs("text") for number in range(200)]
    program = weft.Optimizer("knn-few-shot", k=2).compile(weft.Predict("text -> label"), trainset=big)
    optimizer = weft.Optimizer("bootstrap-few-shot", max_labeled_demos=0)
    with weft.context(lm=weft.LM("scripted/x")):
        row = optimizer.plan(optimizer.task(program, trainset=big)).rows[0]
    assert row.input_tokens < 1_000 * row.high
