"""``weft demo`` and its data."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import pytest

from weft.cli.demo_data import INPUT, MODULES, OUTPUT, split, stdlib_examples
from weft.registry import rows

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from .conftest import Done

_HAS_OPTIMIZERS = any((row.kind, row.name) == ("optimizer", "knn-few-shot") for row in rows())


def test_the_data_are_many_distinct_sentences_of_many_modules() -> None:
    examples = stdlib_examples(0)
    assert len(examples) >= 500
    assert len({example[INPUT] for example in examples}) == len(examples)
    counts = Counter(example[OUTPUT] for example in examples)
    assert len(counts) >= 15
    assert set(counts) <= set(MODULES)
    assert min(counts.values()) >= 20


def test_no_sentence_holds_its_modules_name() -> None:
    giveaways = [
        example for example in stdlib_examples(0) if example[OUTPUT] in example[INPUT].lower().replace(".", " ").split()
    ]
    assert giveaways == []


def test_equal_seeds_give_equal_data() -> None:
    assert stdlib_examples(3) == stdlib_examples(3)
    assert stdlib_examples(3) != stdlib_examples(4)


def test_splits_are_disjoint_and_hold_every_module() -> None:
    examples = stdlib_examples(0)
    parts = split(examples, {"train": 0.5, "val": 0.2, "test": 0.3})
    assert sum(map(len, parts.values())) == len(examples)
    assert {example[INPUT] for example in parts["train"]}.isdisjoint(example[INPUT] for example in parts["test"])
    for part in parts.values():
        assert {example[OUTPUT] for example in part} == {example[OUTPUT] for example in examples}


@pytest.mark.skipif(not _HAS_OPTIMIZERS, reason="weft-fewshot, whose optimizers the demo runs, is not installed")
def test_the_whole_way_gains_thirty_points(process: Callable[..., Done], here: Path) -> None:
    done = process("demo", "--out", "shown")
    assert done.code == 0, done
    assert "Gain on the held-out test set: +" in done.out
    assert done.out.index("US$ at most") < done.out.index("95 % interval")
    assert '→  {"module": "asyncio"}' in done.out
    assert (here / "shown" / "program.json").is_file()
    assert "<svg" in (here / "shown" / "report.html").read_text(encoding="utf-8")


def test_without_its_optimizers_the_demo_says_what_to_install(weft: Callable[..., Done], here: Path) -> None:
    from weft.registry import isolated_registry

    with isolated_registry():
        assert weft("demo").refused().endswith("Install it with: pip install weft-fewshot")
