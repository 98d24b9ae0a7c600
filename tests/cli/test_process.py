"""Commands in processes of their own: streams, exit codes, and what importing costs."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from importlib.metadata import entry_points
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from .conftest import Done

_SORT = ["--signature", "text -> category: Literal['card', 'rate']", "--lm", "embedded/incontext"]


def test_answers_alone_are_on_standard_output(process: Callable[..., Done], here: Path) -> None:
    done = process("run", *_SORT, stdin='{"text": "über meine card"}\n{"text": "the rate"}\n')
    assert done.code == 0, done
    assert [json.loads(line) for line in done.out.splitlines()] == [{"category": "card"}, {"category": "rate"}]
    assert done.err == ""


def test_errors_are_one_sentence_on_standard_error(process: Callable[..., Done], here: Path) -> None:
    done = process("run", *_SORT, "--input", "txt=a")
    assert done.refused() == "StringSignature has no input 'txt'. Did you mean 'text'?"
    assert done.out == ""


def test_optimize_from_end_to_end(process: Callable[..., Done], train: Path, test: Path) -> None:
    pytest.importorskip("weft_fewshot", reason="weft-fewshot is not installed")
    words = ["--signature", "text -> category", "--train", "train.csv", "--test", "test.csv"]
    words += ["--lm", "embedded/incontext", "--optimizer", "knn-few-shot", "--option", "k=2"]
    done = process("optimize", *words, "--out", "program.json", "--report", "report.html")
    assert done.code == 0, done
    assert "Testing optimized" in done.err
    answer = process("run", "--program", "program.json", "--lm", "embedded/incontext", "--input", "text=card?")
    assert json.loads(answer.out) == {"category": "card"}


# A shell starts what runs in its background with interrupts ignored, and children inherit that.
LISTENING = """
import signal
signal.signal(signal.SIGINT, signal.default_int_handler)
from weft.cli import main
main()
"""


@pytest.mark.skipif(os.name == "nt", reason="signals of this kind are for POSIX")
def test_an_interrupt_while_a_model_is_awaited_ends_with_130(here: Path) -> None:
    (here / "train.csv").write_text("text,category\n" + "a,b\nc,d\n" * 4)
    words = ["eval", "--signature", "text -> category", "--data", "train.csv"]
    slow = ["--lm", "scripted/slow", "--lm-option", "latency=60"]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    command = [sys.executable, "-c", LISTENING, *words, *slow]
    with subprocess.Popen(command, env=environment, text=True, stdout=-1, stderr=-1, bufsize=1) as child:
        assert child.stdout is not None
        child.stdout.readline()  # the decision on the labels, right before the calls begin
        child.send_signal(signal.SIGINT)
        try:
            _, err = child.communicate(timeout=30)
        finally:
            child.kill()
    assert child.returncode == 130, err
    assert "Traceback" not in err


def test_the_library_does_not_import_the_command_line() -> None:
    code = "import sys, weft; weft.Predict; print(sorted({'typer', 'rich', 'weft.cli'} & set(sys.modules)))"
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_the_console_script_is_main() -> None:
    (script,) = entry_points(group="console_scripts", name="weft") or pytest.skip("weft is not installed")
    assert script.value == "weft.cli:main"
