"""``weft plan`` and ``weft optimize`` on files."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from weft.registry import register

from .conftest import ROWS, write_csv

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from .conftest import Done

pytestmark = pytest.mark.usefixtures("optimizers")
SIGNATURE = ["--signature", "text -> category"]
MODEL = ["--lm", "embedded/incontext"]
BASE = ["--train", "train.csv", "--test", "test.csv", *MODEL]


def test_from_files_to_a_program_that_runs(weft: Callable[..., Done], train: Path, test: Path) -> None:
    done = weft("optimize", *SIGNATURE, *BASE, "--optimizer", "memorize", "--out", "program.json")
    assert done.code == 0, done
    assert "'category' is one of the 2 labels in train.csv" in done.out
    for words in ("test unoptimized", "test optimized", "unoptimized", "95 % interval", "Saved program.json"):
        assert words in done.out
    assert done.out.index("US$ at most") < done.out.index("95 % interval"), "the plan comes before what is spent"
    saved = json.loads(train.with_name("program.json").read_text())
    assert saved["predictors"]["self"]["signature"] == "text: str -> category: Literal['card', 'rate']"
    answer = weft("run", "--program", "program.json", *MODEL, "--input", "text=is my card there?")
    assert json.loads(answer.out) == {"category": "card"}


def test_the_printed_command_runs_the_program(weft: Callable[..., Done], train: Path, test: Path) -> None:
    done = weft("optimize", *SIGNATURE, *BASE, "--optimizer", "memorize", "--out", "my program.json")
    assert done.out.splitlines()[-1] == (
        "Try it: weft run --program 'my program.json' --lm embedded/incontext --input 'text=…'"
    )


def test_reasoning_is_kept_in_the_saved_program(weft: Callable[..., Done], train: Path, test: Path) -> None:
    words = ["--cot", "--optimizer", "memorize", "--out", "p.json", "--instructions", "Sort."]
    assert weft("optimize", *SIGNATURE, *BASE, *words).code == 0
    answer = weft("run", "--program", "p.json", *MODEL, "--input", "text=is my card there?")
    assert set(json.loads(answer.out)) == {"reasoning", "category"}
    assert json.loads(train.with_name("p.json").read_text())["predictors"]["predict"]["instructions"] == "Sort."


def test_candidates_are_compared_on_the_val_set(weft: Callable[..., Done], train: Path, test: Path) -> None:
    words = [
        "--val",
        "test.csv",
        "--optimizer",
        "try-twice",
        "--option",
        "k=3",
        "--out",
        "p.json",
        "--report",
        "r.html",
    ]
    done = weft("optimize", *SIGNATURE, *BASE, *words)
    assert done.code == 0, done
    assert "Data: 6 train, 2 val, 2 test examples." in done.out
    report = train.with_name("r.html").read_text()
    assert "as it is" in report
    assert " ★" in report


def test_a_plan_spends_nothing(weft: Callable[..., Done], train: Path, test: Path) -> None:
    words = ["--lm", "scripted/nothing-to-say", "--optimizer", "try-twice"]
    done = weft("plan", *SIGNATURE, "--train", "train.csv", "--test", "test.csv", *words)
    assert done.code == 0, done
    assert "compare" in done.out
    assert "total" in done.out


def test_free_text_and_typed_outputs_stay_as_declared(weft: Callable[..., Done], train: Path, test: Path) -> None:
    done = weft("optimize", *SIGNATURE, *BASE, "--optimizer", "memorize", "--out", "p.json", "--free-text")
    assert done.code == 0, done
    assert "labels" not in done.out
    saved = json.loads(train.with_name("p.json").read_text())
    assert saved["predictors"]["self"]["signature"] == "text: str -> category: str"


def test_values_get_the_declared_types(weft: Callable[..., Done], here: Path) -> None:
    write_csv(here / "train.csv", [("a", "1", "yes"), ("b", "2", "no")] * 3, "text,stars,sure")
    words = ["--signature", "text -> stars: int, sure: bool", "--train", "train.csv", *MODEL]
    done = weft("optimize", *words, "--optimizer", "memorize", "--out", "p.json")
    assert done.code == 0, done
    assert "Without --test, 2 rows of train.csv are held out for testing." in done.out
    demo = json.loads((here / "p.json").read_text())["predictors"]["self"]["demos"][0]
    assert (type(demo["stars"]), type(demo["sure"])) == (int, bool)


def test_unknown_test_labels_count_as_wrong_and_are_told(weft: Callable[..., Done], train: Path, here: Path) -> None:
    write_csv(here / "test.csv", [("where is the card", "card"), ("hello", "greeting"), ROWS[0]])
    done = weft("optimize", *SIGNATURE, *BASE, "--optimizer", "memorize", "--out", "p.json")
    assert done.code == 0, done
    assert "1 test rows have a label that the train file lacks; they count as wrong." in done.out
    assert "1 of 3 test rows have inputs that are in the train set too." in done.out


def test_a_limit_draws_rows_by_the_seed(weft: Callable[..., Done], train: Path, test: Path) -> None:
    words = [*SIGNATURE, *BASE, "--optimizer", "memorize", "--limit", "4"]
    assert "Data: 4 train, 2 test examples." in weft("plan", *words).out
    for number, seed in enumerate("001234"):
        assert weft("optimize", *words, "--seed", seed, "--out", f"{number}.json").code == 0
    first, again, *others = (train.with_name(f"{number}.json").read_text() for number in range(6))
    assert first == again
    assert any(other != first for other in others)


def test_labels_may_be_odd(weft: Callable[..., Done], here: Path) -> None:
    rows = [{"text": f"number {n}", "kind": kind} for n, kind in enumerate(['it\'s "so" -> [odd', "naïve\\n"] * 4)]
    (here / "train.jsonl").write_text("\n".join(map(json.dumps, rows)))
    words = ["--signature", "text -> kind", "--train", "train.jsonl", "--optimizer", "memorize", *MODEL]
    assert weft("optimize", *words, "--out", "p.json").code == 0
    answer = weft("run", "--program", "p.json", *MODEL, "--input", "text=number 3")
    assert answer.code == 0, answer
    assert json.loads(answer.out)["kind"] in {row["kind"] for row in rows}


BROKEN: dict[str, tuple[list[str], str]] = {
    "missing file": (["--train", "no.csv"], "There is no file 'no.csv'."),
    "misspelt file": (["--train", "trian.csv"], "There is no file 'trian.csv'. Did you mean 'train.csv'?"),
    "missing column": (
        ["--signature", "text -> categori"],
        "train.csv has no column 'categori'. Did you mean 'category'?",
    ),
    "no signature": (["--signature", "text"], "A signature has exactly one '->'"),
    "unknown type": (["--signature", "text -> category: strr"], "Unknown type 'strr'"),
    "unknown optimizer": (["--optimizer", "memorise"], "No installed plugin provides the optimizer 'memorise'."),
    "unknown option": (["--option", "kk=3"], "no option 'kk'. Did you mean 'k'?"),
    "option without value": (["--option", "k"], "--option takes key=value, not 'k'."),
    "option given twice": (["--option", "k=1", "--option", "k=2"], "--option gives 'k' twice."),
    "option of our own": (["--option", "seed=2"], "--option seed=… is given as --seed."),
    "unknown model": (["--lm", "embeded/incontext"], "No installed plugin provides the LM provider 'embeded'."),
    "unknown model of a provider": (["--lm", "embedded/gpt"], "'embedded/incontext', not 'embedded/gpt'"),
    "unknown model option": (["--lm-option", "temprature=1"], "no parameter 'temprature'. Did you mean 'temperature'?"),
    "unknown adapter": (["--adapter", "jsn"], "Did you mean 'json'?"),
    "unknown metric": (["--metric", "exact-mach"], "There is no metric 'exact-mach'. Did you mean 'exact-match'?"),
    "metric of nowhere": (["--metric", "no_such_module:score"], "cannot be imported: ModuleNotFoundError"),
    "missing folder": (["--out", "no/program.json"], "There is no folder 'no' to write 'program.json' to."),
    "folder as a file": (["--out", "."], "is a folder; name a file to write."),
    "report in a missing folder": (["--report", "no/report.html"], "There is no folder 'no'"),
    "wrong type": (
        ["--signature", "text -> category: int"],
        "train.csv:2 has 'card' for 'category', which must be int",
    ),
}


@pytest.mark.parametrize("case", BROKEN)
def test_one_sentence_and_exit_code_2(weft: Callable[..., Done], train: Path, test: Path, case: str) -> None:
    words, sentence = BROKEN[case]
    base = [*SIGNATURE, *BASE, "--optimizer", "memorize", "--out", "program.json"]
    done = weft("optimize", *base, *words)
    assert sentence in done.refused()
    assert not train.with_name("program.json").exists()


ROTTEN: dict[str, tuple[str, str]] = {
    "short row": ("text,category\na,b\nc\n", "train.csv:3 has 1 cell, but the header has 2."),
    "no rows": ("text,category\n", "train.csv has no rows."),
    "empty file": ("", "train.csv has no rows."),
    "empty label": ("text,category\na,b\nc,d\ne,b\nf,d\ng,\n", "train.csv:6 has no 'category'"),
    "too few rows": ("text,category\na,b\n", "1 examples cannot be split"),
}


@pytest.mark.parametrize("case", ROTTEN)
def test_unusable_data_is_refused(weft: Callable[..., Done], here: Path, case: str) -> None:
    content, sentence = ROTTEN[case]
    (here / "train.csv").write_text(content)
    words = [*SIGNATURE, *MODEL, "--train", "train.csv", "--optimizer", "memorize", "--out", "program.json"]
    assert sentence in weft("optimize", *words).refused()


def test_no_model_anywhere(weft: Callable[..., Done], train: Path, test: Path) -> None:
    words = ["--train", "train.csv", "--optimizer", "memorize"]
    assert weft("plan", *SIGNATURE, *words).refused().startswith("Say which language model with --lm")


def test_too_many_failures_end_in_a_sentence(weft: Callable[..., Done], train: Path, test: Path) -> None:
    words = ["--lm", "scripted/silent", "--optimizer", "memorize", "--out", "p.json", "--max-errors", "0"]
    done = weft("optimize", *SIGNATURE, "--train", "train.csv", "--test", "test.csv", *words)
    assert done.code == 2
    assert "Traceback" not in done.err
    assert "More than 0 examples failed; for instance, the program raised LMError" in done.err


def test_a_metric_of_your_own(weft: Callable[..., Done], train: Path, test: Path) -> None:
    train.with_name("mine_for_the_cli.py").write_text("def half(example, prediction):\n    return 0.5\n")
    words = ["--metric", "mine_for_the_cli:half", "--optimizer", "memorize", "--out", "p.json"]
    done = weft("optimize", *SIGNATURE, *BASE, *words)
    assert done.code == 0, done
    assert "50.0" in done.out


def test_misspelt_options_of_the_command_line_get_a_suggestion(weft: Callable[..., Done]) -> None:
    done = weft("optimize", "--trian", "x")
    assert done.code == 2
    assert "--train" in done.err


def test_an_optimizer_whose_program_could_not_be_loaded_is_refused_before_it_spends(
    weft: Callable[..., Done], train: Path, test: Path
) -> None:
    register("optimizer", "ensemble", pytest.importorskip("weft_fewshot").Ensemble)
    done = weft("optimize", *SIGNATURE, *BASE, "--optimizer", "ensemble", "--out", "program.json")
    assert "builds a program of its own" in done.refused()


def test_labels_may_hold_the_mark_that_separates_them(weft: Callable[..., Done], train: Path) -> None:
    rows = [(f"{word} number {number}", f"{word}; really") for word in ("cat", "dog") for number in range(6)]
    write_csv(train, rows)
    words = ["--train", train.name, *MODEL, "--optimizer", "memorize", "--out", "p.json"]
    assert weft("optimize", *SIGNATURE, *words).code == 0
    answer = weft("run", "--program", "p.json", *MODEL, "--input", "text=a dog")
    assert json.loads(answer.out) == {"category": "dog; really"}
