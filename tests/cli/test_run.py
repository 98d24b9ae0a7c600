"""``weft run`` and ``weft eval``."""

from __future__ import annotations

import csv
import json
from typing import TYPE_CHECKING, Any

import pytest

import weft as library

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from .conftest import Done

MODEL = ["--lm", "embedded/incontext"]
SORT = ["--signature", "text -> category: Literal['card', 'rate']"]


def test_one_input_by_name(weft: Callable[..., Done], here: Path) -> None:
    done = weft("run", *SORT, *MODEL, "--input", "text=my card = gone")
    assert (done.code, json.loads(done.out)) == (0, {"category": "card"})


@pytest.mark.parametrize(
    ("stdin", "answers"),
    [
        ('{"text": "a card"}', ["card"]),
        ('{\n  "text": "the rate"\n}\n', ["rate"]),
        ('{"text": "a card"}\n\n{"text": "the rate"}\n', ["card", "rate"]),
    ],
)
def test_json_on_standard_input(weft: Callable[..., Done], here: Path, stdin: str, answers: list[str]) -> None:
    done = weft("run", *SORT, *MODEL, stdin=stdin)
    assert [json.loads(line)["category"] for line in done.out.splitlines()] == answers


def test_texts_become_the_types_of_the_inputs(weft: Callable[..., Done], here: Path) -> None:
    signature = ["--signature", "numbers: list[int], sure: bool -> category: Literal['a', 'b']"]
    assert weft("run", *signature, *MODEL, "--input", "numbers=[1, 2]", "--input", "sure=yes").code == 0
    refused = weft("run", *signature, *MODEL, "--input", "numbers=one", "--input", "sure=yes").refused()
    assert refused.startswith("--input numbers='one': the value must be list[int]")


BROKEN: dict[str, tuple[list[str], str, str]] = {
    "no signature": ([], "", "Say what goes in and what comes out with --signature"),
    "misspelt input": ([*SORT, "--input", "txt=a"], "", "has no input 'txt'. Did you mean 'text'?"),
    "input without value": ([*SORT, "--input", "text"], "", "--input takes key=value, not 'text'."),
    "no input": (SORT, "", "Standard input is empty; it takes JSON"),
    "no JSON": (SORT, "hello", "Line 1 of standard input is not valid JSON"),
    "no object": (SORT, "[1]", "Standard input must hold JSON objects"),
    "both sources": ([*SORT, "--program", "p.json"], "", "--program holds its own signature"),
    "missing program": (["--program", "no.json"], "", "There is no file 'no.json'."),
    "not JSON": (["--program", "text.json"], "", "text.json cannot be read as JSON"),
    "not a program": (["--program", "other.json"], "", "other.json is no saved weft program."),
}


@pytest.mark.parametrize("case", BROKEN)
def test_one_sentence_and_exit_code_2(weft: Callable[..., Done], here: Path, case: str) -> None:
    (here / "text.json").write_text("hello")
    (here / "other.json").write_text('{"a": 1}')
    words, stdin, sentence = BROKEN[case]
    assert sentence in weft("run", *words, *MODEL, stdin=stdin).refused()


def test_a_program_that_only_its_code_can_build(weft: Callable[..., Done], here: Path) -> None:
    class Steps(library.Module):
        def __init__(self) -> None:
            self.first, self.second = library.Predict("a -> b"), library.Predict("b -> c")

    Steps().save(here / "p.json")
    sentence = weft("run", "--program", "p.json", *MODEL, "--input", "a=1").refused()
    assert (
        sentence
        == "p.json was saved by 'Steps', which only its own code can build: use Steps(…).load('p.json') in Python."
    )


@pytest.mark.parametrize(
    "program", [library.Predict("q -> reasoning, a"), library.ChainOfThought("q -> a"), library.Predict("q -> a: int")]
)
def test_a_saved_program_is_rebuilt_as_it_was(here: Path, program: Any) -> None:
    from weft.cli.program import saved_program

    program.save(here / "p.json")
    again = saved_program(here / "p.json")
    assert type(again) is type(program)
    assert again.state == program.state
    (before,), (after,) = program.predictors(), again.predictors()
    assert after.signature.equals(before.signature)


def test_the_model_may_come_from_the_environment(
    weft: Callable[..., Done], here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WEFT_LM", "embedded/incontext")
    assert weft("run", *SORT, "--input", "text=card").code == 0


def test_eval_scores_a_file(weft: Callable[..., Done], train: Path) -> None:
    words = ["eval", "--signature", "text -> category", "--data", "train.csv", *MODEL, "--show", "2"]
    done = weft(*words, "--out", "rows.csv")
    assert done.code == 0, done
    assert "'category' is one of the 2 labels in train.csv" in done.out
    assert "95 % interval" in done.out
    with open(train.with_name("rows.csv"), newline="", encoding="utf-8") as file:
        assert [row["example_category"] for row in csv.DictReader(file)].count("card") == 3


def test_eval_takes_a_saved_program(weft: Callable[..., Done], train: Path) -> None:
    library.Predict("text -> category: Literal['card', 'rate']").save(train.with_name("p.json"))
    done = weft("eval", "--program", "p.json", "--data", "train.csv", *MODEL, "--out", "rows.json")
    assert done.code == 0, done
    assert len(json.loads(train.with_name("rows.json").read_text())["rows"]) == 6


def test_eval_refuses_what_it_cannot_write_or_read(weft: Callable[..., Done], train: Path) -> None:
    words = ["eval", "--signature", "text -> category", *MODEL]
    assert "must be a .csv or .json file" in weft(*words, "--data", "train.csv", "--out", "rows.txt").refused()
    assert "There is no file 'tests.csv'." in weft(*words, "--data", "tests.csv").refused()
    wrong = ["eval", "--signature", "text -> category: Literal['card']", *MODEL, "--data", "train.csv"]
    assert weft(*wrong).refused() == "train.csv:4 has 'rate' for 'category', which must be one of 'card'."


def test_an_interrupt_ends_with_130(weft: Callable[..., Done], here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(*args: Any, **options: Any) -> Any:
        raise KeyboardInterrupt

    monkeypatch.setattr(library.Predict, "__call__", interrupt)
    done = weft("run", *SORT, *MODEL, "--input", "text=card")
    assert (done.code, done.err) == (130, "Interrupted.\n")
