"""Optimizers improve a real model, trained from scratch, in this process and behind llama.cpp's server."""

from __future__ import annotations

import random
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from rendering import prompts_digest
from task import NAMING, TASKS, Sentence, Task, program, sentences

import weft

if TYPE_CHECKING:
    from collections.abc import Iterator

MODEL = Path(__file__).with_name("tiny-labeller.gguf")
_LONGEST_ANSWER = 40
_SHOWN = 4  # demonstrations; the model was trained with at most four


@pytest.fixture(params=["in this process", "llama-server"])
def lm(request: pytest.FixtureRequest) -> Iterator[weft.LM]:
    """The model, at temperature 0."""
    wanted = "weft_openai" if request.param == "llama-server" else "llama_cpp"
    if find_spec(wanted) is None:
        pytest.skip(f"{wanted} is not installed")
    if request.param == "in this process":
        yield weft.LM(f"gguf/{MODEL}", cache="off", temperature=0, max_tokens=_LONGEST_ANSWER, n_threads=1)
        return
    from pytest_weft.llama.server import llama_server

    with llama_server(MODEL, "-c", "8192", "-np", "4") as url:
        yield weft.LM(
            "llamacpp/tiny-labeller", base_url=f"{url}/v1", cache="off", temperature=0, max_tokens=_LONGEST_ANSWER
        )


@pytest.fixture(params=TASKS)
def task(request: pytest.FixtureRequest) -> Task:
    """The task that is wanted, and that the instructions do not name."""
    return request.param


def score(asking: weft.Module, task: Task, size: int = 100) -> float:
    """Return the percentage of so many held-out sentences that are labelled right; failures would raise."""
    rows = [sentence.example(task) for sentence in _sample(size, held_out=True)]
    return weft.Evaluate(rows, weft.exact_match, max_errors=0)(asking).score


def _sample(size: int, *, held_out: bool) -> list[Sentence]:
    """Return sentences of which half suggest either task, so that neither is the better guess."""
    mixed = random.Random(1).sample(sentences(held_out=held_out), k=len(sentences(held_out=held_out)))
    halves = [[sentence for sentence in mixed if sentence.suggested == task][: size // 2] for task in TASKS]
    return [sentence for pair in zip(*halves, strict=True) for sentence in pair]


def test_the_prompts_are_those_of_the_training() -> None:
    import gguf

    field = gguf.GGUFReader(MODEL).fields["weft.prompts"]
    assert field.contents() == prompts_digest(), "weft writes other prompts now: nox -s real-lm -- --train"


def test_demonstrations_are_worth_half_of_the_score(lm: weft.LM, task: Task) -> None:
    """LabeledFewShot puts examples into the prompt, and they show which task is wanted."""
    train = [sentence.example(task) for sentence in _sample(40, held_out=False)]
    with weft.context(lm=lm):
        before = score(program(), task)
        compiled = weft.Optimizer("labeled-few-shot", k=_SHOWN).compile(program(), trainset=train)
        after = score(compiled, task)
    assert before == 50
    assert after > 90


def test_the_models_own_right_answers_are_enough(lm: weft.LM, task: Task) -> None:
    """BootstrapFewShot finds the answers that happen to be right, and shows those."""
    train = [sentence.example(task) for sentence in _sample(40, held_out=False)]
    optimizer = weft.Optimizer(
        "bootstrap-few-shot", metric=weft.exact_match, max_bootstrapped_demos=_SHOWN, max_labeled_demos=0
    )
    with weft.context(lm=lm):
        after = score(optimizer.compile(program(), trainset=train), task)
    assert after > 90


def test_instructions_are_worth_half_of_the_score(lm: weft.LM, task: Task) -> None:
    for instructions in NAMING[task]:
        asking = program()
        asking.instructions = instructions
        with weft.context(lm=lm):
            assert score(asking, task, size=20) > 90
